"""The container of a bundle: POSIX ustar of which every byte follows from the members.

A reader parses no header: it takes name and size from one, makes the header that these two have,
and compares. So there is no byte in which two files with the same members could differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from unipact.errors import Finding, Invalid

BLOCK = 512
LARGEST_MEMBER = 8**11 - 1
_NAME = re.compile(rb"[A-Za-z0-9./_-]{1,100}").fullmatch
_SIZE = re.compile(rb"[0-7]{11}\x00").fullmatch
_AT_ONCE = 1 << 20


class Damaged(Invalid):
    """A byte of the container is not what the members ask for; ``member`` names the place."""

    def __init__(self, member: str, what: str) -> None:
        super().__init__(f"{member}: {what}", findings=[Finding(member, what)])
        self.member = member
        self.what = what


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the archive: its content begins at ``offset`` and has ``size`` bytes."""

    name: str
    offset: int
    size: int


def header(name: str, size: int) -> bytes:
    """The 512 bytes before a member."""
    if not 0 <= size <= LARGEST_MEMBER:
        raise Damaged(name, f"a member has at most {LARGEST_MEMBER} bytes")
    fields = bytearray(BLOCK)
    fields[0 : len(name)] = name.encode("ascii")
    fields[100:108] = b"0000644\x00"
    fields[108:116] = fields[116:124] = b"0000000\x00"
    fields[124:136] = b"%011o\x00" % size
    fields[136:148] = b"00000000000\x00"
    fields[148:156] = b" " * 8
    fields[156:157] = b"0"
    fields[257:265] = b"ustar\x0000"
    fields[148:156] = b"%06o\x00 " % sum(fields)
    return bytes(fields)


def padding(size: int) -> bytes:
    """The bytes after a member of ``size`` bytes."""
    return bytes(-size % BLOCK)


END = bytes(2 * BLOCK)


def members(stream: BinaryIO) -> Iterator[Member]:
    """The members, in order, up to the end of the file; contents are skipped, not read.

    Between two members the stream may be moved.

    Raises:
        Damaged: a header, a padding or the end is not what it must be, or the file is cut off.
    """
    before = "the begin of the file"
    at = 0
    length = stream.seek(0, 2)
    while True:
        stream.seek(at)
        block = stream.read(BLOCK)
        if block == bytes(BLOCK):
            if length != at + len(END) or stream.read() != bytes(BLOCK):
                raise Damaged("the end of the file", f"two empty blocks end it after {before}")
            return
        member = _member(block, at, before)
        after = member.offset + member.size
        if after + len(padding(member.size)) > length:
            raise Damaged(member.name, "the file ends within it")
        yield member
        stream.seek(after)
        if stream.read(-member.size % BLOCK) != padding(member.size):
            raise Damaged(member.name, "the padding after it is not empty")
        at, before = after + len(padding(member.size)), member.name


def pieces(stream: BinaryIO, member: Member) -> Iterator[bytes]:
    """The content of a member, a megabyte at a time."""
    at, left = member.offset, member.size
    while left:
        stream.seek(at)
        piece = stream.read(min(left, _AT_ONCE))
        if not piece:
            raise Damaged(member.name, "the file ends within it")
        at, left = at + len(piece), left - len(piece)
        yield piece


def content(stream: BinaryIO, member: Member, most: int) -> bytes:
    """The whole content of a member that has at most ``most`` bytes."""
    if member.size > most:
        raise Damaged(member.name, f"it has more than {most} bytes")
    return b"".join(pieces(stream, member))


def _member(block: bytes, at: int, before: str) -> Member:
    name, size = block[:100].rstrip(b"\x00"), block[124:136]
    if len(block) < BLOCK or not _NAME(name) or not _SIZE(size):
        raise Damaged(f"byte {at}", f"there is no member after {before}")
    member = Member(name.decode("ascii"), at + BLOCK, int(size[:11], 8))
    if block != header(member.name, member.size):
        raise Damaged(member.name, "its header has a byte that is not of this format")
    return member
