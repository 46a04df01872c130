"""``unipact key``: making and reading the keys of a party, on the party's own machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from unipact.agreement.formats.key_files import (
    PrivateKeys,
    generate,
    private_file,
    public_file,
    read_private,
    read_public,
)
from unipact.errors import Conflict, Finding, Invalid

app = typer.Typer(
    no_args_is_help=True, help="The keys of a party: made and kept where the party wants them."
)

_LARGEST_BYTES = 16_384


@app.command("new")
def new(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Begin of the keys' names, such as usst.example/unipact."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="STEM", help="Writes STEM.key and STEM.pub.")
    ],
) -> None:
    """Make a party's two key pairs: one that signs its acts, one that cosigns the log.

    STEM.key is secret: whoever reads it can sign for the party. Give STEM.pub to the other party by
    a way on which nobody can exchange it; its consent key stands in the agreement file. Files that
    are there are never replaced.
    """
    keys = generate(name)
    private, public = out.with_name(f"{out.name}.key"), out.with_name(f"{out.name}.pub")
    for path in (private, public):
        if path.exists():
            finding = Finding(str(path), "it is there already", "Name another with --out.")
            raise Conflict("no key is ever replaced", findings=[finding])
    _create(private, private_file(keys), 0o600)
    _create(public, public_file(keys.public), 0o644)
    typer.echo(f"{private}: secret, for the party alone")
    typer.echo(f"{public}: for everybody")
    typer.echo(f'key = "{keys.consent.verifier}"  # of the party, in the agreement file')


@app.command("show")
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .key or a .pub file.")],
) -> None:
    """Print the public keys of a file, as a .pub file; secrets are never printed."""
    data = bytes_of(file)
    if b"PRIVATE+KEY+" in data:
        keys = read_private(data, name=str(file)).public
    else:
        keys = read_public(data, name=str(file))
    typer.echo(public_file(keys).decode(), nl=False)


def private_keys(path: Path) -> PrivateKeys:
    """The private keys in a file that a command was given.

    Raises:
        Invalid: it cannot be read, or holds none.
    """
    return read_private(bytes_of(path), name=str(path))


def bytes_of(path: Path, most: int = _LARGEST_BYTES) -> bytes:
    """The bytes of a small file that a command was given.

    Raises:
        Invalid: there is no such file, it cannot be read, or it is larger than ``most``.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        what = error.strerror or "it cannot be read"
        raise Invalid(f"{path}: {what}", findings=[Finding(str(path), what)]) from error
    if len(data) > most:
        finding = Finding(str(path), f"it has more than {most} bytes")
        raise Invalid("the file is too large", findings=[finding])
    return data


def _create(path: Path, data: bytes, mode: int) -> None:
    """Write a new file with ``mode`` from its first byte on."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
