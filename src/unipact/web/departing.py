"""The archive that a party leaves with, as pages and programs give it."""

from __future__ import annotations

import tempfile
from datetime import datetime
from typing import IO

from unipact.agreement.queries.leaving import archive_name, leaver_of
from unipact.agreement.queries.passing_file import PassingFile
from unipact.agreement.roles import Actor
from unipact.turns import OneAtATime
from unipact.web.lake import installation
from unipact.web.leaving_archive import Made, archive_make
from unipact.web.throttle import HEAVY_WORK, take

_ONE_AT_A_TIME = OneAtATime()


class ArchiveFile(PassingFile):
    """An archive in a temporary file, to be read from its begin; it goes when nobody holds it."""

    def __init__(self, stream: IO[bytes], made: Made) -> None:
        self.sha256 = made.sha256
        self.name_asked = archive_name(made.about)
        super().__init__(stream)


def archive_file(actor: Actor, agreement: str, *, now: datetime) -> ArchiveFile:
    """Write the archive of the actor's own party into a temporary file, so that memory stays flat.

    Who: roles with ``leaving_export``; it is heavy work of the party.

    Raises:
        NotPermitted, NotFound, Conflict: as ``archive_make``.
        TooMany, Unavailable: as an evaluation.
    """
    leaver_of(actor, agreement, actor.party)
    take(HEAVY_WORK, actor.party, now=now)
    stream = tempfile.TemporaryFile(prefix="unipact-leaving-")  # noqa: SIM115
    try:
        with _ONE_AT_A_TIME:
            made = archive_make(
                actor=actor,
                agreement=agreement,
                party=actor.party,
                installation=installation(),
                stream=stream,
                now=now,
            )
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    return ArchiveFile(stream, made)
