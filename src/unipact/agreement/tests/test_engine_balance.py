"""The balance by hand: what is due, made and outstanding, and what it is worth to whom."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unipact.agreement.engine.balance import (
    Fact,
    Price,
    cumulated,
    due,
    exact_text,
    made,
    price_at,
    worth,
)

DAY = date(2019, 12, 31)
PARTIES = ("uni", "firm")


def fact(steps: int, day: int = 1, answer: str = "unanswered", *, standing: bool = True) -> Fact:
    return Fact(1, "mentors", "person-month", 3, steps, date(2019, 12, day), answer, standing)


def price(party: str, minor: int, day: int = 1, currency: str = "CNY") -> Price:
    return Price(party, minor, currency, date(2019, 12, day), "list")


def test_what_is_made_is_told_apart_by_the_answer():
    facts = [
        *(fact(5500, answer="acknowledged"), fact(1, answer="contested"), fact(250)),
        # A pair that cancels out, and what happens later.
        *(fact(9000, standing=False), fact(-9000, standing=False)),
        Fact(2, "mentors", "person-month", 3, 7000, date(2020, 1, 1), "unanswered", True),
    ]
    found = made(facts, DAY)
    assert (found.acknowledged, found.contested, found.unanswered) == (
        *(Fraction(11, 2), Fraction(1, 1000)),
        Fraction(1, 4),
    )
    assert found.total == Fraction(5751, 1000)


def test_the_plan_counts_up_to_and_with_the_day():
    schedule = [
        (date(2019, 9, 1), Fraction(4)),
        (DAY, Fraction(1)),
        (date(2020, 1, 1), Fraction(6)),
    ]
    assert due(schedule, DAY) == 5
    assert cumulated([*schedule, (DAY, Fraction(2))]) == [
        (date(2019, 9, 1), Fraction(4)),
        (DAY, Fraction(7)),
        (date(2020, 1, 1), Fraction(13)),
    ]


def test_the_latest_valuation_of_a_day_counts_from_that_day_on():
    prices = [price("uni", 5, 3), price("uni", 7, 1), price("uni", 6, 3), price("firm", 9, 1)]
    assert price_at(prices, "uni", date(2019, 11, 30)) is None
    assert price_at(prices, "uni", date(2019, 12, 2)).minor == 7
    assert price_at(prices, "uni", date(2019, 12, 3)).minor == 6


def test_each_fact_is_worth_what_it_was_on_its_own_day():
    prices = [price("uni", 100, 1), price("uni", 200, 10), price("firm", 100, 1)]
    found = worth([fact(1000, 5), fact(2000, 12)], prices, PARTIES, DAY)
    uni, firm = found.by_party
    assert (uni.values, firm.values) == ({"CNY": Fraction(5)}, {"CNY": Fraction(3)})
    # Of the first they say the same, of the second they do not.
    assert (found.agreement, found.agreed) == ("differs", {"CNY": Fraction(1)})


def test_two_currencies_are_never_the_same_value_nor_one_sum():
    found = worth(
        [fact(1000, 5), fact(1000, 12)],
        [price("uni", 100), price("firm", 100, currency="USD"), price("uni", 9, 10, "USD")],
        PARTIES,
        DAY,
    )
    assert found.by_party[0].values == {"CNY": Fraction(1), "USD": Fraction(9, 100)}
    assert (found.agreement, found.agreed) == ("differs", {})


def test_what_came_before_the_first_valuation_has_none():
    found = worth([fact(1000, 5)], [price("uni", 100, 6)], PARTIES, DAY)
    assert found.by_party[0].unvalued == 1
    assert (found.agreement, found.agreed) == ("one_sided", {})
    assert worth([fact(1000)], [], PARTIES, DAY).agreement == "none"


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        ([price("uni", 5), price("firm", 5)], "agreed"),
        ([price("uni", 5), price("firm", 6)], "differs"),
    ],
)
def test_before_anything_is_made_the_prices_agree_or_differ(prices, said):
    assert worth([], prices, PARTIES, DAY).agreement == said


@given(st.integers(), st.integers(0, 30), st.integers(0, 4))
def test_the_text_is_the_exact_number(steps, digits, least):
    number = Fraction(steps, 10**digits)
    text = exact_text(number, least)
    assert Fraction(text) == number
    assert len(text.partition(".")[2]) >= least


def test_a_number_without_an_end_is_refused():
    with pytest.raises(ValueError, match="no end"):
        exact_text(Fraction(1, 3))
