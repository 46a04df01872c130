"""The commands on the agreement file: ``unipact check``, ``unipact fmt``, ``unipact schema``.

The program that they are registered in turns every ``UnipactError`` into one line a finding on
stderr and the exit code of ``unipact.exits``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from unipact.agreement.formats import structure
from unipact.agreement.formats.agreement_toml import (
    AgreementFile,
    read_agreement,
    read_agreement_json,
)
from unipact.agreement.formats.scope import KnownMetrics
from unipact.agreement.formats.toml_layout import comments_of, formatted
from unipact.errors import Finding, Invalid, NotFound
from unipact.exits import Exit

MetricsLoader = Callable[[], KnownMetrics]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The agreement: .toml or .json.")]


class Form(StrEnum):
    """What ``fmt`` writes."""

    TOML = "toml"
    JSON = "json"


def checker(known_metrics: MetricsLoader | None = None) -> Callable[..., None]:
    """The command ``check``, with the metrics that the fields which run declare."""

    def check(
        file: File,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print the verdict and the findings as JSON.")
        ] = False,
    ) -> None:
        """Check an agreement file: name every place that is wrong, and how to mend it.

        Exit 0 when it is valid, 2 when it is not.
        """
        try:
            read = _read(file, known_metrics() if known_metrics else None)
        except Invalid as error:
            if not as_json:
                raise
            typer.echo(_report(error.findings))
            raise typer.Exit(Exit.INVALID) from None
        if as_json:
            typer.echo(_report((), read))
            return
        agreement = read.agreement
        number = len(agreement.commitments)
        commitments = "1 commitment" if number == 1 else f"{number} commitments"
        typer.echo(f"{file} is valid: version {agreement.version}, {commitments}, {read.sha256}")

    return check


check = checker()


def fmt(
    file: File,
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 unless the layout is canonical.")
    ] = False,
    write: Annotated[bool, typer.Option("--write/--stdout", help="Write the file itself.")] = False,
    to: Annotated[Form, typer.Option("--to", help="The form to print or to compare with.")] = (
        Form.TOML
    ),
    drop_comments: Annotated[
        bool, typer.Option("--drop-comments", help="Leave the comments out.")
    ] = False,
) -> None:
    """Write an agreement file in its one canonical layout; its hash stays the same."""
    read = _read(file, None)
    comments = comments_of(read) if file.suffix != ".json" and not drop_comments else []
    if to is Form.JSON and comments:
        raise Invalid(
            "JSON holds no comments",
            findings=[
                Finding(
                    f"{file}:{comments[0].line}",
                    "the JSON form holds no comments",
                    "Use --drop-comments to leave them out",
                )
            ],
        )
    is_json = to is Form.JSON
    data = json_bytes(read) if is_json else formatted(read, comments=comments)
    if check_only:
        if data != read.original:
            typer.echo(f"{file} is not in the canonical layout", err=True)
            raise typer.Exit(Exit.NOT_ACCEPTED)
    elif write:
        if is_json != (file.suffix == ".json"):
            raise Invalid(f"--write keeps the form of {file}; print the other with --stdout")
        _replace(file, data)
    else:
        _print(data)


def schema(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="A schema; none lists all.")] = "",
) -> None:
    """Print a published JSON Schema, or the names of all."""
    if name:
        _print(structure.schema_bytes(name))
    else:
        typer.echo("\n".join(structure.schema_names()))


def json_bytes(file: AgreementFile) -> bytes:
    """The JSON form, indented, keys sorted: it reads back to the same hash."""
    text = json.dumps(file.document, ensure_ascii=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()


def _read(file: Path, known_metrics: KnownMetrics | None) -> AgreementFile:
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"there is no file {file}") from None
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}") from error
    reader = read_agreement_json if file.suffix == ".json" else read_agreement
    return reader(data, name=str(file), known_metrics=known_metrics)


def _report(findings: tuple[Finding, ...], read: AgreementFile | None = None) -> str:
    document = {
        "valid": read is not None,
        "sha256": read.sha256 if read else None,
        "findings": [{"where": f.where, "what": f.what, "mend": f.mend} for f in findings],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _print(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _replace(file: Path, data: bytes) -> None:
    """Put the bytes in the file's place at once, so that a crash leaves the old or the new."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(file.stat().st_mode & 0o777)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
