"""``unipact leave``: everything that a party may take along from an agreement, as one file."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from unipact.web.start import with_records

_PRODUCTION = "unipact.settings.production"


def leave(
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Id of an agreement.")],
    party: Annotated[str, typer.Option("--party", help="Id of the party that leaves with it.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")],
) -> None:
    """Write everything that a party may take along: the bundle, and its records in open formats.

    In it: what both signed with its proof, evaluations, the ledger, comments, the party's own
    drafts, people, logs and tokens (no secrets), and the rows that it may see. It reads without
    unipact, and `unipact restore FILE --key A.pub --key B.pub` makes the agreement again from it.
    Nothing ends by it here. It is noted in the party's log of people.
    """
    with_records(_PRODUCTION)
    from django.conf import settings

    from unipact.installation import Installation
    from unipact.web.leaving_archive import archive_make

    beside = out.with_name(f".{out.name}.part")
    try:
        with open(beside, "wb", opener=_private) as stream:
            made = archive_make(
                actor=None,
                agreement=agreement,
                party=party,
                installation=Installation(Path(settings.UNIPACT_HOME)),
                stream=stream,
                now=datetime.now(UTC),
            )
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    typer.echo(f"{out}: {party} with {made.about.size} entries, sha256:{made.sha256}")
    for what, count in made.about.withheld.items():
        for name, each in count.items() if isinstance(count, dict) else ((what, count),):
            if each:
                typer.echo(f"not in it: {each} of {name}", err=True)


def _private(path: str, flags: int) -> int:
    # The party's own records are in it.
    return os.open(path, flags, 0o600)
