"""What members a bundle has: walked once, in the one order that the format allows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from unipact.agreement.formats.bundle import layout
from unipact.agreement.formats.bundle.ustar import Damaged, Member, content, members, pieces
from unipact.errors import Invalid
from unipact.tlog.checkpoint import Checkpoint, read_checkpoint
from unipact.tlog.note import Note, read_note


@dataclass(slots=True)
class Contents:
    """The members of a bundle, found but for the entries not yet judged.

    ``agreements`` and ``documents`` are keyed by the hash in the name; ``damaged`` holds the names
    of those whose content has another hash.
    """

    stream: BinaryIO
    checkpoint: Checkpoint
    note: Note
    hashes: Member
    checkpoints: Member
    entries: Member
    agreements: dict[str, Member] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)
    damaged: set[str] = field(default_factory=set)


def read_contents(stream: BinaryIO) -> Contents:
    """Walk the members.

    Raises:
        Damaged: a member is missing, out of place, or not of the format.
    """
    walk = members(stream)
    readme = _next(walk, layout.README)
    # Compared by length first: a hostile file may say that its text has gigabytes.
    if content(stream, readme, len(layout.README_TEXT)) != layout.README_TEXT:
        raise Damaged(layout.README, "it is not the fixed text of this format")
    note, checkpoint = _checkpoint(stream, _next(walk, layout.CHECKPOINT))
    hashes = _next(walk, layout.HASHES)
    if hashes.size != layout.HASH_BYTES * checkpoint.size:
        raise Damaged(
            layout.HASHES,
            f"it holds {hashes.size / layout.HASH_BYTES:g} hashes, the checkpoint counts "
            f"{checkpoint.size} entries",
        )
    found = Contents(stream, checkpoint, note, hashes, _next(walk, layout.CHECKPOINTS), hashes)
    before = ""
    for member in walk:
        if member.name == layout.ENTRIES:
            found.entries = member
            break
        if member.name <= before:
            raise Damaged(member.name, f"it does not come after {before}")
        _take(found, member)
        before = member.name
    if found.entries is hashes:
        raise Damaged(layout.ENTRIES, "it is missing")
    last = next(walk, None)
    if last is not None:
        raise Damaged(last.name, "the entries are the last member")
    return found


def _take(found: Contents, member: Member) -> None:
    named = layout.AGREEMENT(member.name)
    if named:
        if member.size > layout.LARGEST_AGREEMENT:
            raise Damaged(member.name, f"it has more than {layout.LARGEST_AGREEMENT} bytes")
        found.agreements[named[1]] = member
    else:
        named = layout.DOCUMENT(member.name)
        if not named:
            raise Damaged(member.name, "no member of a bundle has this name or place")
        found.documents.add(named[1])
    if len(found.agreements) + len(found.documents) > 2 * found.checkpoint.size + 1:
        raise Damaged(member.name, "there are more files than entries could name")
    digest = hashlib.sha256()
    for piece in pieces(found.stream, member):
        digest.update(piece)
    if digest.hexdigest() != named[1]:
        found.damaged.add(named[1])


def _next(walk: Iterator[Member], name: str) -> Member:
    member = next(walk, None)
    if member is None:
        raise Damaged(name, "it is missing: this is no bundle")
    if member.name != name:
        raise Damaged(member.name, f"{name} stands here in a bundle")
    return member


def _checkpoint(stream: BinaryIO, member: Member) -> tuple[Note, Checkpoint]:
    data = content(stream, member, layout.LARGEST_NOTE)
    try:
        note = read_note(data)
        checkpoint = read_checkpoint(note.text)
    except Invalid as error:
        raise Damaged(layout.CHECKPOINT, error.message) from error
    if checkpoint.size == 0:
        raise Damaged(layout.CHECKPOINT, "a log without entries has no bundle")
    return note, checkpoint
