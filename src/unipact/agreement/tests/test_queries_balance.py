"""The balance of a small agreement, by hand: nothing is added that may not be added."""

from __future__ import annotations

from datetime import date
from functools import partial
from hashlib import sha256

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from unipact.agreement.formats.ledger import transaction_document
from unipact.agreement.models import AgreementVersion
from unipact.agreement.queries.balance import balance
from unipact.agreement.queries.balance_shapes import Value
from unipact.agreement.queries.ledger import exported, transaction_row, transaction_rows
from unipact.agreement.queries.standpoint import standpoint_of
from unipact.agreement.services import (
    agreement_import,
    transaction_acknowledge,
    transaction_contest,
    transaction_reverse,
    valuation_state,
)
from unipact.agreement.tests.booked import (
    AGREEMENT,
    CONTENT,
    NOW,
    gave,
    got,
    in_force,
    officers,
)
from unipact.errors import NotFound

pytestmark = pytest.mark.django_db

valued = partial(
    valuation_state, agreement=AGREEMENT, contribution="mentors", reason="list", now=NOW
)


@pytest.fixture
def both():
    in_force(evaluated=True)
    return officers()


def _lines(found):
    return {line.id: line for side in found.parties for line in side.lines}


def test_before_anything_is_recorded_the_plan_stands_alone(both):
    uni, _ = both
    found = balance(standpoint_of(uni))
    assert found.is_empty
    assert (found.day, [each.party for each in found.parties]) == (
        date(2019, 12, 31),
        ["uni", "firm"],
    )
    sums = _lines(found)["fund"].sums
    assert (sums.planned, sums.due, sums.made, sums.outstanding) == (
        *("300000.00", "100000.00", "0.00"),
        "100000.00",
    )
    assert _lines(found)["mentors"].sums.due == "5.5"


def test_each_line_says_what_was_made_and_what_the_other_says_to_it(both):
    uni, firm = both
    gave(firm, "fund", "60000.00")
    gave(firm, "fund", "30000.05")
    gave(firm, "fund", "999")
    gave(firm, "fund", "77")
    transaction_acknowledge(actor=uni, agreement=AGREEMENT, number=1, now=NOW)
    transaction_contest(actor=uni, agreement=AGREEMENT, number=2, reason="no", now=NOW)
    transaction_reverse(actor=firm, agreement=AGREEMENT, number=3, reason="typo", now=NOW)
    sums = _lines(balance(standpoint_of(uni)))["fund"].sums
    assert (sums.made, sums.acknowledged, sums.contested, sums.unanswered, sums.outstanding) == (
        *("90077.05", "60000.00", "30000.05", "77.00"),
        "9922.95",
    )
    assert sums.is_behind


def test_money_is_summed_by_currency_and_what_is_in_kind_is_not(both):
    _, firm = both
    gave(firm, "fund", "100000.00")
    gave(firm, "travel", "9000.50")
    gave(firm, "mentors", "6")
    found = balance(standpoint_of(firm))
    ours, theirs = found.parties
    assert ours.is_ours
    assert not theirs.is_ours
    assert [(each.unit, each.planned, each.made, each.outstanding) for each in ours.money] == [
        ("CNY", "300000.00", "100000.00", "0.00"),
        ("USD", "9000.00", "9000.50", "-0.50"),
    ]
    assert ours.money[1].is_ahead
    assert theirs.money == ()
    assert _lines(found)["mentors"].sums.made == "6"
    assert {each.unit for each in found.courses} == {"CNY", "USD"}


def test_valuations_stand_side_by_side_and_only_what_both_say_is_summed(both):
    uni, firm = both
    gave(firm, "mentors", "2.5", happened_on=date(2019, 9, 2))
    gave(firm, "mentors", "1", happened_on=date(2019, 11, 1))
    valued(actor=firm, amount="30000.01", currency="CNY", from_on=date(2019, 7, 1))
    valued(actor=uni, amount="30000.01", currency="CNY", from_on=date(2019, 7, 1))
    valued(actor=uni, amount="20000.00", currency="CNY", from_on=date(2019, 10, 1))
    found = balance(standpoint_of(uni))
    line = _lines(found)["mentors"]
    assert line.worth == "differs"
    assert [(each.party, each.values) for each in line.by_party] == [
        ("uni", (Value("95000.025", "CNY"),)),
        ("firm", (Value("105000.035", "CNY"),)),
    ]
    assert line.agreed == found.parties[1].agreed == (Value("75000.025", "CNY"),)
    # Never into the money.
    assert {each.made for each in found.parties[1].money} == {"0.00"}


