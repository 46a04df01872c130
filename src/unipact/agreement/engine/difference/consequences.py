"""What a change of an agreement does: to the contributions, to each period, to who owes what.

What it does to the status of commitments is not here: that takes an evaluation of the new terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, Inexact, localcontext
from typing import Literal

from unipact.agreement.engine.difference.results import Difference, ItemDifference
from unipact.agreement.engine.terms import (
    Agreement,
    Commitment,
    Contribution,
    ContributionKind,
    Target,
)

Effect = Literal["added", "dropped", "stricter", "looser", "moved", "redefined"]
Concern = Literal["governance", "party", "key", "ending"]

# Amounts have up to 40 digits, Python's own context keeps 28; a sum that lost one would raise.
_EXACT = Context(prec=200, traps=[Inexact])
_ADDED_UP = ("money", "people")
_OF_PARTY = ("role", "legal_id", "name")
_REDEFINING = ("metric", "metric_version", "where", "unit", "direction", "baseline")


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """What is planned for one day, before and after."""

    on: date
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class PlanEffect:
    """What one party plans to bring in one unit, before and after the change.

    Attributes:
        party: who brings it.
        kind, unit: money in one currency, people in one unit of time, …
        contribution: the one contribution that this is about; None where contributions of the
            party were added up: money of one currency, and people in one unit. Pieces, sets,
            data sets, seats and licences are different things and are never added up.
        before, after: the whole, exact.
        schedule: each day on which anything is planned, before or after, in time order.
    """

    party: str
    kind: ContributionKind
    unit: str
    contribution: str | None
    before: Decimal
    after: Decimal
    schedule: tuple[PlannedDay, ...]

    @property
    def has_changed(self) -> bool:
        """Whether the whole or any day of it differs."""
        return self.before != self.after or any(d.before != d.after for d in self.schedule)


@dataclass(frozen=True, slots=True)
class TargetEffect:
    """What the change does to one period of one commitment.

    ``effect``: ``stricter`` and ``looser`` by the direction of the target, where value and
    period still mean the same; ``moved`` where the period or its day of judgement is another;
    ``redefined`` where metric, parameters, unit, direction or baseline are, so that the old value
    and the new one cannot be compared; ``added`` and ``dropped`` periods have one target only.
    """

    commitment: str
    target: str
    effect: Effect
    old: Target | None
    new: Target | None


@dataclass(frozen=True, slots=True)
class DutyEffect:
    """Who owes a commitment to whom, before and after; empty where it is not there."""

    commitment: str
    owed_by_before: tuple[str, ...]
    owed_by_after: tuple[str, ...]
    owed_to_before: tuple[str, ...]
    owed_to_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grave:
    """A change that touches how the parties are bound: read it twice.

    ``concern``: ``governance`` (who proposes and consents, what silence means), ``party`` (one
    comes, goes, or is another), ``key`` (of a party's consents), ``ending`` (term, renewal,
    exits). ``id`` is the party's or the clause's, else empty.
    """

    concern: Concern
    id: str


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a change does. ``affected`` are the commitments whose status may become another."""

    plans: tuple[PlanEffect, ...]
    targets: tuple[TargetEffect, ...]
    duties: tuple[DutyEffect, ...]
    grave: tuple[Grave, ...]
    affected: tuple[str, ...]


def consequences(difference: Difference, old: Agreement, new: Agreement) -> Consequences:
    """What the difference between the terms ``old`` and ``new`` does.

    ``difference`` is that of the same two versions. All amounts are exact; ``plans`` also holds
    those that stay as they are (see ``PlanEffect.has_changed``).
    """
    promises = _promises(old, new)
    return Consequences(
        plans=tuple(_plans(old.contributions, new.contributions)),
        targets=tuple(effect for each in promises for effect in _targets(each)),
        duties=tuple(effect for each in promises for effect in _duties(each)),
        grave=tuple(_grave(difference)),
        affected=_affected(difference, promises),
    )


_Group = tuple[str, ContributionKind, str, str | None]


@dataclass(frozen=True, slots=True)
class _Promise:
    """One commitment before and after; at least one of the two is there."""

    id: str
    old: Commitment | None
    new: Commitment | None


