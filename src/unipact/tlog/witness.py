"""Cosigning as C2SP's witnesses do (https://c2sp.org/tlog-witness), for one log.

A party that cosigns keeps what it cosigned last. It signs a new checkpoint only where a consistency
proof shows that the log went on from there: a fork, a rollback or a cut tail then has no signature.

::

    old 5
    base64 of a hash                        (the consistency proof: 0 to 63)
                                            (an empty line)
    the checkpoint, a signed note
"""

from __future__ import annotations

from dataclasses import dataclass

from unipact.tlog.checkpoint import Checkpoint, read_checkpoint
from unipact.tlog.encoding import (
    HASH_BYTES,
    LARGEST,
    from_base64,
    from_decimal,
    to_base64,
)
from unipact.tlog.errors import Unproven
from unipact.tlog.keys import COSIGNATURE, SigningKey, VerifierKey
from unipact.tlog.merkle import EMPTY_ROOT, verify_consistency
from unipact.tlog.note import Note, Signature, read_note, verified_by

MOST_HASHES = 63
_OLD = b"old "
_WHERE = "request"


@dataclass(frozen=True, slots=True)
class Request:
    """The body of *add-checkpoint*: a new checkpoint and its proof from an old size.

    Attributes:
        old: the size that the proof begins at.
        proof: hashes of 32 bytes; none where ``old`` is 0 or the size of the checkpoint.
        note: the checkpoint, signed by the log.
    """

    old: int
    proof: tuple[bytes, ...]
    note: Note

    def __post_init__(self) -> None:
        if not 0 <= self.old <= LARGEST or len(self.proof) > MOST_HASHES:
            raise Unproven.at(_WHERE, "its old size or its proof is too large")
        if any(len(one) != HASH_BYTES for one in self.proof):
            raise Unproven.at(_WHERE, f"the hashes of its proof have {HASH_BYTES} bytes")

    @property
    def data(self) -> bytes:
        """The request as bytes."""
        lines = [b"%b%d" % (_OLD, self.old), *map(to_base64, self.proof)]
        return b"%b\n\n%b" % (b"\n".join(lines), self.note.data)

    def __bytes__(self) -> bytes:
        return self.data


@dataclass(frozen=True, slots=True)
class Seen:
    """What a party cosigned last of a log; ``Seen()`` before the first time."""

    size: int = 0
    root: bytes = EMPTY_ROOT


def read_request(data: bytes) -> Request:
    """Return the request that these bytes are; ``bytes(read_request(data))`` is ``data``.

    Raises:
        Unproven: they are not a request, to the byte.
    """
    head, _, note = data.partition(b"\n\n")
    lines = head.split(b"\n", MOST_HASHES + 1)
    first = lines.pop(0)
    if not first.startswith(_OLD):
        raise Unproven.at(_WHERE, "it begins with the line of the old size")
    old = from_decimal(first.removeprefix(_OLD), f"{_WHERE} old size")
    if len(lines) > MOST_HASHES:
        raise Unproven.at(_WHERE, f"its proof has more than {MOST_HASHES} hashes")
    proof = tuple(from_base64(line, f"{_WHERE} proof") for line in lines)
    return Request(old, proof, read_note(note))


def cosign(
    request: bytes,
    *,
    seen: Seen,
    log_key: VerifierKey,
    key: SigningKey,
    origin: str,
    now: int,
) -> tuple[Signature, Seen]:
    """Cosign the checkpoint of a request, if the log went on from what was seen.

    The caller stores the returned ``Seen`` before it gives the signature away, and lets no second
    request in between.

    Args:
        request: the body of *add-checkpoint*.
        seen: what this party cosigned last.
        log_key: must have signed the checkpoint.
        key: of this party, a ``COSIGNATURE``.
        origin: of the log that is meant.
        now: unix seconds.

    Returns:
        The cosignature, and what is seen from now on. A checkpoint that was seen is signed again.

    Raises:
        Unproven: malformed, another log, no signature of it; or the finding begins with
            ``rollback``, ``gap`` (the proof begins elsewhere) or ``fork``.
        ValueError: the key is none for cosigning.
    """
    if key.algorithm != COSIGNATURE:
        raise ValueError("a checkpoint is cosigned with a key of type COSIGNATURE")
    asked = read_request(request)
    checkpoint = read_checkpoint(asked.note.text)
    if checkpoint.origin != origin:
        raise Unproven.at(
            "origin", f"the checkpoint is one of {checkpoint.origin}, not of {origin}"
        )
    verified_by(asked.note, (log_key,))
    _check_goes_on(asked, checkpoint, seen)
    return key.sign(asked.note.text, time=now), Seen(checkpoint.size, checkpoint.root)


def _check_goes_on(asked: Request, checkpoint: Checkpoint, seen: Seen) -> None:
    """Refuse a checkpoint that does not extend what was seen."""
    where = "checkpoint"
    if checkpoint.size < seen.size:
        raise Unproven.at(
            where, f"rollback: the log had {seen.size} entries and has {checkpoint.size} now"
        )
    if asked.old != seen.size:
        raise Unproven.at(
            where,
            f"gap: the proof begins at {asked.old} entries, {seen.size} were cosigned last",
        )
    if seen.size == 0 < checkpoint.size:
        # Nothing was seen, so nothing can contradict it; C2SP wants no proof here.
        if asked.proof:
            raise Unproven.at(where, "the proof from 0 entries is empty")
        return
    try:
        verify_consistency(
            old=seen.size,
            new=checkpoint.size,
            proof=asked.proof,
            old_root=seen.root,
            new_root=checkpoint.root,
        )
    except Unproven as error:
        raise Unproven.at(
            where,
            f"fork: it does not follow from the {seen.size} entries that were cosigned last",
            error.message,
        ) from error
