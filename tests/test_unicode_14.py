"""The table of Unicode 14.0 that both readers of agreement files hold is that of the standard."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from unipact.agreement.formats.unicode_14 import RUNS, assigned_ranges, first_unassigned

ROOT = Path(__file__).resolve().parents[1]
BROWSER = ROOT / "src/unipact/web/static/web/log/unicode_14.js"
KNOWS_14 = unicodedata.unidata_version == "14.0.0"


def test_both_readers_hold_one_table() -> None:
    lines = re.findall(r'^  "([0-9a-z ]+)",$', BROWSER.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(lines) == RUNS


@pytest.mark.skipif(not KNOWS_14, reason="this Python knows another version of Unicode")
def test_the_table_is_that_of_the_standard_library() -> None:
    points = {point for first, last in assigned_ranges() for point in range(first, last + 1)}
    wrong = [
        point
        for point in range(0x110000)
        if (unicodedata.category(chr(point)) != "Cn") != (point in points)
        or (first_unassigned(chr(point)) is None) != (point in points)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", None),
        ("\u9752\u5c9b caf\u00e9 \U0001fae0 \ue000 \U0010fffd", None),
        ("ab\U000105d2\u0307\u0378", "\U000105d2"),
        ("\ufdd0", "\ufdd0"),
        ("\uffff", "\uffff"),
        ("\U0010ffff", "\U0010ffff"),
    ],
)
def test_the_first_character_that_unicode_14_lacks_is_found(text: str, found: str | None) -> None:
    assert first_unassigned(text) == found


def test_the_generator_finds_its_tables_or_says_that_it_cannot_tell() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/unicode_14.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) == KNOWS_14
    assert KNOWS_14 or "this Python knows Unicode" in done.stderr
