"""The pages of the balance: what they show, who may record, and what a wrong form is told."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from unipact.agreement.models import Acknowledgement, Transaction, Valuation
from unipact.agreement.roles import Role
from unipact.agreement.services import (
    transaction_acknowledge,
    transaction_contest,
    transaction_reverse,
    valuation_state,
)
from unipact.agreement.tests.booked import AGREEMENT, NOW, gave, got, in_force
from unipact.agreement.tests.kept import person
from unipact.agreement.views.filled import is_known

pytestmark = pytest.mark.django_db

BALANCE = "/agreements/pact/balance/"
RECORD = f"{BALANCE}record/"
VALUE = f"{BALANCE}value/"
RIGHT = {
    "subject": "contribution:fund",
    "amount": "1234.50",
    "unit": "",
    "happened_on": "2019-09-02",
    "note": "receipt 7",
}
WORTH = {
    "contribution": "mentors",
    "amount": "30000.00",
    "currency": "CNY",
    "from_on": "2019-07-01",
    "reason": "list price",
}


@pytest.fixture(autouse=True)
def agreed() -> None:
    """The agreement in force, evaluated once."""
    in_force(evaluated=True)


def window(party: str, role: Role, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person(party, role))  # type: ignore[arg-type]
    return client


@pytest.fixture
def uni() -> Client:
    return window("uni", Role.COOPERATION_OFFICER)


@pytest.fixture
def firm() -> Client:
    return window("firm", Role.RELATIONS_MANAGER)


def text(answer) -> str:
    """The words of a page, without its tags."""
    page = answer.content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") :])).split())


def said_of(answer, field: str) -> str:
    """What stands beside a field, which the field names as its description."""
    page = answer.content.decode()
    control = re.search(rf'<(?:input|select)[^>]*name="{field}"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in control
    assert f"error_{field}" in control
    found = re.search(rf'id="error_{field}".*?<span>([^<]*)</span>', page, re.DOTALL)
    return unescape(found[1])


def test_before_the_first_record_the_page_says_what_to_do(firm):
    answer = firm.get(BALANCE)
    assert answer.status_code == 200
    assert "Nothing is recorded yet" in text(answer)
    assert f'href="{RECORD}"' in answer.content.decode()
    reader = window("firm", Role.ANALYST).get(BALANCE)
    assert "Whoever speaks for a party records for it." in text(reader)
    assert RECORD not in reader.content.decode()


def test_both_sides_stand_beside_the_plan_each_in_its_own_unit(uni):
    gave(None, "fund", "60000.00", party="firm")
    gave(None, "travel", "9000.50", party="firm")
    gave(None, "mentors", "2.5", party="firm")
    gave(None, "meters", "4", party="uni")
    got(None, "brand", "3", "piece", party="firm")
    page = text(uni.get(BALANCE))
    for words in (
        "60,000 CNY",
        "Outstanding 40,000 CNY",
        "Ahead of the plan by 0.50 USD",
        "2.5 person-months",
        "4 pieces",
        "3 pieces",
    ):
        assert words in page, words
    # The sum that nobody may take.
    assert "69,000" not in page


def test_the_course_is_there_without_a_script(uni):
    gave(None, "fund", "60000.00", party="firm")
    page = uni.get(BALANCE).content.decode()
    table = page[page.index("The same as a table") :]
    row = text_of(re.search(r"<tr><th[^>]*>2019-09-02.*?</tr>", table, re.DOTALL)[0])
    assert row == "2019-09-02 100,000 CNY 60,000 CNY"
    later = text_of(re.search(r"<tr><th[^>]*>2020-09-01.*?</tr>", table, re.DOTALL)[0])
    assert later == "2020-09-01 300,000 CNY –"
    # Every contribution has its own line, in steps: up to the whole plan at the top of the box.
    assert len(re.findall(r'<path class="course-planned" d="M0,100H', page)) == 4


def text_of(part: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split())


def test_what_the_other_says_stands_with_every_record(uni):
    for _ in range(4):
        gave(None, "fund", "10.00", party="firm")
    given = {"agreement": AGREEMENT, "actor": None, "now": NOW}
    transaction_acknowledge(party="uni", number=1, **given)
    transaction_contest(party="uni", number=2, reason="nothing arrived", **given)
    transaction_reverse(party="firm", number=3, reason="typed twice", **given)
    page = text(uni.get(BALANCE))
    for words in ("nothing arrived", "Taken back by no. 5", "takes back no. 3", "typed twice"):
        assert words in page
    assert "10 CNY contested" in page
    assert "10 CNY not answered yet" in page


def test_valuations_that_differ_stand_side_by_side(uni):
    gave(None, "mentors", "2", party="firm")
    for party, amount in (("uni", "25000.00"), ("firm", "30000.00")):
        valuation_state(
            actor=None,
            agreement=AGREEMENT,
            contribution="mentors",
            amount=amount,
            currency="CNY",
            from_on=date(2019, 7, 1),
            reason="list",
            party=party,
            now=NOW,
        )
    page = text(uni.get(BALANCE))
    assert "50,000 CNY 25,000 CNY for 1 (person-months) from 2019-07-01" in page
    assert "60,000 CNY 30,000 CNY" in page
    assert "The valuations differ" in page
    assert "110,000" not in page


def test_an_officer_records_and_the_record_says_that_it_is_not_answered(firm, uni):
    answer = firm.post(RECORD, RIGHT, follow=True)
    assert answer.redirect_chain[-1][0] == f"{BALANCE}1/"
    page = text(answer)
    assert "1,234.50 CNY" in page
    assert "No. 1 is recorded." in page
    assert "Silence is no consent" in page
    assert Transaction.objects.get().note == "receipt 7"
    assert "Acknowledge it" not in page
    assert "Acknowledge it" in text(uni.get(f"{BALANCE}1/"))


def test_a_benefit_is_recorded_in_a_unit_of_its_own(firm):
    form = RIGHT | {"subject": "benefit:brand", "amount": "3", "unit": "piece"}
    firm.post(RECORD, form)
    made = Transaction.objects.get()
    assert (made.kind, made.subject) == ("benefit", "brand")


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"subject": ""}, "subject", "Nothing is chosen. Choose one."),
        (
            {"subject": "contribution:meters"},
            "subject",
            "It is the other party's, which records it itself",
        ),
        ({"amount": "1,234.50"}, "amount", "It is no plain decimal number. Write it like"),
        ({"amount": "0.001"}, "amount", "It has 3 decimals; 2 are kept"),
        ({"amount": "0"}, "amount", "An amount is above zero"),
        (
            {"unit": "piece"},
            "unit",
            "A contribution has the unit of the agreement. Leave it empty.",
        ),
        ({"happened_on": "yesterday"}, "happened_on", "It is no day. Write 2019-12-31."),
        ({"happened_on": "2019-06-24"}, "happened_on", "It lies before the signing (2019-06-25)"),
        ({"note": "a\u202e"}, "note", "Character 2 (U+202E) cannot be seen"),
    ],
)
def test_a_wrong_form_is_told_beside_its_field_and_keeps_what_was_typed(firm, form, field, words):
    answer = firm.post(RECORD, RIGHT | form)
    assert answer.status_code == 422
    assert said_of(answer, field).startswith(words)
    typed = (RIGHT | form)["amount"]
    assert f'value="{typed}"' in answer.content.decode()
    assert not Transaction.objects.exists()


def test_the_other_party_acknowledges_on_the_page(uni):
    gave(None, "fund", "5.00", party="firm")
    answer = uni.post(f"{BALANCE}1/answer/", {"answer": "acknowledged"}, follow=True)
    assert "No. 1 is acknowledged." in text(answer)
    assert Acknowledgement.objects.get().answer == "acknowledged"


def test_contesting_needs_a_reason_which_both_read(uni, firm):
    gave(None, "fund", "5.00", party="firm")
    refused = uni.post(f"{BALANCE}1/answer/", {"answer": "contested", "reason": " "})
    assert refused.status_code == 422
    assert said_of(refused, "reason") == "It is empty. Say why."
    assert not Acknowledgement.objects.exists()
    uni.post(f"{BALANCE}1/answer/", {"answer": "contested", "reason": "nothing arrived"})
    assert "nothing arrived" in text(firm.get(f"{BALANCE}1/"))


def test_who_recorded_it_takes_it_back_and_nobody_else(uni, firm):
    gave(None, "fund", "5.00", party="firm")
    refused = uni.post(f"{BALANCE}1/take-back/", {"reason": "not ours"})
    assert refused.status_code == 409
    answer = firm.post(f"{BALANCE}1/take-back/", {"reason": "typed twice"}, follow=True)
    assert "No. 1 is taken back by no. 2." in text(answer)
    assert "Taken back by no. 2" in text(uni.get(f"{BALANCE}1/"))


def test_a_valuation_is_stated_and_listed(uni):
    answer = uni.post(VALUE, WORTH, follow=True)
    assert "The valuation is stated." in text(answer)
    assert Valuation.objects.get().minor == 3_000_000
    assert "list price" in text(uni.get(VALUE))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"contribution": ""}, "contribution"),
        ({"contribution": "fund"}, "contribution"),
        ({"amount": "x"}, "amount"),
        ({"currency": "RMB"}, "currency"),
        ({"from_on": ""}, "from_on"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_wrong_valuation_is_told_beside_its_field(uni, form, field):
    answer = uni.post(VALUE, WORTH | form)
    assert answer.status_code == 422
    assert said_of(answer, field)
    assert not Valuation.objects.exists()


@pytest.mark.parametrize("path", ["record/", "value/", "1/answer/", "1/take-back/"])
def test_whoever_only_reads_is_refused_the_forms(path):
    gave(None, "fund", "5.00", party="firm")
    reader = window("uni", Role.EXECUTIVE)
    assert reader.get(BALANCE).status_code == 200
    assert reader.get(f"{BALANCE}1/").status_code == 200
    assert reader.get(BALANCE + path).status_code == 403
    assert reader.post(BALANCE + path, RIGHT).status_code == 403
    assert Transaction.objects.count() == 1


def test_a_record_that_is_not_there_is_not_found(uni):
    assert uni.get(f"{BALANCE}9/").status_code == 404
    assert uni.post(f"{BALANCE}9/answer/", {"answer": "acknowledged"}).status_code == 404


def test_hostile_words_stay_words(uni):
    gave(None, "fund", "5.00", party="firm", note="<script>alert(1)</script> {{x}}")
    page = uni.get(BALANCE).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{x}}" in page


def test_a_long_ledger_comes_by_page_and_with_the_same_questions(uni):
    gave(None, "fund", "1", party="firm")
    transaction_acknowledge(actor=None, agreement=AGREEMENT, number=1, party="uni", now=NOW)
    uni.get(BALANCE)
    with CaptureQueriesContext(connection) as few:
        uni.get(BALANCE)
    for _ in range(60):
        gave(None, "fund", "1", party="firm")
    with CaptureQueriesContext(connection) as many:
        page = uni.get(BALANCE).content.decode()
    assert len(many) == len(few)
    assert "?before=12" in page
    assert f"{BALANCE}11/" in uni.get(f"{BALANCE}?before=12").content.decode()


def test_what_the_services_say_of_the_ledger_is_known_for_translation():
    for said in (
        "it has 3 decimals; 2 are kept",
        "it lies after today (2020-01-01)",
        "transaction 3 was taken back already",
        "the other party answers what one's own party recorded",
        "Like CNY, piece or person-month.",
    ):
        assert is_known(said), said
