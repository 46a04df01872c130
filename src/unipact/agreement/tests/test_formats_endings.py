"""What an agreement may say and need not: renewal, exits, review, valuations in kind."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from unipact.agreement.engine.terms import Exit, Renewal, Text, Valuation
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.tests.specimen import FULL, SPECIMEN, line_of, spoiled
from unipact.errors import Invalid

# (what to replace, by what, where the line is found, key path, words of the finding)
SPOILED = [
    ("months = 12", "months = 0", "months = 0", "renewal.months", "0 is less than 1"),
    ("months = 12", "months = 121", "months = 121", "renewal.months", "121 is more than 120"),
    ("months = 12\n", "", "[renewal]", "renewal", 'the key "months" is missing'),
    ("most = 2", "moost = 2", "moost", "renewal.moost", "Did you mean `most`?"),
    ("most = 2", "most = 0", "most = 0", "renewal.most", "0 is less than 1"),
    (
        "notice_days = 90",
        "notice_days = 336",
        "notice_days = 336",
        "renewal.notice_days",
        "no less than a renewal of 12 months may have. At most 335",
    ),
    (
        "notice_days = 90",
        "notice_days = 1096",
        "notice_days = 1096",
        "renewal.notice_days",
        "no less than the term (1096 days)",
    ),
    (
        'id = "either-leaves"',
        'id = "uni-leaves"',
        'id = "uni-leaves"\nmay = ["uni", "firm"]',
        "exit[1].id",
        "used twice",
    ),
    ('id = "uni-leaves"', 'id = "renewal"', 'id = "renewal"', "exit[0].id", "clause on renewal"),
    ('may = ["uni"]', 'may = ["uny"]', "uny", "exit[0].may[0]", "Did you mean `uni`?"),
    ('may = ["uni"]', "may = []", "may = []", "exit[0].may", "at least 1 are needed"),
    (
        "notice_days = 180",
        "notice_days = 3651",
        "notice_days = 3651",
        "exit[0].notice_days",
        "3651 is more than 3650",
    ),
    ('text.zh = "大学可以退出。"\n', "", "text.en", "exit[0].text", 'the key "zh" is missing'),
    (
        "review_days = 14",
        "review_days = 366",
        "review_days",
        "governance.review_days",
        "366 is more than 365",
    ),
    (
        'kind = "people"',
        'kind = "money"',
        "valuations",
        "contribution[1].valuations",
        "money is worth its amount",
    ),
    (
        'party = "firm", currency',
        'party = "uni", currency',
        'party = "uni", currency = "USD"',
        "contribution[1].valuations[1].party",
        'a second valuation by "uni"',
    ),
    (
        'party = "firm", currency',
        'party = "frm", currency',
        "frm",
        "contribution[1].valuations[1].party",
        "Did you mean `firm`?",
    ),
    (
        '"USD"',
        '"USX"',
        "USX",
        "contribution[1].valuations[1].currency",
        "no ISO 4217 currency",
    ),
    (
        '"400000.00"',
        '"400000.001"',
        "400000.001",
        "contribution[1].valuations[0].amount",
        "has 3 decimals; CNY has 2",
    ),
    (
        '"400000.00"',
        '"-1.00"',
        '"-1.00"',
        "contribution[1].valuations[0].amount",
        "not below zero",
    ),
]


def test_what_need_not_be_said_is_read_as_terms() -> None:
    agreement = read_agreement(FULL.encode()).agreement
    assert agreement.renewal == Renewal(months=12, notice_days=90, most=2)
    first, second = agreement.exits
    assert first == Exit(
        "uni-leaves", ("uni",), 180, Text("The university may leave.", "大学可以退出。")
    )
    assert second.may == ("uni", "firm")
    assert agreement.governance.review_days == 14
    assert agreement.contributions[1].valuations == (
        Valuation("uni", "CNY", Decimal("400000.00")),
        Valuation("firm", "USD", Decimal("90000.00")),
    )


def test_a_file_that_says_none_of_it_keeps_its_meaning_and_its_hash() -> None:
    read = read_agreement(SPECIMEN.encode())
    # As it was before the format knew of any of this.
    assert read.sha256 == (
        "sha256:1d96ebeb2c6f7a32f3932c27871e3bfd841b04be6009c6f39f1fbb421685a4c6"
    )
    assert read.agreement.renewal is None
    assert read.agreement.exits == ()
    assert read.agreement.governance.review_days == 30
    assert all(each.valuations == () for each in read.agreement.contributions)
    assert "review_days" not in read.document["governance"]


def test_the_default_written_out_is_another_document_with_the_same_terms() -> None:
    said = read_agreement(spoiled("silence_days = 60", "silence_days = 60\nreview_days = 30"))
    plain = read_agreement(SPECIMEN.encode())
    assert said.agreement == plain.agreement
    assert said.sha256 != plain.sha256


def test_a_renewal_without_a_limit_has_none() -> None:
    agreement = read_agreement(spoiled("most = 2\n", "", text=FULL)).agreement
    assert agreement.renewal == Renewal(12, 90, None)


def test_an_instalment_that_is_lost_among_thirty_digits_is_found() -> None:
    data = spoiled('amount = "300000.00"', f'amount = "1{"0" * 30}.00"')
    data = data.replace(b'amount = "100000.00"', f'amount = "1{"0" * 30}.00"'.encode())
    data = data.replace(b'amount = "200000.00"', b'amount = "0.01"')
    with pytest.raises(Invalid) as caught:
        read_agreement(data)
    assert "They differ by 0.01" in str(caught.value.findings[0])


@pytest.mark.parametrize(
    ("old", "new", "passage", "path", "words"),
    SPOILED,
    ids=[f"{s[3]}-{i}" for i, s in enumerate(SPOILED)],
)
def test_a_spoiled_place_is_named_with_line_path_and_mend(
    old: str, new: str, passage: str, path: str, words: str
) -> None:
    data = spoiled(old, new, text=FULL)
    with pytest.raises(Invalid) as caught:
        read_agreement(data)
    findings = caught.value.findings
    place = re.compile(rf"agreement\.toml:{line_of(data, passage)} {re.escape(path)}( \(.*\))?")
    assert any(place.fullmatch(f.where) and words in str(f) for f in findings), findings
