"""What holds for every engine: documented as it is called, and pure arithmetic of the agreement."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import unipact

PACKAGE = Path(unipact.__file__).parent
NUMPY_SECTION = re.compile(
    r"^Parameters\n-{3,}\n(.*?)(?=\n\S[^\n]*\n-{3,}|\Z)", re.DOTALL | re.MULTILINE
)
GOOGLE_SECTION = re.compile(r"^(?:Args|Arguments):\n(.*?)(?=\n\S|\Z)", re.DOTALL | re.MULTILINE)
# Global random state, the clock and the disk have no place in an engine: time, randomness and
# data come in as arguments.
IMPURE = re.compile(
    r"\b(?:datetime\.now|date\.today|time\.time|np\.random\.(?!Generator|default_rng|PCG64|"
    r"SeedSequence)|random\.(?:random|seed|choice)|open\(|os\.environ)"
)


def _engine_modules() -> Iterator[str]:
    for module in pkgutil.walk_packages([str(PACKAGE)], "unipact."):
        parts = module.name.split(".")
        if "engine" in parts and "tests" not in parts:
            yield module.name


def _public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in _engine_modules():
        module = importlib.import_module(name)
        for key, value in vars(module).items():
            if (
                inspect.isfunction(value)
                and value.__module__ == name
                and not key.startswith("_")
                and not any(part.startswith("_") for part in name.split("."))
            ):
                yield f"{name}.{key}", value


FUNCTIONS = dict(_public_functions())


def documented_parameters(docstring: str) -> list[str] | None:
    """Return the parameters that a docstring's section names, in order; None without a section."""
    text = inspect.cleandoc(docstring)
    numpy = NUMPY_SECTION.search(text)
    if numpy:
        lines = [line for line in numpy[1].splitlines() if line and not line.startswith(" ")]
        return [
            name.strip().lstrip("*") for line in lines for name in line.split(":")[0].split(",")
        ]
    google = GOOGLE_SECTION.search(text)
    if google:
        return re.findall(r"^ {4}\*{0,2}(\w+)\s*(?:\([^)]*\))?:", google[1], re.MULTILINE)
    return None


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_public_engine_function_documents_the_parameters_that_it_takes(name):
    function = FUNCTIONS[name]
    docstring = function.__doc__ or ""

    assert docstring.strip(), f"{name} says nothing of itself"
    taken = list(inspect.signature(function).parameters)
    named = documented_parameters(docstring) or []
    # A parameter that its name and type explain may go without words; none may be invented.
    assert named == [name for name in taken if name in named]


def test_parameters_are_read_from_both_kinds_of_sections():
    numpydoc = """Sum.

    Parameters
    ----------
    first, second : array
        Two of them.
    level : float
        A share.

    Returns
    -------
    array
    """
    google = """Sum.

    Args:
        first: one.
        level (float): a share,
            in two lines.

    Raises:
        Invalid: never.
    """

    assert documented_parameters(numpydoc) == ["first", "second", "level"]
    assert documented_parameters(google) == ["first", "level"]
    assert documented_parameters("Sum.") is None


@pytest.mark.parametrize("name", sorted(_engine_modules()))
def test_an_engine_reads_no_clock_no_disk_and_no_global_chance(name):
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    tree = ast.parse(source)
    code = "\n".join(
        ast.unparse(node) for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)
    )

    assert not IMPURE.findall(_without_docstrings(code))


def _without_docstrings(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    return ast.unparse(tree)


def test_the_agreement_computes_with_exact_numbers():
    wrong: list[str] = []
    for room in ("engine", "formats", "services", "models"):
        places = [PACKAGE / f"agreement/{room}.py", *(PACKAGE / f"agreement/{room}").rglob("*.py")]
        for path in filter(Path.is_file, places):
            wrong += [
                f"{path.relative_to(PACKAGE)}:{node.lineno}"
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "float"
            ]

    assert not wrong, "Decimal, not float"
