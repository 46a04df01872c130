"""Verifying a bundle with nothing but the public keys of both parties.

No database, no network, no Django. The file is read from the disk as it is needed: memory does not
grow with the number of entries. ``docs/reference/log.md``, "Verifying".
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import BinaryIO

from unipact.agreement.engine.register.acts import KeyPair
from unipact.agreement.formats.bundle import layout
from unipact.agreement.formats.bundle.contents import Contents, read_contents
from unipact.agreement.formats.bundle.diagnosis import difference, listed_root, require_root
from unipact.agreement.formats.bundle.history import require_checkpoint
from unipact.agreement.formats.bundle.split import Listing, batches, leaf_hashes
from unipact.agreement.formats.bundle.taken import Taking
from unipact.agreement.formats.bundle.ustar import Damaged
from unipact.agreement.formats.bundle.verdict import Broken, Mode, Verdict
from unipact.tlog.checkpoint import Checkpoint
from unipact.tlog.note import Note

Progress = Callable[[int, int], None]

#: How the change of a key begins in the canonical form of a proposal.
_KEY_CHANGE = b'"kind":"key"'


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a bundle.

    Attributes:
        keys: both parties' public keys as they were at the founding.
        mode: ``full``, or ``root`` for a first look at a large log.
        seen: a checkpoint that the reader kept; the bundle must extend it.
        seen_note: the note of ``seen``: what the parties cosigned in it dates entries as well.
        progress: is told how many entries of how many are done.
    """

    keys: Collection[KeyPair]
    mode: Mode = "full"
    seen: Checkpoint | None = None
    seen_note: Note | None = None
    progress: Progress | None = None


def verify_bundle(stream: BinaryIO, question: Question) -> Verdict:
    """The verdict on a bundle; every byte string gets one."""
    contents = None
    try:
        contents = read_contents(stream)
        return _verified(contents, question)
    except Damaged as error:
        broken = Broken(error.member, error.what, _entry_in(error.member))
    except Broken as error:
        broken = error
    checkpoint = contents.checkpoint if contents else None
    return Verdict(
        accepted=False,
        mode=question.mode,
        origin=checkpoint.origin if checkpoint else "",
        size=checkpoint.size if checkpoint else 0,
        root=checkpoint.root.hex() if checkpoint else "",
        where=broken.where,
        what=broken.what,
        entry=broken.entry,
    )


def _verified(contents: Contents, question: Question) -> Verdict:
    checkpoint = contents.checkpoint
    listed = listed_root(contents, question.seen)
    kept = (question.seen, question.seen_note) if question.seen and question.seen_note else None
    taking = Taking(contents, question.keys, with_signatures=question.mode == "full", kept=kept)
    if question.mode == "full" or _compared(contents, question, listed, None):
        # Keys that changed are known by the whole log alone.
        _compared(contents, question, listed, taking)
    else:
        _founded(contents, taking)
    require_root(contents, listed)
    if question.mode == "full":
        taking.finish()
    else:
        require_checkpoint(contents.note, checkpoint, taking.register, listed, layout.CHECKPOINT)
    documents, withheld = taking.documents()
    return Verdict(
        accepted=True,
        mode=question.mode,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        documents=documents,
        withheld=withheld if question.mode == "full" else 0,
        dated_by=taking.dated_by,
        register=taking.register if question.mode == "full" else None,
    )


def _compared(contents: Contents, question: Question, listed: bytes, taking: Taking | None) -> bool:
    """Compare every entry with its listed hash, and take it; whether one proposes another key.

    Raises:
        Broken: an entry has another hash, there are too many or too few, or one does not fit.
    """
    stream, done, changes_key = contents.stream, 0, False
    listing = Listing(contents)
    for found in batches(stream, contents.entries):
        hashes = leaf_hashes(found)
        wanted = listing.next(len(hashes))
        if hashes != wanted:
            place = next(
                (
                    n
                    for n, pair in enumerate(zip(hashes, wanted, strict=False))
                    if pair[0] != pair[1]
                ),
                len(wanted),
            )
            if taking is not None:
                taking.take(found[:place], hashes[:place])
            raise difference(contents, done + place, found[place], listed)
        if taking is not None:
            taking.take(found, hashes)
        changes_key = changes_key or any(_KEY_CHANGE in each for each in found)
        done += len(found)
        if question.progress is not None:
            question.progress(done, contents.checkpoint.size)
    if done < contents.checkpoint.size:
        raise difference(contents, done, None, listed)
    return changes_key


def _founded(contents: Contents, taking: Taking) -> None:
    """Take entry 0 alone: it names the keys."""
    found = next(batches(contents.stream, contents.entries))
    taking.take(found[:1], leaf_hashes(found[:1]))


def _entry_in(member: str) -> int | None:
    return int(member[6:]) if member.startswith("entry ") else None
