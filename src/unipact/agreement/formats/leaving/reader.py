"""Reading a leaving archive: every member is compared with the manifest before anything is used."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from unipact.agreement.formats.bundle.ustar import Damaged, Member, content, members, pieces
from unipact.agreement.formats.canonical import canonical_bytes
from unipact.agreement.formats.leaving import layout
from unipact.agreement.formats.leaving.layout import Listed
from unipact.agreement.formats.leaving.writer import About, checksum_line, manifest_bytes

#: What a field of a line may be: a text, a text or nothing, a whole number, a truth, an object.
Kinds = Mapping[str, type | tuple[type, ...]]
TEXT_OR_NONE = (str, type(None))


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose every byte was compared with its manifest."""

    stream: BinaryIO
    about: About
    members: Mapping[str, Member]

    def section(self, name: str) -> BinaryIO:
        """A member as a file of its own."""
        return cast("BinaryIO", io.BufferedReader(_Section(self.stream, self.members[name])))

    def whole(self, name: str, most: int) -> bytes:
        """The content of a member that has at most ``most`` bytes."""
        return content(self.stream, self.members[name], most)

    def lines(self, name: str) -> Iterator[tuple[str, bytes]]:
        """The lines of a member, each without its end and with the place that a finding names.

        Raises:
            Damaged: a line is too long, or the last one has no end.
        """
        section, number = self.section(name), 0
        while line := section.readline(layout.LARGEST_LINE + 1):
            number += 1
            where = f"{name} line {number}"
            if not line.endswith(b"\n"):
                raise Damaged(where, "it has no end, or is too long")
            yield where, line[:-1]

    def rows(self, name: str, kinds: Kinds) -> Iterator[tuple[str, dict[str, Any]]]:
        """The lines of a member as objects that have exactly the fields in ``kinds``.

        Raises:
            Damaged: a line is no such object in canonical form.
        """
        for where, line in self.lines(name):
            row = canonical_object(line, where)
            if row.keys() != kinds.keys():
                raise Damaged(where, f"it has other fields than {', '.join(sorted(kinds))}")
            for field, kind in kinds.items():
                if not isinstance(row[field], kind) or (
                    isinstance(row[field], bool) and kind is not bool
                ):
                    raise Damaged(where, f"{field} is of another kind")
            yield where, row


def holds_leaving(stream: BinaryIO) -> bool:
    """Whether a file is meant as a leaving archive rather than as a bundle."""
    walk = members(stream)
    try:
        first = next(walk, None)
        if first is not None and first.size == len(layout.README_TEXT):
            return True
        second = next(walk, None)
    except Damaged:
        return False
    return second is not None and second.name == layout.MANIFEST


def read_archive(stream: BinaryIO) -> Archive:
    """Walk the members and compare each with the manifest; memory grows with their number alone.

    Raises:
        Damaged: a member is missing, out of place, changed, or leads elsewhere; it is named.
    """
    walk = members(stream)
    readme = _next(walk, layout.README)
    # Compared by length first: a hostile file may say that its text has gigabytes.
    if content(stream, readme, len(layout.README_TEXT)) != layout.README_TEXT:
        raise Damaged(layout.README, "it is not the fixed text of this format")
    member = _next(walk, layout.MANIFEST)
    manifest = content(stream, member, layout.LARGEST_MANIFEST)
    line = checksum_line(manifest)
    if content(stream, _next(walk, layout.CHECKSUM), len(line)) != line:
        raise Damaged(layout.MANIFEST, f"it has another hash than {layout.CHECKSUM} says")
    about, listed = _manifest(manifest)
    found: dict[str, Member] = {}
    for each in listed:
        member = _next(walk, each.name)
        if member.size != each.size:
            raise Damaged(each.name, f"it has {member.size} bytes, the manifest says {each.size}")
        digest = hashlib.sha256()
        for piece in pieces(stream, member):
            digest.update(piece)
        if digest.hexdigest() != each.sha256:
            raise Damaged(each.name, "its content has another hash than the manifest says")
        found[each.name] = member
    last = next(walk, None)
    if last is not None:
        raise Damaged(last.name, "the manifest does not name it")
    return Archive(stream, about, found)


def canonical_object(line: bytes, where: str) -> dict[str, Any]:
    """The object that a line of canonical JSON holds.

    Raises:
        Damaged: it is none, or could have been written in another way as well.
    """
    try:
        found = json.loads(line)
        is_canonical = isinstance(found, dict) and canonical_bytes(found) == line
    except (ValueError, RecursionError) as error:
        raise Damaged(where, "it is no JSON in canonical form (RFC 8785)") from error
    if not is_canonical:
        raise Damaged(where, "it is no object in canonical form (RFC 8785)")
    return cast("dict[str, Any]", found)


def _manifest(data: bytes) -> tuple[About, list[Listed]]:
    said = canonical_object(data, layout.MANIFEST)
    if said.get("format") != layout.FORMAT:
        raise Damaged(layout.MANIFEST, f"its format is not {layout.FORMAT}")
    try:
        log = said["log"]
        about = About(
            agreement=_of(str, said["agreement"]),
            party=_of(str, said["party"]),
            software=_of(str, said["software"]),
            origin=_of(str, log["origin"]),
            size=_of(int, log["size"]),
            root=_of(str, log["root"]),
            withheld=_of(dict, said["withheld"]),
        )
        listed = [
            Listed(_of(str, each["name"]), _of(int, each["size"]), _of(str, each["sha256"]))
            for each in _of(list, said["members"])
        ]
    except (KeyError, TypeError) as error:
        raise Damaged(layout.MANIFEST, f"a field is missing or of another kind: {error}") from error
    if manifest_bytes(about, listed) != data:
        raise Damaged(layout.MANIFEST, "it has fields that are not of this format")
    before = (-1, "")
    for each in listed:
        place = layout.place_of(each.name)
        if place is None:
            raise Damaged(each.name, "no member of a leaving archive has this name")
        if each.name in layout.HELD and each.size > layout.LARGEST_MANIFEST:
            raise Damaged(each.name, f"{each.size} bytes are not believed")
        if place <= before:
            raise Damaged(each.name, f"it does not come after {before[1]}")
        before = place
    for name in sorted(layout.ALWAYS - {each.name for each in listed}):
        raise Damaged(name, "it is missing")
    return about, listed


def _of(kind: type, value: Any) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{value!r:.40} is no {kind.__name__}")
    return value


def _next(walk: Iterator[Member], name: str) -> Member:
    member = next(walk, None)
    if member is None:
        raise Damaged(name, "it is missing")
    if member.name != name:
        raise Damaged(member.name, f"{name} stands here")
    return member


class _Section(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, stream: BinaryIO, member: Member) -> None:
        super().__init__()
        self._stream = stream
        self._start, self._size, self._at = member.offset, member.size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("before the begin of the member")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        most = min(len(buffer), max(self._size - self._at, 0))
        # Other sections move the one stream.
        self._stream.seek(self._start + self._at)
        piece = self._stream.read(most)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
