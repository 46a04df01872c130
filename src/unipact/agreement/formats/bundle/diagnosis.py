"""Saying which entry broke, where hashes differ."""

from __future__ import annotations

from unipact.agreement.formats.bundle.contents import Contents
from unipact.agreement.formats.bundle.layout import HASH_BYTES
from unipact.agreement.formats.bundle.split import batches, hash_pieces, leaf_hashes
from unipact.agreement.formats.bundle.verdict import Broken, at_entry
from unipact.tlog.checkpoint import Checkpoint
from unipact.tlog.merkle import Frontier, leaf_hash


def listed_root(contents: Contents, seen: Checkpoint | None) -> bytes:
    """The Merkle root of the listed hashes; what the reader kept is compared on the way.

    Raises:
        Broken: the history is shorter than, or another one than, what the reader kept.
    """
    size = contents.checkpoint.size
    if seen is not None:
        if seen.origin != contents.checkpoint.origin:
            raise Broken("checkpoint", f"it is of the log {contents.checkpoint.origin}")
        if seen.size > size:
            raise Broken("checkpoint", f"the log was cut: it had {seen.size} entries, now {size}")
    frontier = Frontier()
    for hashes in hash_pieces(contents.stream, contents.hashes):
        if seen is not None and frontier.size < seen.size <= frontier.size + len(hashes):
            split = seen.size - frontier.size
            frontier.extend(hashes[:split])
            if frontier.root() != seen.root:
                raise Broken(
                    "checkpoint",
                    f"the history is forked: its first {seen.size} entries are not those that "
                    "your checkpoint saw",
                )
            hashes = hashes[split:]  # noqa: PLW2901
        frontier.extend(hashes)
    return frontier.root()


def require_root(contents: Contents, listed: bytes) -> None:
    """Refuse entries that agree with their list of hashes, but not with the checkpoint.

    Raises:
        Broken: the root differs.
    """
    if listed != contents.checkpoint.root:
        raise Broken("checkpoint", "its root is not that of the entries")


def difference(contents: Contents, index: int, entry: bytes | None, listed: bytes) -> Broken:
    """What it means that the entry at ``index`` has not the listed hash; None: it is missing."""
    if listed != contents.checkpoint.root:
        if _entries_root(contents) == contents.checkpoint.root:
            return at_entry(index, "the bundle lists another hash than that of this entry")
        return at_entry(
            index,
            "it has not the listed hash, and neither the entries nor the list "
            "of hashes has the root of the checkpoint",
        )
    if entry is None:
        return at_entry(index, "it is missing, and so are all after it")
    if _begins_with(entry, _hash_at(contents, index)):
        return at_entry(index + 1, "it does not begin with a brace")
    found = leaf_hash(entry)
    stands = _place_of(contents, found)
    if stands is None:
        following = _entry_at(contents, index + 1)
        wanted = _hash_at(contents, index)
        if following is not None and leaf_hash(following) == wanted:
            return at_entry(index, "it was inserted: the signed log has no such entry here")
        return at_entry(index, "it was changed: the signed log holds another entry here")
    if stands > index:
        dropped = _entry_at(contents, index + 1)
        if dropped is not None and _place_of(contents, leaf_hash(dropped)) == index:
            return at_entry(index, f"it was reordered: it is entry {stands} of the signed log")
        gone = f"entry {index}" if stands == index + 1 else f"entries {index} to {stands - 1}"
        return at_entry(index, f"{gone} of the signed log was dropped or moved")
    return at_entry(index, f"it stands twice: it is entry {stands} of the signed log")


def _begins_with(entry: bytes, wanted: bytes) -> bool:
    """Whether some first lines are the listed entry: what comes after them is another one."""
    ends = (n + 1 for n, byte in enumerate(entry[:-1]) if byte == ord("\n"))
    return any(leaf_hash(entry[:end]) == wanted for end in ends)


def _entries_root(contents: Contents) -> bytes:
    frontier = Frontier()
    for found in batches(contents.stream, contents.entries):
        frontier.extend(leaf_hashes(found))
    return frontier.root()


def _place_of(contents: Contents, wanted: bytes) -> int | None:
    at = 0
    for hashes in hash_pieces(contents.stream, contents.hashes):
        if wanted in hashes:
            return at + hashes.index(wanted)
        at += len(hashes)
    return None


def _hash_at(contents: Contents, index: int) -> bytes:
    contents.stream.seek(contents.hashes.offset + HASH_BYTES * index)
    return contents.stream.read(HASH_BYTES)


def _entry_at(contents: Contents, index: int) -> bytes | None:
    at = 0
    for found in batches(contents.stream, contents.entries):
        if index < at + len(found):
            return found[index - at]
        at += len(found)
    return None
