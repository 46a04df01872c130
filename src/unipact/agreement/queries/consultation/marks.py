"""What the parties say of a period, beside its status: disputed, waived, contested, unreviewed.

A status is computed and stays as it is; these marks stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, get_args

from unipact.agreement.queries.consultation.reviews import reviews_of
from unipact.agreement.queries.consultation.standing import disputes_of, waivers_of
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act

Mark = Literal["disputed", "waived", "contested", "unreviewed"]
MARKS: tuple[Mark, ...] = get_args(Mark)


def marks_of(here: Standpoint, *, now: datetime) -> Mapping[str, tuple[Mark, ...]]:
    """The marks of each period that has any, by ``commitment/period``.

    Empty for who may not see the log, and while it was not founded.

    Raises:
        Unavailable: the log does not verify.
    """
    if not here.actor.may(Act.LOG_SEE):
        return {}
    found: dict[str, set[Mark]] = {}
    for place, mark in _marks(here, now):
        found.setdefault(place, set()).add(mark)
    return {place: tuple(each for each in MARKS if each in has) for place, has in found.items()}


def _marks(here: Standpoint, now: datetime) -> Iterator[tuple[str, Mark]]:
    for dispute in disputes_of(here, now=now):
        if dispute.is_open:
            yield f"{dispute.commitment}/{dispute.period}", "disputed"
    for waiver in waivers_of(here, now=now):
        yield f"{waiver.commitment}/{waiver.period}", "waived"
    for run in reviews_of(here, now=now).runs:
        for each in run.evidence or ():
            place = f"{each.shown.commitment}/{each.shown.period}"
            if each.shown.commitment and each.state == "contested":
                yield place, "contested"
            if each.shown.commitment and each.state == "unreviewed":
                yield place, "unreviewed"