def _promises(old: Agreement, new: Agreement) -> list[_Promise]:
    before = {each.id: each for each in old.commitments}
    after = {each.id: each for each in new.commitments}
    ids = dict.fromkeys([*after, *before])
    return [_Promise(key, before.get(key), after.get(key)) for key in ids]


def _group(each: Contribution) -> _Group:
    alone = None if each.kind in _ADDED_UP else each.id
    return each.party, each.kind, each.unit, alone


def _plans(old: Iterable[Contribution], new: Iterable[Contribution]) -> list[PlanEffect]:
    with localcontext(_EXACT):
        return list(_summed(old, new))


def _summed(old: Iterable[Contribution], new: Iterable[Contribution]) -> Iterator[PlanEffect]:
    totals: dict[_Group, list[Decimal]] = {}
    days: dict[_Group, dict[date, list[Decimal]]] = {}
    # The new version first: its order is the one that people know.
    for number, contributions in ((1, new), (0, old)):
        for each in contributions:
            group = _group(each)
            totals.setdefault(group, [Decimal(0), Decimal(0)])[number] += each.amount
            planned = days.setdefault(group, {})
            for part in each.schedule:
                planned.setdefault(part.on, [Decimal(0), Decimal(0)])[number] += part.amount
    for group, (before, after) in totals.items():
        schedule = tuple(PlannedDay(on, *days[group][on]) for on in sorted(days[group]))
        yield PlanEffect(*group, before, after, schedule)


def _targets(promise: _Promise) -> Iterator[TargetEffect]:
    before = {each.id: each for each in promise.old.targets} if promise.old else {}
    after = {each.id: each for each in promise.new.targets} if promise.new else {}
    for key in dict.fromkeys([*after, *before]):
        old, new = before.get(key), after.get(key)
        effect = _effect(promise, old, new)
        if effect is not None:
            yield TargetEffect(promise.id, key, effect, old, new)


def _effect(promise: _Promise, old: Target | None, new: Target | None) -> Effect | None:
    if promise.old is None or old is None:
        return "added"
    if promise.new is None or new is None:
        return "dropped"
    if any(getattr(promise.old, name) != getattr(promise.new, name) for name in _REDEFINING):
        return "redefined"
    if old.period != new.period:
        return "moved"
    if old.value != new.value:
        is_higher = new.value > old.value
        return "stricter" if is_higher == (promise.new.direction == "at_least") else "looser"
    return "moved" if old.due != new.due else None


def _duties(promise: _Promise) -> Iterator[DutyEffect]:
    by, to = (
        tuple(_ids(each, name) for each in (promise.old, promise.new))
        for name in ("owed_by", "owed_to")
    )
    if by[0] != by[1] or to[0] != to[1]:
        yield DutyEffect(promise.id, *by, *to)


def _ids(commitment: Commitment | None, name: str) -> tuple[str, ...]:
    return tuple(sorted(getattr(commitment, name))) if commitment else ()


def _grave(difference: Difference) -> Iterator[Grave]:
    for item in difference.section("terms").changed:
        first = {change.path[0] for change in item.values}
        if "governance" in first:
            yield Grave("governance", "")
        if "term" in first:
            yield Grave("ending", "")
    for item in difference.section("party").changed:
        if item.change != "changed" or _touches(item, *_OF_PARTY):
            yield Grave("party", item.id)
        if _touches(item, "key"):
            yield Grave("key", item.id)
    if difference.section("renewal").changed:
        yield Grave("ending", "renewal")
    for item in difference.section("exit").changed:
        yield Grave("ending", item.id)


def _touches(item: ItemDifference, *keys: str) -> bool:
    return any(change.path[0] in keys for change in item.values)


def _affected(difference: Difference, promises: list[_Promise]) -> tuple[str, ...]:
    changed = {item.id for item in difference.section("commitment").changed}
    apps = {item.id for item in difference.section("field").changed if _touches(item, "app")}
    # Thresholds and the zone of the days bear on every commitment.
    is_every = bool(difference.section("status").changed) or any(
        _touches(item, "zone") for item in difference.section("terms").changed
    )
    return tuple(
        promise.id
        for promise in promises
        if is_every
        or promise.id in changed
        or any(side.field in apps for side in (promise.old, promise.new) if side)
    )
