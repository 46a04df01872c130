"""``unipact installation``: move all of it, or keep a copy, as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unipact.web.start import with_records

app = typer.Typer(
    no_args_is_help=True, help="The whole installation as one file: to move it, or as a backup."
)

_PRODUCTION = "unipact.settings.production"


@app.command("export")
def export_installation(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; a .tar.")],
) -> None:
    """Write every record and the lake to FILE, as they are at one moment.

    The console may run meanwhile. FILE appears whole or not at all; the same records give the same
    bytes, on SQLite and PostgreSQL. It holds hashes of passwords: guard it like the database.
    """
    with_records(_PRODUCTION)
    from django.conf import settings

    from unipact.web.moving import installation_export

    written = installation_export(home=settings.UNIPACT_HOME, file=file)
    rows = sum(each.rows for each in written.manifest.tables)
    typer.echo(
        f"{file}: {rows} records of {len(written.manifest.tables)} tables, "
        f"{len(written.manifest.lake)} files of the lake, sha256:{written.sha256}"
    )


@app.command("import")
def import_installation(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What export wrote.")],
) -> None:
    """Make this empty installation the one in FILE: all of it, or nothing.

    `unipact manage migrate` comes first, of the same release. The same FILE again changes nothing.
    An archive decides who may sign in: import none that you do not trust.
    """
    with_records(_PRODUCTION)
    from django.conf import settings

    from unipact.web.moving import installation_import

    arrived = installation_import(home=settings.UNIPACT_HOME, file=file)
    rows = sum(each.rows for each in arrived.manifest.tables)
    said = "is here already" if arrived.was_there else "is here now"
    typer.echo(f"{file} {said}: {rows} records, {len(arrived.manifest.lake)} files of the lake")
