"""``unipact bundle`` and ``restore``: an agreement with its proof as one file, out and in again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from unipact.agreement.engine.register.acts import KeyPair
from unipact.agreement.formats.key_files import read_public
from unipact.errors import Finding, NotFound
from unipact.web.start import with_records

_PRODUCTION = "unipact.settings.production"
Agreement = Annotated[str, typer.Argument(metavar="AGREEMENT", help="Id of an agreement.")]


def bundle(
    agreement: Agreement,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")],
) -> None:
    """Write the bundle of an agreement: all that both parties signed, and the proof of it.

    Everything that both parties have cosigned is in it. Anybody checks it offline with
    `unipact verify FILE --key A.pub --key B.pub`. The same log gives the same bytes.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.queries.log_kept import bundle_to

    beside = out.with_name(f".{out.name}.part")
    try:
        with beside.open("wb") as stream:
            written = bundle_to(agreement, stream)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    typer.echo(f"{out}: {written.size} entries, sha256:{written.sha256}")
    if written.pending:
        typer.echo(f"{written.pending} more wait for a cosignature and are not in it", err=True)


def restore(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A bundle, or what `unipact leave` wrote.")
    ],
    key: Annotated[
        list[Path],
        typer.Option("--key", metavar="PUB", help="A party's .pub file; once for each party."),
    ],
) -> None:
    """Make an agreement again from its bundle: log, versions, evidence that was put forward.

    From what `unipact leave` wrote, also evaluations, the ledger, comments, drafts and rows. It is
    verified first, whole; all of it comes in, or nothing. The bundle of the restored agreement is
    the same file. Private keys are in no file: bring the log's with `unipact log hold-key` where
    the log shall go on. People are not let in by a file: they are named, to be invited.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.formats.leaving.reader import holds_leaving
    from unipact.agreement.services.restoring import agreement_restore

    try:
        keys = [read_public(each.read_bytes(), name=str(each)) for each in key]
        with file.open("rb") as stream:
            if holds_leaving(stream):
                _restore_all(stream, keys)
                return
            log = agreement_restore(stream=stream, keys=keys, now=datetime.now(UTC))
    except FileNotFoundError as error:
        finding = Finding(str(error.filename), "there is no such file")
        raise NotFound("there is no such file", findings=[finding]) from error
    typer.echo(f"{log.agreement.slug} is here again, with {log.size} entries")


def _restore_all(stream: BinaryIO, keys: Sequence[KeyPair]) -> None:
    from django.conf import settings

    from unipact.installation import Installation
    from unipact.web.leaving_archive import archive_restore

    returned = archive_restore(
        stream=stream,
        keys=keys,
        installation=Installation(Path(settings.UNIPACT_HOME)),
        now=datetime.now(UTC),
    )
    about = returned.archive.about
    typer.echo(f"{about.agreement} is here again, with {about.size} entries")
    for table, count in about.withheld.get("data", {}).items():
        said = f"{count} data sets of {table} were withheld from {about.party}"
        typer.echo(f"{said}: values over them cannot be computed again here", err=True)
    for name, role in returned.people:
        typer.echo(f"to be invited for {about.party}: {name}, {role}")


def reseal() -> None:
    """Seal the private keys inside under the present secret key.

    After UNIPACT_SECRET_KEY was replaced, and before UNIPACT_SECRET_KEY_BEFORE is taken out:
    without it the logs could not be appended to any more.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.services.log_key import held_keys_reseal

    typer.echo(f"{held_keys_reseal()} private keys are sealed under the present secret key")


def rebuild(agreement: Agreement) -> None:
    """Make the records of an agreement again what its signed log says.

    For an operator, where pages say that records disagree with the log: somebody changed them by
    hand. What nobody signed is withdrawn; drafts stay.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.services.restoring import agreement_rebuild

    changed = agreement_rebuild(agreement=agreement, now=datetime.now(UTC))
    typer.echo(
        f"{agreement}: {changed} records mended" if changed else f"{agreement}: all as signed"
    )
