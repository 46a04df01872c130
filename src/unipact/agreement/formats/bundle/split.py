"""The entries of a bundle, one after the other, in memory that does not grow with their number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from unipact.agreement.formats.bundle.contents import Contents
from unipact.agreement.formats.bundle.layout import HASH_BYTES
from unipact.agreement.formats.bundle.ustar import Damaged, Member, pieces
from unipact.agreement.formats.log.entry import LARGEST_BYTES

_BEGIN = b"\n{"


def batches(stream: BinaryIO, member: Member) -> Iterator[list[bytes]]:
    """The entries of the member, about a megabyte of them at a time.

    An entry begins with ``{`` at the begin of a line, and nothing else in it does.

    Raises:
        Damaged: an entry is longer than any may be, or the content does not begin with one.
    """
    carried, count = b"", 0
    for piece in pieces(stream, member):
        # What is carried has lost the brace that it begins with.
        text = carried + piece if count or carried else _without_brace(piece)
        *found, carried = text.split(_BEGIN)
        if found:
            yield [b"{" + each + b"\n" for each in found]
        count += len(found)
        if len(carried) > LARGEST_BYTES:
            raise Damaged(f"entry {count}", f"it has more than {LARGEST_BYTES} bytes")
    if member.size:
        yield [b"{" + carried]


def _without_brace(piece: bytes) -> bytes:
    if piece[:1] != b"{":
        raise Damaged("entry 0", "it does not begin with a brace")
    return piece[1:]


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The RFC 6962 leaf hashes of some entries."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + each).digest() for each in entries]


def hash_pieces(stream: BinaryIO, member: Member) -> Iterator[list[bytes]]:
    """The hashes that a member lists, a megabyte at a time."""
    for piece in pieces(stream, member):
        yield [piece[at : at + HASH_BYTES] for at in range(0, len(piece), HASH_BYTES)]


class Listing:
    """The listed hashes of a bundle, some at a time, in order."""

    def __init__(self, contents: Contents) -> None:
        self._stream = contents.stream
        self._at = contents.hashes.offset
        self._end = self._at + contents.hashes.size

    def next(self, count: int) -> list[bytes]:
        """The next hashes, ``count`` of them, or as many as there are."""
        self._stream.seek(self._at)
        data = self._stream.read(min(count * HASH_BYTES, self._end - self._at))
        self._at += len(data)
        return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
