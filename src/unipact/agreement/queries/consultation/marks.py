"""What the parties say of a period, beside its status: disputed, waived, contested, unreviewed.

A status is computed and stays as it is; these marks stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, get_args

from unipact.agreement.queries.consultation.ground import Ground, ground_of
from unipact.agreement.queries.consultation.reviews import reviews_of
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
    ground = ground_of(here, now) if here.actor.may(Act.LOG_SEE) else None
    found: dict[str, set[Mark]] = {}
    for place, mark in _marks(ground) if ground else ():
        found.setdefault(place, set()).add(mark)
    return {place: tuple(each for each in MARKS if each in has) for place, has in found.items()}


def _marks(ground: Ground) -> Iterator[tuple[str, Mark]]:
    register = ground.register
    for dispute in register.disputes.values():
        if len(dispute.closed) < len(register.parties):
            yield f"{dispute.commitment}/{dispute.period}", "disputed"
    for commitment, period in register.waived:
        yield f"{commitment}/{period}", "waived"
    for run in reviews_of(ground.here, now=ground.now).runs if register.runs else ():
        for each in run.evidence or ():
            place = f"{each.shown.commitment}/{each.shown.period}"
            if each.shown.commitment and each.state == "contested":
                yield place, "contested"
            if each.shown.commitment and each.state == "unreviewed":
                yield place, "unreviewed"
