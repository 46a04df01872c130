"""The canonical form and the canonical layout: the hash covers the meaning, comments survive."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unipact.agreement.formats.agreement_toml import (
    read_agreement,
    read_agreement_json,
)
from unipact.agreement.formats.canonical import canonical_bytes, sha256_of, to_json_form
from unipact.agreement.formats.toml_layout import comments_of, formatted
from unipact.agreement.formats.unicode_14 import first_unassigned
from unipact.agreement.tests.specimen import FULL, SPECIMEN, spoiled
from unipact.errors import Conflict

EXAMPLE = Path(__file__).parents[4] / "examples" / "usst-huawei-2019" / "agreement.toml"


def test_the_hash_is_that_of_the_rfc_8785_form() -> None:
    read = read_agreement(SPECIMEN.encode())
    # Only ASCII keys and no numbers with fractions: sorted compact JSON is the same then.
    plain = json.dumps(read.document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert read.canonical == plain.encode()
    assert read.sha256 == "sha256:" + hashlib.sha256(plain.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version = 1", "version    = 1   # the first"),
        ('title.en = "Pact"\ntitle.zh = "协议"', 'title = { zh = "协议", en = "Pact" }'),
        ('title.en = "Pact"', 'title.en = "P\\u0061ct"'),
        ("signed_on = 2019-06-25\n", ""),
    ],
)
def test_another_layout_has_the_same_hash(old: str, new: str) -> None:
    data = spoiled(old, new)
    if not new:
        data = data.replace(b"version = 1\n", b"signed_on = 2019-06-25\nversion = 1\n")
    assert read_agreement(data).sha256 == read_agreement(SPECIMEN.encode()).sha256


def test_unicode_forms_of_one_text_have_the_same_hash() -> None:
    composed = read_agreement(spoiled('"Pact"', '"Pacté"'))
    decomposed = read_agreement(spoiled('"Pact"', '"Pacte\u0301"'))
    assert composed.sha256 == decomposed.sha256


@pytest.mark.parametrize(
    ("old", "new"),
    [('"0.05"', '"0.06"'), ("silence_days = 60", "silence_days = 61"), ('"Pact"', '"pact"')],
)
def test_another_meaning_has_another_hash(old: str, new: str) -> None:
    assert read_agreement(spoiled(old, new)).sha256 != read_agreement(SPECIMEN.encode()).sha256


def test_the_original_bytes_are_kept() -> None:
    data = spoiled("version = 1", "version    = 1   # the first")
    assert read_agreement(data).original == data


def test_the_specimen_and_the_example_are_in_the_canonical_layout() -> None:
    for data in (SPECIMEN.encode(), FULL.encode(), EXAMPLE.read_bytes()):
        read = read_agreement(data)
        assert formatted(read, comments=comments_of(read)) == data


def test_the_layout_goes_by_the_schema_and_not_by_the_file() -> None:
    document = json.loads(json.dumps(read_agreement(FULL.encode()).document))
    turned = dict(reversed(list(document.items())))
    for entry in (turned["party"], turned["exit"], turned["contribution"][1]["valuations"]):
        entry[0] = dict(reversed(list(entry[0].items())))
    turned["renewal"] = dict(reversed(list(turned["renewal"].items())))
    assert formatted(read_agreement_json(json.dumps(turned).encode())) == FULL.encode()


def test_comments_stay_with_what_they_were_written_for() -> None:
    data = spoiled("[term]", "# above the term\n[term] # the term")
    data = data.replace(b"version = 1", b"version = 1 # first")
    data = data.replace(b'  { id = "y2"', b'  # the second year\n  { id = "y2"')
    data = data.replace(
        b'owed_to = ["uni"]\nowner.party = "uni"',
        b'# the owner\nowner.party = "uni"\nowed_to = ["uni"] # to whom',
    )
    data += b"# the end\n"
    read = read_agreement(data)

    once = formatted(read, comments=comments_of(read)).decode()

    assert "version = 1  # first\n" in once
    assert "\n# above the term\n[term]  # the term\n" in once
    assert '  # the second year\n  { id = "y2"' in once
    assert 'owed_to = ["uni"]  # to whom\n# the owner\nowner.party = "uni"\n' in once
    assert once.endswith("\n# the end\n")
    again = read_agreement(once.encode())
    assert formatted(again, comments=comments_of(again)).decode() == once


NOTES = ["# a", "# b # c", "#", '# "quoted', "# 注释"]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_layout_keeps_meaning_and_comments_wherever_they_stand(data: st.DataObject) -> None:
    lines = FULL.splitlines()
    for _ in range(data.draw(st.integers(1, 6))):
        number = data.draw(st.integers(0, len(lines) - 1))
        note = data.draw(st.sampled_from(NOTES))
        if data.draw(st.booleans()):
            lines[number] += f" {note}"
        else:
            lines.insert(number, note)
    read = read_agreement("\n".join(lines).encode())

    once = formatted(read, comments=comments_of(read))
    again = read_agreement(once)

    assert again.sha256 == read.sha256 == read_agreement(FULL.encode()).sha256
    assert sorted(c.text for c in comments_of(again)) == sorted(c.text for c in comments_of(read))
    assert formatted(again, comments=comments_of(again)) == once


texts = st.text(
    st.characters(exclude_categories=["Cc", "Cn", "Cs"], include_characters="\n\t\"\\'#").filter(
        lambda character: first_unassigned(character) is None
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(texts, texts)
def test_any_text_survives_the_layout(english: str, chinese: str) -> None:
    document = json.loads(json.dumps(read_agreement(SPECIMEN.encode()).document))
    document["summary"] = {"en": english, "zh": chinese}
    document["commitment"][0]["milestones"][0]["title"] = {"en": chinese, "zh": english}
    read = read_agreement_json(json.dumps(document).encode())

    once = formatted(read)

    again = read_agreement(once)
    assert again.agreement == read.agreement
    assert again.sha256 == read.sha256
    assert formatted(again) == once


def test_a_comment_without_a_place_stops_the_layout() -> None:
    read = read_agreement(SPECIMEN.encode())
    comment = comments_of(read_agreement(spoiled("version = 1", "version = 1 # x")))[0]
    broken = type(comment)("# lost\n# twice", comment.path, False, comment.line)
    with pytest.raises(Conflict):
        formatted(read, comments=[broken])


def test_values_without_a_json_form_are_problems() -> None:
    document, problems = to_json_form({"a": 1.5, "b": [2**53], "c": {"d": float("nan")}})
    assert [p.path for p in problems] == [("a",), ("b", 0), ("c", "d")]
    assert document == {"a": None, "b": [None], "c": {"d": None}}
    assert sha256_of({"a": 2**53 - 1}) == sha256_of({"a": 9007199254740991})
    assert canonical_bytes({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
