"""Acts of the operator on whole agreements: from a bundle, and back to what the log says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from unipact.agreement.engine.register.acts import KeyPair
from unipact.agreement.formats.bundle.verify import Question
from unipact.agreement.log.restoring import bundle_restore, records_rebuild
from unipact.agreement.models import Log
from unipact.errors import NotFound


def agreement_restore(*, stream: BinaryIO, keys: Sequence[KeyPair], now: datetime) -> Log:
    """Make the agreement of a bundle, after a full verification; all or nothing.

    Who: whoever runs the installation.

    Raises:
        Invalid: the bundle is not accepted; the finding names the entry.
        Conflict: the agreement is here already.
    """
    return bundle_restore(stream, Question(keys=keys), now=now)


def agreement_rebuild(*, agreement: str, now: datetime) -> int:
    """Make the rows of an agreement's versions again what its log says; how many were changed.

    Who: whoever runs the installation.

    Raises:
        NotFound: there is no such log.
        Unavailable, Conflict: the log, or a signed file, was changed by hand as well.
    """
    log = Log.objects.filter(agreement__slug=agreement, size__gt=0).first()
    if log is None:
        raise NotFound(f"there is no log of {agreement}: it was not founded yet")
    return records_rebuild(log, now=now)
