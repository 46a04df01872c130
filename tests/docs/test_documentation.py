"""The documentation is complete and true: commands, settings, links, both languages."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
SETTING = re.compile(r"\bUNIPACT_[A-Z_]+\b")
# Set by the settings modules for the code; nobody gives them from outside.
INTERNAL = {"UNIPACT_DEMO", "UNIPACT_IDLE_S", "UNIPACT_SENDS_MAIL"}
TWINS = ("README.md", "docs/README.md")


def _pages() -> list[Path]:
    """Return the pages that are under version control, or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.split("\n") if listed.returncode == 0 else []
    found = [ROOT / name for name in names if name and (ROOT / name).is_file()]
    return found or [path for path in ROOT.rglob("*.md") if ".venv" not in path.parts]


def _anchor(heading: str) -> str:
    words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return words.replace(" ", "-")


def _tool(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"tools/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", _pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_links_of_a_page_lead_somewhere(page):
    broken: list[str] = []
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, fragment = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            broken.append(link)
        elif fragment and target.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            if fragment not in {_anchor(heading) for heading in headings}:
                broken.append(link)

    assert not broken


@pytest.mark.parametrize("page", TWINS)
def test_a_page_for_everyone_is_there_in_both_languages(page):
    english = ROOT / page
    chinese = english.with_suffix(".zh.md")
    sections = [
        len(re.findall(r"^## ", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE))
        for path in (english, chinese)
    ]

    assert sections[0] == sections[1], "a section of one language is missing in the other"
    assert f"({chinese.name})" in english.read_text(encoding="utf-8")
    assert f"({english.name})" in chinese.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation of its own."""
    return tmp_path_factory.mktemp("home")


@pytest.mark.parametrize(("page", "language"), [("README.md", "en"), ("README.zh.md", "zh")])
def test_what_the_readme_shows_of_a_run_is_what_a_run_prints(page, language, home):
    example = ROOT / "examples/usst-huawei-2019/agreement.toml"
    done = subprocess.run(
        [Path(sys.executable).parent / "unipact", "run", example, "--language", language],
        env={**os.environ, "UNIPACT_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    blocks = FENCE.findall((ROOT / page).read_text(encoding="utf-8"))
    shown = next(block for block in blocks if "h2-2019" in block).splitlines()[1:-1]

    printed = {line.strip() for line in done.stdout.splitlines()}
    assert [line for line in shown if line.strip() not in printed] == []


def test_the_page_of_the_commands_is_what_the_commands_say():
    tool = _tool("reference")

    assert tool.PAGE.read_text(encoding="utf-8") == tool.page(), "make docs"


def test_every_command_says_what_it_does():
    silent = [name for name, command in _tool("reference").commands() if not command.help]

    assert not silent


def test_every_option_says_what_it_is_for():
    silent = [
        f"{name} {parameter.name}"
        for name, command in _tool("reference").commands()
        for parameter in command.params
        if not getattr(parameter, "hidden", False) and not getattr(parameter, "help", "")
    ]

    assert not silent


def test_every_setting_is_documented():
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    read = {
        name
        for folder in ("src", "tests/browser", "tools", ".")
        for path in (ROOT / folder).glob("Makefile" if folder == "." else "**/*")
        if path.suffix in {".py", ""} and path.is_file() and "vendor" not in path.parts
        for name in SETTING.findall(path.read_text(encoding="utf-8"))
    }

    assert read - INTERNAL <= set(SETTING.findall(page))
    assert set(SETTING.findall(page)) <= read, "documented, but nothing reads it"


def test_every_schema_that_the_package_publishes_is_documented():
    reference = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "docs/reference").glob("*.md")
    )
    missing = [
        path.name
        for path in (ROOT / "src/unipact").glob("*/schemas/*.schema.json")
        if path.name.removesuffix(".schema.json") not in reference
    ]

    assert not missing


def test_decisions_have_a_number_of_their_own_and_their_parts():
    pages = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    numbers = [page.name[:4] for page in pages]

    assert len(numbers) == len(set(numbers))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith((f"# {page.name[:4]} ", f"# {page.name[:4]}: ")), page.name
        for part in ("Context", "Decision", "Consequences", "What would change our mind"):
            assert f"## {part}" in text, f"{page.name}: {part}"


def test_a_fragment_of_the_change_log_is_one_sentence_of_a_known_type():
    for path in (ROOT / "changelog.d").glob("*.md"):
        if path.name == "README.md":
            continue
        assert path.name.split(".")[-2] in {"added", "changed", "fixed", "removed"}, path.name
        lines = path.read_text(encoding="utf-8").strip().splitlines()
        assert len(lines) == 1, path.name
        assert lines[0].endswith("."), path.name


def test_every_type_of_problem_is_documented_with_its_status():
    from unipact.web import problems

    listed = dict(
        re.findall(
            r"^\| `([a-z-]+)` \| (\d{3}) \|",
            (ROOT / "docs/reference/problems.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    sources = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src/unipact").rglob("*.py")
        if "tests" not in path.parts
    ]
    slugs = {slug for text in sources for slug in re.findall(r'\bslug ?= ?"([a-z-]+)"', text)}

    assert set(listed) == slugs
    known = {str(status) for status in problems._TITLES}
    assert set(listed.values()) <= known


def test_the_pages_of_the_api_are_what_the_api_says():
    tool = _tool("reference_api")
    said = tool.document()

    assert (tool.FOLDER / "api.md").read_text(encoding="utf-8") == tool.page(said), "make docs"


def test_every_line_of_the_threat_model_names_a_test_that_is_there():
    page = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| (?!threat|---)", line)]
    wrong = []
    for row in rows:
        found = re.search(r"`([\w/.]+\.py)::(test_\w+)` \|$", row)
        if found is None:
            wrong.append(row)
        elif f"\ndef {found[2]}(" not in (ROOT / found[1]).read_text(encoding="utf-8"):
            wrong.append(found[0])

    assert len(rows) > 40
    assert not wrong
