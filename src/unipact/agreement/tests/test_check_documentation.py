"""The pages on the file format name every key, code and word that there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from unipact.agreement.engine import reasons
from unipact.agreement.engine.labels import STANDINGS
from unipact.agreement.engine.quantities import UNITS
from unipact.agreement.formats.structure import schema
from unipact.exits import Exit

DOCS = Path(__file__).parents[4] / "docs" / "reference"
PAGES = [DOCS / "agreement-file.md", DOCS / "agreement-file.zh.md"]


def keys(rule: Any) -> set[str]:
    if isinstance(rule, list):
        return {key for item in rule for key in keys(item)}
    if not isinstance(rule, dict):
        return set()
    mine = set(rule["properties"]) if isinstance(rule.get("properties"), dict) else set()
    return mine.union(*(keys(below) for below in rule.values()))


def coded(page: Path) -> set[str]:
    """Every word in code marks, and every part of a dotted one."""
    text = re.sub(r"(?ms)^```.*?^```", "", page.read_text())
    found = re.findall(r"`([^`]+)`", text)
    return {part for words in found for part in re.split(r"[.\s\[\]]+", words)} | set(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_key_of_the_schema_is_explained(page: Path) -> None:
    lists = {"exit", "principle", "party", "field", "commitment", "contribution", "benefit"}
    assert keys(schema("agreement")) - lists - coded(page) <= {"en", "zh"}
    assert keys(schema("sources")) - coded(page) <= {"en", "zh"}
    assert all(f"[[{name}]]" in page.read_text() for name in lists)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_reason_is_explained(page: Path) -> None:
    assert reasons.__doc__
    codes = set(re.findall(r"``(\w+)``", reasons.__doc__))
    assert len(codes) >= 14
    assert codes <= coded(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_unit_that_has_words_is_listed_or_counts_time(page: Path) -> None:
    assert set(UNITS) - coded(page) <= {"month"}


def test_every_exit_code_is_explained() -> None:
    page = (DOCS / "exit-codes.md").read_text()
    for code in Exit:
        assert f"| {code.value} | `{code.name}` |" in page


def test_the_glossary_has_the_words_of_every_standing_in_both_languages() -> None:
    page = (DOCS / "glossary.md").read_text()
    for code, words in STANDINGS.items():
        if code != "not_due":
            assert words.en in page
            assert words.zh in page
