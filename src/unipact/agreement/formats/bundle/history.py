"""Checkpoints in a bundle: who must have signed them, and the earlier ones, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from unipact.agreement.engine.register.register import Register
from unipact.agreement.formats.bundle import layout
from unipact.agreement.formats.bundle.contents import Contents
from unipact.agreement.formats.bundle.ustar import pieces
from unipact.agreement.formats.bundle.verdict import Broken
from unipact.agreement.formats.log.entry import require_signed
from unipact.errors import Invalid
from unipact.tlog.checkpoint import Checkpoint, read_checkpoint
from unipact.tlog.keys import VerifierKey
from unipact.tlog.note import Note, cosigned_at, read_note


@lru_cache(maxsize=256)
def verifier(vkey: str) -> VerifierKey:
    """The key of a vkey; a log names few keys, and each often."""
    return VerifierKey.parse(vkey)


def checkpoint_keys(register: Register) -> list[VerifierKey]:
    """Who signs a checkpoint of the register's size: the log, then each party."""
    cosigners = (register.keys[party].cosign for party in register.parties)
    return [verifier(text) for text in (register.log_key, *cosigners)]


def floor_of(note: Note) -> int:
    """The latest time in the cosignatures of a checkpoint, in unix seconds."""
    return max(cosigned_at(each) for each in note.signatures[1:])


def floor_kept(note: Note, register: Register) -> int:
    """The latest time of the cosignatures in a kept checkpoint that verify; 0 without any."""
    keys = {(key.name, key.key_id): key for key in checkpoint_keys(register)[1:]}
    times = [0]
    for each in note.signatures:
        key = keys.get((each.name, each.key_id))
        if key is not None and key.verifies(note.text, each.raw):
            times.append(cosigned_at(each))
    return max(times)


class Earlier:
    """The earlier checkpoints of a bundle, each in its turn as entries are taken."""

    def __init__(self, contents: Contents) -> None:
        self._notes = _notes(contents)
        self._last = contents.checkpoint.size
        self._size = 0
        self._origin = contents.checkpoint.origin
        self.next: tuple[Note, Checkpoint] | None = None
        self.advance()

    def advance(self) -> None:
        """Read the next checkpoint; ``next`` is None after the last.

        Raises:
            Broken: it is none, or out of order.
        """
        data = next(self._notes, None)
        if data is None:
            self.next = None
            return
        try:
            note = read_note(data)
            checkpoint = read_checkpoint(note.text)
        except Invalid as error:
            raise Broken(layout.CHECKPOINTS, f"after size {self._size}: {error.message}") from error
        if not self._size < checkpoint.size < self._last or checkpoint.origin != self._origin:
            raise Broken(layout.CHECKPOINTS, f"size {checkpoint.size} is out of place")
        self._size = checkpoint.size
        self.next = (note, checkpoint)


def require_checkpoint(
    note: Note, checkpoint: Checkpoint, register: Register, root: bytes, where: str
) -> None:
    """Refuse a checkpoint that is not of this log, or not signed by all.

    Raises:
        Broken: it says why.
    """
    if checkpoint.origin != register.origin:
        raise Broken(where, f"it is of the log {checkpoint.origin}, the entries of another")
    try:
        require_signed(note, checkpoint_keys(register))
    except Invalid as error:
        raise Broken(where, error.message) from error
    if checkpoint.root != root:
        raise Broken(where, f"its root at size {checkpoint.size} is not that of the entries")


def _notes(contents: Contents) -> Iterator[bytes]:
    begin = contents.checkpoint.origin.encode() + b"\n"
    between = b"\n" + begin
    first = True
    carried = b""
    for piece in pieces(contents.stream, contents.checkpoints):
        text = carried + piece
        if first:
            if not text.startswith(begin):
                raise Broken(layout.CHECKPOINTS, "a checkpoint begins with the log's origin")
            text, first = text[len(begin) :], False
        # What is carried has lost the line that it begins with.
        *found, carried = text.split(between)
        for each in found:
            yield begin + each + b"\n"
        if len(carried) > layout.LARGEST_NOTE:
            raise Broken(layout.CHECKPOINTS, f"a note has at most {layout.LARGEST_NOTE} bytes")
    if contents.checkpoints.size:
        yield begin + carried
