"""The checks of one commitment: who owes it, its targets, its milestones, its baseline."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from unipact.agreement.engine.currencies import CURRENCIES
from unipact.agreement.engine.terms import Span
from unipact.agreement.formats.cursor import Cursor
from unipact.agreement.formats.scope import Scope

LATEST_DUE = timedelta(days=366)
"""A target is judged at most this long after its period ends."""

_WHOLE = ("count", "person")


def check_commitment(commitment: Cursor, scope: Scope) -> None:
    """Report everything that is wrong with the meaning of one commitment."""
    scope.refer(commitment.at("field"), scope.fields, "field")
    _parties(commitment, scope)
    scope.metric(commitment)
    periods = _targets(commitment, scope)
    _milestones(commitment, scope, periods)
    _baseline(commitment, periods)


def _parties(commitment: Cursor, scope: Scope) -> None:
    for key in ("owed_by", "owed_to"):
        for entry in commitment.each(key):
            scope.refer(entry, scope.parties, "party")
    owing, owed = commitment.texts("owed_by"), commitment.texts("owed_to")
    if len(owing) == 1 and owed == owing:
        what = f'"{owing[0]}" owes this to nobody but itself'
        commitment.at("owed_to").say(what, "Name the other party")
    owner = commitment.at("owner").at("party")
    scope.refer(owner, scope.parties, "party")
    name = commitment.at("owner").text("party")
    if name in scope.parties and owing and name not in owing:
        owner.say(f'the owner "{name}" does not owe it', "Name a party of `owed_by`")


def _targets(commitment: Cursor, scope: Scope) -> list[Span]:
    periods: list[Span] = []
    seen: set[str] = set()
    unit = commitment.text("unit")
    for target in commitment.each("targets"):
        _unique(target, seen, "target")
        _value(target.at("value"), target.number("value"), unit)
        span = target.span()
        if span is None:
            continue
        if span.start >= span.until:
            what = f"the period ends on {span.until}, not after it begins ({span.start})"
            target.at("until").say(what, "`until` is the first day after the period")
            continue
        _inside_term(target, span, scope)
        if periods and span.start < periods[-1].until:
            what = f"the period begins on {span.start}, before the one above it ends"
            target.at("from").say(what, f"That one ends on {periods[-1].until}")
        periods.append(span)
        _due(target, span)
    return periods


def _inside_term(target: Cursor, span: Span, scope: Scope) -> None:
    term = scope.term
    if term and span.start < term.start:
        target.at("from").say(f"the period begins on {span.start}, before the term ({term.start})")
    if term and span.until > term.until:
        what = f"the period ends on {span.until}, after the term ({term.until})"
        target.at("until").say(what)


def _due(target: Cursor, span: Span) -> None:
    due = target.day("due")
    last = span.until - timedelta(days=1)
    if due and due < last:
        what = f"due on {due}, before the last day of the period ({last})"
        target.at("due").say(what, "A target is judged when its period is over")
    elif due and due > span.until + LATEST_DUE:
        what = f"due on {due}, more than a year after the period ends ({span.until})"
        target.at("due").say(what)


def _value(place: Cursor, value: Decimal | None, unit: str | None) -> None:
    if value is None or unit is None:
        return
    if unit == "share" and abs(value) > 1:
        what = f"a share lies between -1 and 1, not {value}"
        place.say(what, 'Write 3 % as "0.03"')
    elif unit in _WHOLE and value != value.to_integral_value():
        place.say(f"{unit} is counted in whole numbers, not {value}")
    elif unit in CURRENCIES and -int(value.as_tuple().exponent) > CURRENCIES[unit]:
        place.say(f"{place.value} has more than the {CURRENCIES[unit]} decimals of {unit}")


def _milestones(commitment: Cursor, scope: Scope, periods: list[Span]) -> None:
    seen: set[str] = set()
    weights: list[int | None] = []
    before: date | None = None
    is_held = _held(periods)
    for milestone in commitment.each("milestones"):
        _unique(milestone, seen, "milestone")
        weights.append(milestone.integer("weight"))
        due = milestone.day("due")
        scope.inside(milestone.at("due"), due, "the milestone")
        if due and before and due < before:
            milestone.at("due").say(f"due on {due}, before the milestone above it ({before})")
        before = due or before
        value = milestone.number("value")
        _value(milestone.at("value"), value, commitment.text("unit"))
        if value is not None and due and periods and not is_held(due):
            what = f"a value is due on {due}, but no target's period holds that day"
            milestone.at("due").say(what, "The value counts from the start of that period")
    known = [weight for weight in weights if weight is not None]
    if known and len(known) == len(weights) and sum(known) != 100:
        commitment.at("milestones").say(f"the weights sum to {sum(known)}, not to 100")


def _held(periods: list[Span]) -> Callable[[date], bool]:
    """Whether one of the periods holds a day; asked for thousands, it looks at none of them."""
    ordered = sorted(periods, key=lambda each: each.start)
    starts = [each.start for each in ordered]
    ends = list(accumulate((each.until for each in ordered), max))

    def is_held(day: date) -> bool:
        before = bisect_right(starts, day)
        return before > 0 and day < ends[before - 1]

    return is_held


def _baseline(commitment: Cursor, periods: list[Span]) -> None:
    baseline = commitment.at("baseline")
    _value(baseline.at("value"), baseline.number("value"), commitment.text("unit"))
    span = baseline_order(baseline)
    if span and periods and span.until > periods[0].start:
        what = f"the baseline ends on {span.until}, inside the first period"
        baseline.at("until").say(what, f"That period begins on {periods[0].start}")


def baseline_order(baseline: Cursor) -> Span | None:
    """The span of a baseline that has one; report one that does not end after it begins."""
    span = baseline.span()
    if span is None or span.start < span.until:
        return span
    what = f"the baseline ends on {span.until}, not after it begins ({span.start})"
    baseline.at("until").say(what, "`until` is the first day after the baseline")
    return None


def _unique(entry: Cursor, seen: set[str], kind: str) -> None:
    identity = entry.text("id")
    if identity is None:
        return
    if identity in seen:
        entry.at("id").say(f'the {kind} id "{identity}" is used twice in this commitment')
    seen.add(identity)
