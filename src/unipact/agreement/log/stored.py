"""Hashes of the tree as the rows of entries store them, and the proofs that they give."""

from __future__ import annotations

from collections.abc import Sequence

from unipact.agreement.models import Cosignature, Log, LogEntry
from unipact.errors import NotFound
from unipact.tlog.checkpoint import Checkpoint, read_checkpoint
from unipact.tlog.merkle import (
    Frontier,
    Node,
    consistency_proof,
    frontier_nodes,
    inclusion_proof,
    stored_at,
)
from unipact.tlog.note import Note, Signature, read_note, read_signature
from unipact.tlog.receipt import Receipt
from unipact.tlog.witness import Request

_HASH = 32


def nodes(log: Log, wanted: Sequence[Node]) -> list[bytes]:
    """The stored hashes of some nodes, in the order asked."""
    places = [stored_at(node) for node in wanted]
    rows = dict(
        LogEntry.objects.filter(log=log, index__in={index for index, _ in places}).values_list(
            "index", "hashes"
        )
    )
    return [bytes(rows[index])[_HASH * n : _HASH * (n + 1)] for index, n in places]


def root_at(log: Log, size: int) -> bytes:
    """The root of the first ``size`` entries, from the hashes that are stored."""
    return Frontier(size, nodes(log, frontier_nodes(size))).root()


def inclusion(log: Log, index: int, size: int) -> list[bytes]:
    """The inclusion proof of an entry in the first ``size``.

    Raises:
        NotFound: the log has no such entry, or is not that long.
    """
    if not 0 <= index < size <= log.size:
        raise NotFound(f"the log has {log.size} entries")
    return inclusion_proof(index, size, lambda wanted: nodes(log, wanted))


def consistency(log: Log, old: int, new: int) -> list[bytes]:
    """The proof that the first ``new`` entries begin with the first ``old``.

    Raises:
        NotFound: the log is not that long.
    """
    if not 0 <= old <= new <= log.size:
        raise NotFound(f"the log has {log.size} entries")
    return consistency_proof(old, new, lambda wanted: nodes(log, wanted))


def checkpoint_note(log: Log, size: int) -> Note:
    """The checkpoint of a size, signed by the log and by who cosigned it, in the parties' order.

    Raises:
        NotFound: the log is not that long, or empty.
    """
    note = _signed(log, size)
    lines = Cosignature.objects.filter(log=log, size=size).order_by("party__slug")
    cosigned = tuple(signature_of(bytes(each)) for each in lines.values_list("line", flat=True))
    return Note(note.text, (*note.signatures, *cosigned))


def cosigned_size(log: Log) -> int:
    """The size of the last checkpoint that every party cosigned; 0 where there is none."""
    parties = log.agreement.parties.count()
    sizes = Cosignature.objects.filter(log=log).order_by("-size").values_list("size", flat=True)
    run, last = 0, 0
    for each in sizes.iterator(chunk_size=64):
        size = int(each)
        run = run + 1 if size == last else 1
        last = size
        if run == parties:
            return size
    return 0


def checkpoint_at(log: Log, size: int) -> Checkpoint:
    """The checkpoint of a size; NotFound as ``checkpoint_note``."""
    return read_checkpoint(checkpoint_note(log, size).text)


def checkpoint_seen(log: Log, size: int) -> Checkpoint:
    """The checkpoint of a size as the log signed it, whoever cosigned it; NotFound as above."""
    return read_checkpoint(_signed(log, size).text)


def cosigning_request(log: Log, old: int, size: int | None = None) -> bytes:
    """What a party cosigns elsewhere: a C2SP tlog-witness add-checkpoint request.

    Raises:
        NotFound: the log is not that long.
    """
    new = log.size if size is None else size
    note = _signed(log, new)
    proof = consistency(log, old, new) if old else []
    return bytes(Request(old, tuple(proof), note))


def receipt(log: Log, index: int) -> bytes:
    """A C2SP tlog-proof of an entry under the last checkpoint that all cosigned.

    Raises:
        NotFound: there is no such entry, or nobody cosigned it yet.
    """
    size = cosigned_size(log)
    if index >= size:
        raise NotFound(f"both parties have cosigned {size} entries so far")
    proof = inclusion(log, index, size)
    return bytes(Receipt(index, tuple(proof), checkpoint_note(log, size)))


def _signed(log: Log, size: int) -> Note:
    """The checkpoint of a size with the log's own signature alone."""
    entry = LogEntry.objects.filter(log=log, index=size - 1).values_list("checkpoint", flat=True)
    data = entry.first()
    # A log that was restored has the checkpoints of its bundle alone.
    if not data:
        raise NotFound(f"there is no checkpoint of {size} of {log.size} entries here")
    return read_note(bytes(data))


def signature_of(line: bytes) -> Signature:
    """The signature in a stored line."""
    return read_signature(line.removesuffix(b"\n"))
