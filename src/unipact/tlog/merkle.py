"""Merkle trees of RFC 6962 section 2.1 with SHA-256: roots, proofs and their verification.

A *node* ``(level, index)`` is the perfect subtree of the ``2**level`` leaves from leaf
``index * 2**level`` on. Only perfect subtrees are ever stored: they never change as the tree
grows. All hashes are 32 bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import islice, repeat

from unipact.tlog.encoding import HASH_BYTES, LARGEST
from unipact.tlog.errors import Unproven

Node = tuple[int, int]
Reader = Callable[[Sequence[Node]], Sequence[bytes]]

EMPTY_ROOT = sha256(b"").digest()
_LEAF, _NODE = b"\x00", b"\x01"
# So many leaves are hashed at once: their hashes stay in the cache of the processor.
_AT_ONCE = 4096


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of an entry: SHA-256(0x00, data)."""
    return sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an interior node: SHA-256(0x01, left, right)."""
    return sha256(_NODE + left + right).digest()


class Frontier:
    """The compact range of a tree from leaf 0: what must be kept to go on and to know the root.

    Attributes:
        size: the number of leaves.
        hashes: the roots of the perfect subtrees that the tree falls into, biggest first; as many
            as ``size`` has bits that are 1.
    """

    __slots__ = ("_hashes", "size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Take up a tree again.

        Raises:
            Unproven: these hashes cannot be those of a tree of this size.
        """
        if not 0 <= size <= LARGEST or len(hashes) != size.bit_count():
            raise Unproven.at(
                "frontier", f"{len(hashes)} hashes do not make a tree of {size} leaves"
            )
        _check_hashes("frontier", hashes)
        self.size = size
        self._hashes = list(hashes)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> tuple[bytes, ...]:
        """Add one leaf hash.

        Returns:
            The hashes of the perfect subtrees that this leaf completes, from level 0 (the leaf
            hash itself) upward: what a store keeps in the row of this leaf.

        Raises:
            Unproven: it has not 32 bytes.
        """
        _check_hashes("leaf", (leaf,))
        completed = [leaf]
        size = self.size
        while size & 1:
            leaf = node_hash(self._hashes.pop(), leaf)
            completed.append(leaf)
            size >>= 1
        self._hashes.append(leaf)
        self.size += 1
        return tuple(completed)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add many leaf hashes; the same as appending each, several times as fast.

        Takes a stream: what is held is a few thousand hashes at a time. Where it raises, an
        unknown number of the hashes before the wrong one was added.

        Raises:
            Unproven: one has not 32 bytes.
        """
        several = iter(leaves)
        while nodes := list(islice(several, _AT_ONCE)):
            _check_hashes("leaf", nodes)
            self._extend(nodes)

    def _extend(self, nodes: list[bytes]) -> None:
        """Join ``nodes`` with the frontier, level by level."""
        left_over: list[bytes] = []
        size, self.size = self.size, self.size + len(nodes)
        while nodes:
            if size & 1:
                nodes.insert(0, self._hashes.pop())
            if len(nodes) & 1:
                left_over.append(nodes.pop())
            # One call in C joins each pair: this is the loop that a million entries wait for.
            pairs = map(b"".join, zip(repeat(_NODE), nodes[::2], nodes[1::2], strict=False))
            nodes = [hashed.digest() for hashed in map(sha256, pairs)]
            size >>= 1
        self._hashes += reversed(left_over)

    def root(self) -> bytes:
        """Return the root hash; that of the empty tree is ``EMPTY_ROOT``."""
        return _joined(self._hashes)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root of a tree, given its leaf hashes in order."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def stored_at(node: Node) -> tuple[int, int]:
    """Return where the hash of a node came up: the leaf that completed it, and its place there.

    The place is that in what ``Frontier.append`` returned for the leaf.
    """
    level, index = node
    return ((index + 1) << level) - 1, level


def frontier_nodes(size: int) -> list[Node]:
    """Return the nodes whose hashes make the ``Frontier`` of a tree of ``size`` leaves."""
    return _range_nodes(0, size)


def inclusion_proof(index: int, size: int, read: Reader) -> list[bytes]:
    """Return the audit path of a leaf (RFC 6962 section 2.1.1), the leaf's sibling first.

    Args:
        index: of the leaf, from 0.
        size: of the tree, more than ``index``.
        read: gives the hashes of perfect subtrees of the tree; asked once.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    siblings: list[list[Node]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            siblings.append(_range_nodes(middle, end))
            end = middle
        else:
            siblings.append(_range_nodes(start, middle))
            start = middle
    return _read_joined(reversed(siblings), read)


def consistency_proof(old: int, new: int, read: Reader) -> list[bytes]:
    """Return the proof that a tree of ``new`` leaves begins with the one of ``old`` leaves.

    RFC 6962 section 2.1.2. Empty where ``old`` is ``new``, or 0: every tree begins with none.

    Args:
        old: the number of leaves before.
        new: the number of leaves now, not fewer.
        read: gives the hashes of perfect subtrees of the new tree; asked once.

    Raises:
        ValueError: ``old`` is more than ``new``, or negative.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves does not begin with one of {old}")
    if old in (0, new):
        return []
    parts: list[list[Node]] = []
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            parts.append(_range_nodes(middle, end))
            end = middle
        else:
            parts.append(_range_nodes(start, middle))
            start = middle
    if start:
        # Where the old tree is itself a perfect subtree from leaf 0, its root is known already.
        parts.append(_range_nodes(start, end))
    return _read_joined(reversed(parts), read)


def verify_inclusion(
    *, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a tree of ``size`` leaves and ``root`` has the leaf hash ``leaf`` at ``index``.

    What is computed is that of RFC 9162 section 2.1.3.2, for proofs of RFC 6962 section 2.1.1.

    Raises:
        Unproven: it does not follow from ``proof``.
    """
    if not 0 <= index < size <= LARGEST:
        raise Unproven.at("index", f"a tree of {size} leaves has no leaf {index}")
    where = "inclusion proof"
    _check_hashes(where, (leaf, root, *proof))
    found = leaf
    for sibling, is_left in zip(proof, _sides(index, size - 1, len(proof), where), strict=True):
        found = node_hash(sibling, found) if is_left else node_hash(found, sibling)
    if found != root:
        raise Unproven.at(where, f"it does not lead from leaf {index} to the root")


def verify_consistency(
    *, old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that a tree of ``new`` leaves begins with the one of ``old`` leaves.

    What is computed is that of RFC 9162 section 2.1.4.2, for proofs of RFC 6962 section 2.1.2.
    A tree of 0 leaves proves nothing about a larger one: that is refused, so that nobody takes
    it for a proof.

    Raises:
        Unproven: it does not follow from ``proof``.
    """
    where = "consistency proof"
    if not 0 <= old <= new <= LARGEST:
        raise Unproven.at(where, f"a tree of {new} leaves does not begin with one of {old}")
    _check_hashes(where, (old_root, new_root, *proof))
    if old == new:
        if proof:
            raise Unproven.at(where, "trees of one size need none")
        if old_root != new_root or (new == 0 and new_root != EMPTY_ROOT):
            raise Unproven.at(where, f"there are two different trees of {new} leaves")
        return
    if old == 0:
        raise Unproven.at(where, "nothing follows from a tree without leaves")
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    # A perfect old tree is the first subtree of the new one: the proof leaves its root out.
    hashes = list(proof) if at else [old_root, *proof]
    sides = _sides(at, last, len(hashes) - 1, where)
    found_old = found_new = hashes[0]
    for sibling, is_left in zip(hashes[1:], sides, strict=True):
        if is_left:
            found_old = node_hash(sibling, found_old)
        found_new = node_hash(sibling, found_new) if is_left else node_hash(found_new, sibling)
    if found_old != old_root:
        raise Unproven.at(where, f"it does not lead to the root of {old} leaves")
    if found_new != new_root:
        raise Unproven.at(where, f"it does not lead to the root of {new} leaves")


def _sides(at: int, last: int, length: int, where: str) -> list[bool]:
    """Return for each hash on the way to the root whether it joins from the left.

    Args:
        at: where the way begins: the index of a node among those of its level.
        last: the index of the last node of that level.
        length: of the proof, which has a hash for each sibling; the last node may have none.
        where: for the error.

    Raises:
        Unproven: the proof has another length.
    """
    sides: list[bool] = []
    while last:
        if at & 1 or at < last:
            sides.append(bool(at & 1))
        at, last = at >> 1, last >> 1
    if len(sides) != length:
        raise Unproven.at(where, "it is longer or shorter than the tree is high")
    return sides


def _check_hashes(where: str, hashes: Iterable[bytes]) -> None:
    if other := set(map(len, hashes)) - {HASH_BYTES}:
        raise Unproven.at(where, f"a hash has {HASH_BYTES} bytes, one here has {min(other)}")


def _split(size: int) -> int:
    """Return the largest power of two below ``size`` (at least 2): the leaves on the left."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_nodes(start: int, end: int) -> list[Node]:
    """Return the perfect subtrees of the leaves from ``start`` to ``end``, in order.

    ``start`` is one where a subtree of a split tree begins, so that their sizes only fall.
    """
    nodes: list[Node] = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def _joined(hashes: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees, biggest first."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in hashes[-2::-1]:
        root = node_hash(left, root)
    return root


def _read_joined(parts: Iterable[list[Node]], read: Reader) -> list[bytes]:
    """Return the root of each part, read in one question."""
    chosen = list(parts)
    wanted = [node for part in chosen for node in part]
    if not wanted:
        return []
    found = iter(read(wanted))
    return [_joined(list(islice(found, len(part)))) for part in chosen]
