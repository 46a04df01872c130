"""The checks of how an agreement goes on and ends: its renewal and its exits."""

from __future__ import annotations

from unipact.agreement.engine.term_end import RENEWAL
from unipact.agreement.formats.cursor import Cursor
from unipact.agreement.formats.scope import Scope

_SHORTEST_MONTH = 28


def check_ending(root: Cursor, scope: Scope) -> None:
    """Report everything that is wrong with the meaning of ``renewal`` and of each ``exit``."""
    _renewal(root.at("renewal"), scope)
    for clause in root.each("exit"):
        for entry in clause.each("may"):
            scope.refer(entry, scope.parties, "party")
        if clause.text("id") == RENEWAL:
            what = f'"{RENEWAL}" names the clause on renewal'
            clause.at("id").say(what, "Name the exit otherwise: a notice says which clause")


def _renewal(renewal: Cursor, scope: Scope) -> None:
    """The last day for a notice must lie in the time that the notice is about."""
    months, days = renewal.integer("months"), renewal.integer("notice_days")
    if days is None:
        return
    place = renewal.at("notice_days")
    if scope.term is not None and days >= scope.term.days:
        place.say(f"{days} days of notice are no less than the term ({scope.term.days} days)")
    elif months is not None and months > 0 and days >= months * _SHORTEST_MONTH:
        what = f"{days} days of notice are no less than a renewal of {months} months may have"
        place.say(what, f"At most {months * _SHORTEST_MONTH - 1}")
