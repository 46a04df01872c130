"""Reading meters for a person or a program: who may, and that the owner is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.agreement.services import access_log_append
from unipact.analysis.evaluation.held import held
from unipact.analysis.evaluation.session import Session
from unipact.campus.lake import batches_shown, session_at, snapshot_shown
from unipact.campus.tables import READINGS
from unipact.errors import NotPermitted


@contextmanager
def meters_read(
    here: Standpoint, *, now: datetime, building: str | None = None
) -> Iterator[Session]:
    """Open the lake for a read of all meters, or of one building's; note it once it was read.

    Who: roles with ``meters_see``, as far as the owner does not keep the rows to itself. What
    the other party owns and shares is noted in the log that it sees; nothing is noted where the
    read fails.

    Raises:
        NotPermitted: the role may not, or the owner keeps rows to itself.
        Unavailable: the snapshot is not in this lake any more.
    """
    here.actor.require(Act.METERS_SEE)
    holding = held()
    snapshot = snapshot_shown(holding, here.document)
    batches = {(each.owner, each.visibility) for each in batches_shown(snapshot)}
    if any(seen == "own" and owner != here.actor.party for owner, seen in batches):
        raise NotPermitted("the owner keeps these readings to itself")
    with session_at(holding, snapshot) as session:
        yield session
    kind, record = ("meter", f"/{building}") if building else ("meters", "")
    for owner in sorted({owner for owner, seen in batches if seen == "shared"}):
        access_log_append(
            actor=here.actor, owner=owner, kind=kind, record=READINGS.name + record, now=now
        )