def test_the_course_gives_both_sums_on_each_day(both):
    _, firm = both
    gave(firm, "fund", "40000.00", happened_on=date(2019, 8, 1))
    gave(firm, "fund", "60000.00", happened_on=date(2019, 9, 2))
    course = _lines(balance(standpoint_of(firm)))["fund"].course
    assert [(str(each.on), each.planned, each.made) for each in course] == [
        ("2019-08-01", "0.00", "40000.00"),
        ("2019-09-01", "100000.00", "40000.00"),
        ("2019-09-02", "100000.00", "100000.00"),
        ("2020-09-01", "300000.00", "100000.00"),
    ]


def test_a_named_day_leaves_out_what_came_later(both):
    _, firm = both
    gave(firm, "fund", "40000.00", happened_on=date(2019, 8, 1))
    gave(firm, "fund", "60000.00", happened_on=date(2019, 9, 2))
    sums = _lines(balance(standpoint_of(firm), day=date(2019, 8, 15)))["fund"].sums
    assert (sums.due, sums.made, sums.ahead) == ("0.00", "40000.00", "40000.00")


def test_benefits_have_their_metric_and_what_was_recorded_beside_it(both):
    uni, firm = both
    got(firm, "brand", "3", "piece")
    got(firm, "brand", "100.50", "CNY")
    transaction_acknowledge(actor=uni, agreement=AGREEMENT, number=1, now=NOW)
    brand = balance(standpoint_of(uni)).parties[1].benefits[0]
    assert (brand.id, brand.value, brand.metric) == ("brand", None, "college.reach@1")
    assert [(each.unit, each.made, each.acknowledged) for each in brand.received] == [
        ("CNY", "100.50", "0.00"),
        ("piece", "3", "3"),
    ]


def test_what_is_planned_no_more_stays_in_the_balance(both):
    uni, firm = both
    gave(firm, "travel", "9000.00")
    got(firm, "brand", "3", "piece")
    first = AgreementVersion.objects.get()
    text = CONTENT.decode().replace(
        "version = 1", f'version = 2\nprevious = "sha256:{first.sha256}"'
    )
    text = text.replace('id = "travel"', 'id = "trips"').replace('id = "brand"', 'id = "name"')
    agreement_import(actor=None, content=text.encode(), now=NOW, state="in_force")
    found = balance(standpoint_of(uni))
    travel = _lines(found)["travel"]
    assert (travel.sums.planned, travel.sums.made, travel.title["en"]) == (
        "0.00",
        "9000.00",
        "travel",
    )
    assert [each.id for each in found.parties[1].benefits] == ["name", "brand"]


def test_rows_come_by_page_and_name_what_they_take_back(both):
    _, firm = both
    for _ in range(3):
        gave(firm, "fund", "1")
    transaction_reverse(actor=firm, agreement=AGREEMENT, number=2, reason="typo", now=NOW)
    here = standpoint_of(firm)
    assert [each.number for each in transaction_rows(here, limit=2)] == [4, 3]
    assert [each.number for each in transaction_rows(here, before=3, limit=2)] == [2, 1]
    back, taken = transaction_row(here, 4), transaction_row(here, 2)
    assert (back.reverses, back.amount, taken.reversed_by) == (2, "-1.00", 4)
    assert not back.is_standing
    assert not taken.is_standing
    with pytest.raises(NotFound):
        transaction_row(here, 5)


def test_an_export_gives_back_the_very_documents(both):
    uni, firm = both
    gave(firm, "fund", "1", note="one")
    transaction_reverse(actor=firm, agreement=AGREEMENT, number=1, reason="typo", now=NOW)
    gave(uni, "meters", "2")
    found = exported(AGREEMENT, uni)
    assert [each.entry.number for each in found] == [1, 2, 3]
    for each in found:
        assert sha256(transaction_document(each.entry)).hexdigest() == each.sha256
    with pytest.raises(NotFound):
        exported("other", None)


def test_the_questions_to_the_database_do_not_grow_with_the_ledger(both):
    uni, firm = both

    def asked() -> int:
        here = standpoint_of(uni)
        with CaptureQueriesContext(connection) as found:
            balance(here)
        return len(found)

    gave(firm, "fund", "1")
    transaction_acknowledge(actor=uni, agreement=AGREEMENT, number=1, now=NOW)
    valued(actor=uni, amount="1", currency="CNY", from_on=date(2019, 7, 1))
    # The terms and the run document are read once and kept.
    asked()
    few = asked()
    for _ in range(5):
        gave(firm, "fund", "1")
        gave(uni, "meters", "1")
        valued(actor=uni, amount="1", currency="CNY", from_on=date(2019, 7, 1))
    assert asked() == few
