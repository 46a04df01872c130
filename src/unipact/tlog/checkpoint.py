"""Checkpoints of C2SP (https://c2sp.org/tlog-checkpoint): origin, size and root of a log."""

from __future__ import annotations

import re
from dataclasses import dataclass

from unipact.tlog.encoding import HASH_BYTES, LARGEST, from_base64, from_decimal, to_base64
from unipact.tlog.errors import Unproven

_CONTROL = re.compile("[\x00-\x1f\ud800-\udfff]")
_WHERE = "checkpoint"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself at one size.

    Attributes:
        origin: the name of the log, one line, not empty.
        size: the number of entries, at most 2**63 - 1.
        root: 32 bytes, of the Merkle tree of these entries.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or _CONTROL.search(self.origin):
            raise Unproven.at(_WHERE, "its origin is one line that is not empty")
        if not 0 <= self.size <= LARGEST or len(self.root) != HASH_BYTES:
            raise Unproven.at(_WHERE, "it has a size from 0 to 2^63-1 and a root of 32 bytes")

    @property
    def body(self) -> bytes:
        """The text that a note of this checkpoint has."""
        return b"%b\n%d\n%b\n" % (self.origin.encode(), self.size, to_base64(self.root))


def read_checkpoint(text: bytes) -> Checkpoint:
    """Return what the text of a checkpoint says; its ``body`` is ``text``.

    Raises:
        Unproven: not three lines in their only spelling. Extension lines are refused too: C2SP
            advises against them, and nothing here could tell what they state.
    """
    lines = text.split(b"\n", 3)
    if len(lines) < 4:
        raise Unproven.at(_WHERE, "it is three lines: origin, size, root")
    if lines[3]:
        raise Unproven.at(_WHERE, "it has extension lines, which are not accepted here")
    try:
        origin = lines[0].decode()
    except UnicodeDecodeError as error:
        raise Unproven.at(_WHERE, "its origin is not UTF-8") from error
    size = from_decimal(lines[1], f"{_WHERE} size")
    return Checkpoint(origin, size, from_base64(lines[2], f"{_WHERE} root"))
