"""The checks of one contribution: who brings it, its plan to the last digit, its valuations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, Inexact, localcontext

from unipact.agreement.engine.currencies import CURRENCIES
from unipact.agreement.formats.cursor import Cursor
from unipact.agreement.formats.scope import Scope
from unipact.agreement.formats.structure import shown

# Amounts have up to 40 digits, Python's own context keeps 28; a sum that lost one would raise.
_EXACT = Context(prec=200, traps=[Inexact])


def check_contribution(entry: Cursor, scope: Scope) -> None:
    """Report everything that is wrong with the meaning of one contribution."""
    scope.refer(entry.at("party"), scope.parties, "party")
    scope.refer(entry.at("field"), scope.fields, "field")
    amount, unit = entry.number("amount"), entry.text("unit")
    digits = None
    if entry.text("kind") == "money" and unit is not None:
        digits = _currency_digits(entry.at("unit"), unit)
    elif unit in CURRENCIES and entry.text("kind"):
        entry.at("unit").say(f"{unit} is a currency, but the kind is not money")
    if amount is not None and amount <= 0:
        entry.at("amount").say("an amount is above zero")
    scope.minor_digits(entry.at("amount"), amount, unit, digits)
    _schedule(entry, _Plan(amount, unit, digits), scope)
    _valuations(entry, scope)


@dataclass(frozen=True, slots=True)
class _Plan:
    amount: Decimal | None
    unit: str | None
    digits: int | None


def _schedule(entry: Cursor, plan: _Plan, scope: Scope) -> None:
    amounts: list[Decimal | None] = []
    before: date | None = None
    for instalment in entry.each("schedule"):
        on, amount = instalment.day("on"), instalment.number("amount")
        amounts.append(amount)
        scope.inside(instalment.at("on"), on, "the instalment")
        if on and before and on <= before:
            instalment.at("on").say(f"{on} is not after the instalment before it ({before})")
        before = on or before
        if amount is not None and amount <= 0:
            instalment.at("amount").say("an instalment is above zero")
        scope.minor_digits(instalment.at("amount"), amount, plan.unit, plan.digits)
    if plan.amount is None or not amounts:
        return
    known = [amount for amount in amounts if amount is not None]
    with localcontext(_EXACT):
        total = sum(known, Decimal(0))
        beside = abs(total - plan.amount)
    if len(known) == len(amounts) and beside:
        entry.at("schedule").say(
            f"the instalments sum to {total}, the amount is {plan.amount}",
            f"They differ by {beside}",
        )


def _valuations(entry: Cursor, scope: Scope) -> None:
    if entry.text("kind") == "money" and entry.at("valuations").value is not None:
        what = "money is worth its amount; what is in kind is valued"
        entry.at("valuations").say(what, "Take it out")
    seen: set[str] = set()
    for valuation in entry.each("valuations"):
        party, currency = valuation.text("party"), valuation.text("currency")
        amount = valuation.number("amount")
        scope.refer(valuation.at("party"), scope.parties, "party")
        if party in seen:
            what = f'a second valuation by "{party}"'
            valuation.at("party").say(what, "Each party values the whole once")
        seen.add(party or "")
        if amount is not None and amount < 0:
            valuation.at("amount").say("a valuation is not below zero")
        if currency is not None:
            digits = _currency_digits(valuation.at("currency"), currency)
            scope.minor_digits(valuation.at("amount"), amount, currency, digits)


def _currency_digits(place: Cursor, currency: str) -> int | None:
    """The decimals of a currency; report one that is none."""
    digits = CURRENCIES.get(currency)
    if digits is None:
        near = place.near(currency, CURRENCIES)
        mend = near if near.startswith("Did") else "Like CNY"
        place.say(f"{shown(currency)} is no ISO 4217 currency", mend)
    return digits
