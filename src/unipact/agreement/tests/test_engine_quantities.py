"""Numbers as people read them, and as data keep them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unipact.agreement.engine.quantities import (
    decimal_text,
    percent_text,
    quantity_text,
    same_unit,
    target_text,
)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        ("0.0120", "share", "1.20 %", "1.20%"),
        ("0.3", "share", "30 %", "30%"),
        ("1", "share", "100 %", "100%"),
        ("-0.05", "share", "−5 %", "−5%"),
        ("0.9907", "share", "99.07 %", "99.07%"),
        ("22395096", "kWh", "22,395,096 kWh", "22,395,096 千瓦时"),
        ("31", "count", "31", "31"),
        ("1", "person", "1 person", "1 人"),
        ("80", "person", "80 people", "80 人"),
        ("12", "person-month", "12 person-months", "12 人月"),
        ("1200000.00", "CNY", "CNY 1,200,000.00", "1,200,000.00 元"),
        ("5", "USD", "USD 5", "USD 5"),
        ("7", "widget", "7 widget", "7 widget"),
        ("-0.00", "share", "0 %", "0%"),
    ],
)
def test_a_quantity_reads_well_in_both_languages(
    value: str, unit: str, english: str, chinese: str
) -> None:
    assert plain(quantity_text(Decimal(value), unit, "en")) == english
    assert plain(quantity_text(Decimal(value), unit, "zh-hans")) == chinese


def test_a_target_says_its_direction() -> None:
    floor, ceiling = (target_text(d, Decimal("0.03"), "share") for d in ("at_least", "at_most"))
    assert (plain(floor.en), floor.zh) == ("at least 3 %", "不低于 3%")
    assert (plain(ceiling.en), ceiling.zh) == ("at most 3 %", "不高于 3%")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
def test_decimal_text_keeps_the_value_and_needs_no_exponent(value: Decimal) -> None:
    text = decimal_text(value)
    assert Decimal(text) == value
    assert "E" not in text.upper()
    assert not (value == 0 and text.startswith("-"))


@given(st.decimals("-10", "10", places=6))
def test_a_share_as_per_cent_is_a_hundred_times_as_much(share: Decimal) -> None:
    text = percent_text(share, "zh").removesuffix("%").replace("\N{MINUS SIGN}", "-")
    assert Decimal(text.replace(",", "")) == share * 100


@pytest.mark.parametrize(
    ("unit", "ucum", "same"),
    [
        ("share", "1", True),
        ("count", "1", True),
        ("count", "{building}", True),
        ("person", "{person}", True),
        ("kWh", "kW.h", True),
        ("kWh", "kWh", True),
        ("kg", "kg", True),
        ("share", "{building}", False),
        ("count", "kg", False),
        ("kWh", "MW.h", False),
        ("person", "{building}", False),
    ],
)
def test_units_of_an_agreement_fit_the_ucum_codes_of_metrics(
    unit: str, ucum: str, same: bool
) -> None:
    assert same_unit(unit, ucum) is same
