"""A name that people type is one line that looks like what it is, or it is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unipact.agreement.formats.plain_name import plain_name
from unipact.errors import Invalid

HOSTILE = {
    "bidirectional override": "ab\u202ecd",
    "bidirectional isolate": "ab\u2066cd",
    "zero width space": "ab\u200bcd",
    "byte order mark": "ab\ufeffcd",
    "NUL": "ab\0cd",
    "line break": "ab\ncd",
    "line separator": "ab\u2028cd",
    "lone surrogate": "ab\ud800cd",
    "private use": "ab\ue000cd",
    "unassigned": "ab\U000e0fffcd",
    "tag": "ab\U000e0041cd",
    "filler that is a letter": "ab\u3164cd",
    "filler that is a vowel": "ab\u1160cd",
    "empty Braille": "ab\u2800cd",
    "heap of marks": "x" + "\u0301\u0302\u0303\u0304\u0305",
    "only space": " \u00a0\u3000 ",
    "only joiners": "\u200d\u200d",
    "nothing": "",
    "too long": "a" * 10_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        plain_name(text, where="note", longest=100)
    (finding,) = refused.value.findings
    assert finding.where == "note"
    assert finding.what.isascii()


@pytest.mark.parametrize(
    "text", ["Wáng Fāng", "王芳", "O’Neill-Łukasz", "नमस्ते", "می‌خواهم", "meters → lake 2", "👩‍🔬"]
)
def test_a_name_in_any_script_is_kept(text: str) -> None:
    assert plain_name(text, where="note", longest=100) == text


def test_a_name_is_kept_composed_and_without_space_around_it() -> None:
    assert plain_name("  Zoe\u0308 ", where="note", longest=100) == "Zo\u00eb"


@given(st.text(st.characters(), max_size=40))
def test_whatever_is_kept_can_be_stored_and_stays_as_it_is(text: str) -> None:
    try:
        name = plain_name(text, where="note", longest=30)
    except Invalid:
        return
    assert name.encode().decode() == name
    assert "\0" not in name
    assert len(name) <= 30
    assert plain_name(name, where="note", longest=30) == name
