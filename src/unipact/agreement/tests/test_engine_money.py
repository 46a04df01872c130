"""Exact amounts: text to whole steps and back, and never one currency into another."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unipact.agreement.engine.currencies import CURRENCIES
from unipact.agreement.engine.fixed_point import GREATEST, digits_of, steps_of, text_of
from unipact.agreement.engine.money import Money
from unipact.errors import Invalid

STEPS = st.integers(-GREATEST, GREATEST)
DIGITS = st.integers(0, 4)
AMOUNTS = st.builds(Money, st.integers(), st.just("CNY"))


@given(STEPS, DIGITS)
def test_steps_come_back_from_their_text(steps, digits):
    assert steps_of(text_of(steps, digits), digits) == steps


@given(STEPS, DIGITS)
def test_the_text_is_the_exact_number(steps, digits):
    assert Decimal(text_of(steps, digits)) == Decimal(steps).scaleb(-digits)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("3000000.00", "CNY", 300_000_000),
        ("3000000", "CNY", 300_000_000),
        ("-0.5", "CNY", -50),
        ("1234", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("0.00", "CNY", 0),
    ],
)
def test_the_minor_digits_are_those_of_iso_4217(text, currency, minor):
    assert Money.of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    [
        *("", "1,0", "1e3", "+1", "01", "1.", ".5", " 1", "1 ", "-0", "-0.00", "NaN", "１", "٣"),
        *("1.001", "9" * 41, "90071992547409.92"),
    ],
)
def test_what_is_no_amount_of_yuan_is_refused(text):
    with pytest.raises(Invalid) as refused:
        Money.of(text, "CNY")
    assert refused.value.findings[0].where == "amount"


def test_a_yen_has_no_decimals_and_an_unknown_currency_no_amount():
    with pytest.raises(Invalid, match="amount is wrong"):
        Money.of("1.0", "JPY")
    for currency in ("cny", "XXX", "", "BTC"):
        with pytest.raises(Invalid, match="currency is unknown"):
            Money.of("1", currency)


@pytest.mark.parametrize("minor", [1.0, True, "1", Decimal(1), None])
def test_only_whole_numbers_are_minor_units(minor):
    with pytest.raises(Invalid):
        Money(minor, "CNY")


@given(AMOUNTS, AMOUNTS)
def test_adding_and_taking_away_are_exact(one, other):
    assert one + other - other == one
    assert one + other == other + one
    assert one + -one == Money(0, "CNY")


@pytest.mark.parametrize("other", [Money(1, "USD"), 1, Decimal(1), None])
def test_nothing_but_the_same_currency_is_added(other):
    for act in (lambda: Money(1, "CNY") + other, lambda: Money(1, "CNY") - other):
        with pytest.raises(Invalid):
            act()


def test_every_unit_has_its_step():
    assert {digits_of(code) == digits for code, digits in CURRENCIES.items()} == {True}
    assert (digits_of("piece"), digits_of("person-month"), digits_of("kWh")) == (0, 3, 3)
