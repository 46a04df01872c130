"""The states of an agreement's versions, with their moves, and of a commitment's periods.

A version's state is moved by acts of the parties. A period's has no table of moves:
``status.judge`` computes it from the day and the measurement alone. Nobody types either.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, get_args

from unipact.agreement.engine.term_end import end_of
from unipact.agreement.engine.terms import Agreement
from unipact.errors import Conflict

VersionState = Literal[
    "draft",
    "offered",
    "countered",
    "agreed",
    "in_force",
    "superseded",
    "expired",
    "ended",
    "withdrawn",
    "declined",
    "lapsed",
]
PeriodState = Literal["not_due", "running", "met", "partly_met", "missed"]

VERSION_STATES: tuple[VersionState, ...] = get_args(VersionState)

_OFFER_EXITS: frozenset[VersionState] = frozenset({"agreed", "withdrawn", "declined", "lapsed"})

VERSION_MOVES: Mapping[VersionState, frozenset[VersionState]] = {
    "draft": frozenset({"offered", "withdrawn"}),
    "offered": _OFFER_EXITS | {"countered"},
    "countered": _OFFER_EXITS | {"offered"},
    "agreed": frozenset({"in_force", "superseded"}),
    "in_force": frozenset({"superseded", "expired", "ended"}),
    "superseded": frozenset(),
    "expired": frozenset(),
    "ended": frozenset(),
    "withdrawn": frozenset(),
    "declined": frozenset(),
    "lapsed": frozenset(),
}
"""From each state of a version the states that may follow."""


def version_moved(state: VersionState, to: VersionState) -> VersionState:
    """``to``, where a version may move there from ``state``; raises Conflict where it may not."""
    if to not in VERSION_MOVES[state]:
        allowed = ", ".join(sorted(VERSION_MOVES[state])) or "nothing: this state is final"
        raise Conflict(f"a version that is {state} cannot become {to}; allowed: {allowed}")
    return to


def state_at(agreement: Agreement, day: date) -> VersionState:
    """The state that a file alone shows on a day, where no console holds its history.

    Before it was signed it is a draft; signed, it is agreed until its term begins, in force
    while the term lasts and as often as it renews itself, and expired afterwards.
    """
    return "draft" if day < agreement.signed_on else end_of(agreement, (), day).state
