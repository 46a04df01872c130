"""What the import linter cannot see: the directions that strings take.

A foreign key, a template's include and link, and a dotted path in a string reach from one package
into another without an import statement. They obey the same order as imports.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import django.apps
from django.db.models import Field
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/unipact"
DOTTED = re.compile(r"unipact(?:\.[a-z_][A-Za-z0-9_]*)+")
TEMPLATE_TAG = re.compile(r"""{%\s*(include|extends|url)\s+["']([^"']+)["']""")
# Every page stands in the shell: its layout, its small parts and its links home are open to all.
SHELL = "web"


def _order() -> list[set[str]]:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]
    layers = next(item["layers"] for item in linter["contracts"] if item["id"] == "packages")
    return [{name.strip() for name in layer.split("|")} for layer in layers]


def may_reach(source: str, target: str) -> bool:
    """Whether one package may name another: itself, or one of a lower layer."""
    if source == target:
        return True
    places = {name: place for place, names in enumerate(_order()) for name in names}
    return source in places and target in places and places[source] < places[target]


def _package_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _dotted_strings(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(text, str) or not DOTTED.fullmatch(text):
            continue
        name = text.split(".")[1]
        if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file():
            yield text


def _sources() -> Iterator[Path]:
    for path in PACKAGE.rglob("*.py"):
        # The settings name every part by design; tests may start whatever they test.
        if not {"tests", "settings", "migrations"} & set(path.relative_to(PACKAGE).parts):
            yield path


def _templates() -> Iterator[Path]:
    yield from PACKAGE.glob("*/templates/**/*.html")


def _views() -> dict[str, str]:
    """Return the package of the view behind each named URL."""
    found: dict[str, str] = {}

    def walk(resolver: URLResolver, namespace: str) -> None:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                walk(pattern, inner)
            elif pattern.name:
                module = getattr(pattern.callback, "view_class", pattern.callback).__module__
                found[f"{namespace}{pattern.name}"] = module

    walk(get_resolver(), "")
    return found


def test_the_order_is_that_of_the_linter():
    assert may_reach("web", "agreement")
    assert not may_reach("agreement", "web")
    assert not may_reach("agreement", "campus")
    assert not may_reach("agreement", "a package that nobody has placed")


def test_foreign_keys_lead_to_the_own_app_or_to_the_agreement():
    wrong: list[str] = []
    for model in django.apps.apps.get_models():
        if not model.__module__.startswith("unipact."):
            continue
        source = model.__module__.split(".")[1]
        for field in model._meta.get_fields():
            related = field.related_model if isinstance(field, Field) else None
            if related is None or isinstance(related, str):
                continue
            if not related.__module__.startswith("unipact."):
                continue
            target = related.__module__.split(".")[1]
            if target not in {source, "agreement"} or not may_reach(source, target):
                wrong.append(f"{model.__name__}.{field.name} → {related.__name__}")

    assert not wrong


def test_dotted_paths_in_strings_point_down():
    wrong = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in _sources()
        for text in _dotted_strings(path)
        if text.split(".")[1] != "settings" and not may_reach(_package_of(path), text.split(".")[1])
    ]

    assert not wrong


def test_templates_include_and_extend_their_own_the_shell_or_what_lies_below():
    homes = {
        str(path.relative_to(PACKAGE / _package_of(path) / "templates")): _package_of(path)
        for path in _templates()
    }
    wrong: list[str] = []
    for path in _templates():
        source = _package_of(path)
        for tag, name in TEMPLATE_TAG.findall(path.read_text(encoding="utf-8")):
            if tag == "url" or name.startswith("django/"):
                continue
            target = homes.get(name)
            if target is None:
                wrong.append(f"{path.relative_to(ROOT)}: {name} is no template of ours")
            elif target != SHELL and not may_reach(source, target):
                wrong.append(f"{path.relative_to(ROOT)}: {name}")

    assert not wrong


def test_templates_link_to_their_own_pages_the_shell_or_what_lies_below():
    views = _views()
    wrong: list[str] = []
    for path in _templates():
        source = _package_of(path)
        for tag, name in TEMPLATE_TAG.findall(path.read_text(encoding="utf-8")):
            if tag != "url":
                continue
            module = views.get(name)
            if module is None:
                wrong.append(f"{path.relative_to(ROOT)}: nothing is named {name}")
            elif module.startswith("unipact."):
                target = module.split(".")[1]
                if target != SHELL and not may_reach(source, target):
                    wrong.append(f"{path.relative_to(ROOT)}: {name}")

    assert not wrong
