"""The way out: everything that a party may take along, in one file of one form."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from unipact.agreement.formats.leaving import layout
from unipact.agreement.formats.leaving.writer import About, write_archive
from unipact.agreement.queries.leaving import leaver_of, records_written
from unipact.agreement.roles import Actor
from unipact.agreement.services.leaving import leaving_note
from unipact.installation import Installation


@dataclass(frozen=True, slots=True)
class Made:
    """An archive that was written: what its manifest says, and the SHA-256 of its bytes."""

    about: About
    sha256: str


def archive_make(
    *,
    actor: Actor | None,
    agreement: str,
    party: str,
    installation: Installation,
    stream: BinaryIO,
    now: datetime,
) -> Made:
    """Write the archive with which ``party`` leaves ``agreement``; note it among its people.

    Who: roles with ``leaving_export``, for their own party; ``actor`` None is the command line.
    The same records and lake give the same bytes. Records are read before the lake, so all that
    an evaluation names is in it. Memory does not grow with what is written; beside the stream,
    space for the records once more is needed while it is written.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such agreement, or its log was not founded.
        Conflict: both parties cosigned nothing yet, or a file changed meanwhile.
    """
    leaver = leaver_of(actor, agreement, party)
    with tempfile.TemporaryDirectory(prefix="unipact-leaving-") as name:
        folder = Path(name)
        records = records_written(leaver, folder)
        # Here, so that the command line starts without the engines that read it.
        from unipact.web.leaving_archive.lake_rows import rows_seen, sources_write

        seen = rows_seen(installation.lake, leaver, records.told_of)
        sources = folder / layout.SOURCES
        sources_write(seen, sources)
        withheld = {**records.about.withheld, "data": dict(seen.withheld)}
        about = replace(records.about, withheld=withheld)
        files = {**records.files, layout.SOURCES: sources, **seen.files}
        sha256 = write_archive(stream, about, files)
    leaving_note(actor=actor, agreement=agreement, party=party, now=now)
    return Made(about, sha256)
