"""``unipact sign`` and ``unipact cosign``: signatures made away from the server."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from unipact.agreement.commands.keys import bytes_of, private_keys
from unipact.agreement.formats.log.entry import LARGEST_BYTES, act_line, read_act
from unipact.agreement.formats.log.fields import is_hash
from unipact.errors import Conflict, Finding, Invalid
from unipact.exits import Exit
from unipact.tlog.checkpoint import read_checkpoint
from unipact.tlog.keys import SigningKey, VerifierKey
from unipact.tlog.note import Note, Signature
from unipact.tlog.witness import Seen, read_request
from unipact.tlog.witness import cosign as cosigned

_STATE_FORMAT = "unipact-seen/1"

Key = Annotated[Path, typer.Option("--key", metavar="FILE", help="The party's .key file.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Where to; standard output unless named."),
]


@dataclass(frozen=True, slots=True)
class _State:
    """What a party cosigned last: its own memory, which no server can change."""

    origin: str
    log_key: str
    size: int
    root: str


def sign(
    request: Annotated[
        Path, typer.Argument(metavar="REQUEST", help="The line that the console wants signed.")
    ],
    key: Key,
    out: Out = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; sign what stands there.")] = False,
) -> None:
    """Sign an act of the party with a key that lives here, and give back the signed note.

    What is signed is shown first, key by key. Only this line is signed; hand the note in on the
    console, by the API or with `unipact log submit`.
    """
    line = bytes_of(request, LARGEST_BYTES)
    act = read_act(line)
    if act_line(act) != line:
        finding = Finding(str(request), "the line is not in the one form that entries have")
        raise Invalid("the request is wrong", findings=[finding])
    keys = private_keys(key)
    for name, value in json.loads(line).items():
        typer.echo(f"{name}: {json.dumps(value, ensure_ascii=False)}", err=True)
    if not yes:
        typer.confirm(f"Sign this with {keys.consent.name}?", abort=True, err=True)
    _give(bytes(Note(line, (keys.consent.sign(line),))), out)


def cosign(
    request: Annotated[
        Path, typer.Argument(metavar="REQUEST", help="A checkpoint with its consistency proof.")
    ],
    key: Key,
    state: Annotated[
        Path,
        typer.Option(
            "--state", metavar="FILE", help="What was cosigned last; made at the first time."
        ),
    ],
    log_key: Annotated[
        str | None,
        typer.Option("--log-key", metavar="VKEY", help="The log's key, at the first time or new."),
    ] = None,
    out: Out = None,
) -> None:
    """Cosign a checkpoint, but only if the log goes on from the one that was cosigned last.

    A log that was forked, rolled back or cut is refused with exit 1: keep the request, it is the
    proof. The state is written before the signature is given away; never share it between logs.
    """
    data = bytes_of(request, 65_536)
    keys = private_keys(key)
    # By whatever link it is named, it is one file with one lock.
    kept_in = state.resolve()
    with _alone(kept_in):
        signature, now_seen, origin = _cosigned(data, keys.cosign, kept_in, log_key)
    _give(signature.line, out)
    typer.echo(f"cosigned {origin} at {now_seen.size} entries", err=True)


def _cosigned(
    data: bytes, key: SigningKey, state: Path, log_key: str | None
) -> tuple[Signature, Seen, str]:
    """Cosign the checkpoint of a request, and keep what was seen before the signature is given."""
    kept = _state(state)
    vkey = log_key or (kept.log_key if kept else None)
    if vkey is None:
        finding = Finding(
            "--log-key", "the log's key is needed the first time", "See the keys page."
        )
        raise Invalid("which log?", findings=[finding])
    checkpoint = read_checkpoint(read_request(data).note.text)
    seen = Seen(kept.size, bytes.fromhex(kept.root)) if kept else Seen()
    try:
        signature, now_seen = cosigned(
            data,
            seen=seen,
            log_key=VerifierKey.parse(vkey),
            key=key,
            origin=kept.origin if kept else checkpoint.origin,
            now=int(time.time()),
        )
    except Invalid as error:
        typer.echo(f"unipact: not cosigned: {error.message}", err=True)
        raise typer.Exit(Exit.NOT_ACCEPTED) from None
    _keep(state, checkpoint.origin, vkey, now_seen)
    return signature, now_seen, checkpoint.origin


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Let one run at a time read, decide and write: two at once could sign both sides of a fork."""
    # The lock file stays: whoever deletes it lets two runs hold two locks.
    with state.with_name(f".{state.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _state(path: Path) -> _State | None:
    """What was cosigned last; None at the first time.

    Raises:
        Invalid: the file is not one that this command wrote.
    """
    if not path.exists():
        return None
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        found = json.loads(bytes_of(path))
        is_ours = found.pop("format") == _STATE_FORMAT
        if is_ours and type(found["size"]) is int and is_hash(found["root"]):
            return _State(**found)
    finding = Finding(
        str(path), "this is not what `unipact cosign` kept", "Name the right --state."
    )
    raise Invalid("what was cosigned last is not known", findings=[finding])


def _keep(path: Path, origin: str, vkey: str, seen: Seen) -> None:
    """Write what was cosigned last, whole or not at all."""
    document = {
        "format": _STATE_FORMAT,
        "origin": origin,
        "log_key": vkey,
        "size": seen.size,
        "root": seen.root.hex(),
    }
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            json.dump(document, stream, indent=2)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    # The name is in the folder, which a power cut could set back to the state before.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _give(data: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    if out.exists():
        finding = Finding(str(out), "it is there already", "Name another with --out.")
        raise Conflict("nothing is replaced", findings=[finding])
    out.write_bytes(data)
