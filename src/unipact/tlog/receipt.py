"""Receipts of C2SP (https://c2sp.org/tlog-proof): proof that an entry is in a log, for one file.

::

    c2sp.org/tlog-proof@v1
    extra base64                            (may be missing)
    index 7
    base64 of a hash                        (the inclusion proof: 0 or more)
                                            (an empty line)
    the checkpoint, a signed note
"""

from __future__ import annotations

from collections.abc import Sequence
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
from unipact.tlog.keys import VerifierKey
from unipact.tlog.merkle import leaf_hash, verify_inclusion
from unipact.tlog.note import Note, read_note, verified_by

# A tree of 2**63 leaves is that high.
MOST_HASHES = 63
_HEADER = b"c2sp.org/tlog-proof@v1"
_EXTRA, _INDEX = b"extra ", b"index "
_WHERE = "receipt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an entry is, and the checkpoint that it can be traced to; nothing of it is verified.

    Attributes:
        index: of the entry, from 0.
        proof: hashes of 32 bytes, from the leaf's sibling upward.
        note: the checkpoint with its signatures.
        extra: data that no signature covers; empty where there is none.
    """

    index: int
    proof: tuple[bytes, ...]
    note: Note
    extra: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.index <= LARGEST or len(self.proof) > MOST_HASHES:
            raise Unproven.at(_WHERE, f"its index or its proof of {len(self.proof)} is too large")
        if any(len(one) != HASH_BYTES for one in self.proof):
            raise Unproven.at(_WHERE, f"the hashes of its proof have {HASH_BYTES} bytes")

    @property
    def data(self) -> bytes:
        """The receipt as bytes."""
        lines = [_HEADER]
        if self.extra:
            lines.append(_EXTRA + to_base64(self.extra))
        lines.append(b"%b%d" % (_INDEX, self.index))
        lines += map(to_base64, self.proof)
        return b"%b\n\n%b" % (b"\n".join(lines), self.note.data)

    def __bytes__(self) -> bytes:
        return self.data


def read_receipt(data: bytes) -> Receipt:
    """Return the receipt that these bytes are; ``bytes(read_receipt(data))`` is ``data``.

    Raises:
        Unproven: they are not a receipt, to the byte.
    """
    head, _, note = data.partition(b"\n\n")
    # Header, extra, index and hashes; one more shows that there are too many.
    lines = head.split(b"\n", MOST_HASHES + 3)
    if lines.pop(0) != _HEADER:
        raise Unproven.at(_WHERE, f"its first line is not {_HEADER.decode()}")
    extra = b""
    if lines and lines[0].startswith(_EXTRA):
        extra = from_base64(lines.pop(0).removeprefix(_EXTRA), f"{_WHERE} extra")
        if not extra:
            raise Unproven.at(_WHERE, "where there is no extra data, there is no line of it")
    if not lines or not lines[0].startswith(_INDEX):
        raise Unproven.at(_WHERE, "the line of its index is missing")
    index = from_decimal(lines.pop(0).removeprefix(_INDEX), f"{_WHERE} index")
    if len(lines) > MOST_HASHES:
        raise Unproven.at(_WHERE, f"its proof has more than {MOST_HASHES} hashes")
    proof = tuple(from_base64(line, f"{_WHERE} proof") for line in lines)
    return Receipt(index, proof, read_note(note), extra)


def verify(
    receipt: Receipt,
    *,
    entry: bytes,
    origin: str,
    log_key: VerifierKey,
    cosign_keys: Sequence[VerifierKey] = (),
) -> Checkpoint:
    """Check that an entry is in a log, and return the checkpoint that shows it.

    Args:
        receipt: as read.
        entry: the bytes that were logged, of which the leaf hash is made.
        origin: of the log that is meant.
        log_key: must have signed the checkpoint.
        cosign_keys: every one must have cosigned it.

    Raises:
        Unproven: another log, a signature that is missing or wrong, or the entry is not there.
    """
    checkpoint = read_checkpoint(receipt.note.text)
    if checkpoint.origin != origin:
        raise Unproven.at(_WHERE, f"it is one of the log {checkpoint.origin}, not of {origin}")
    wanted = (log_key, *cosign_keys)
    signed = verified_by(receipt.note, wanted)
    for key in wanted:
        if key not in signed:
            raise Unproven.at(_WHERE, f"the signature of {key.name} is missing")
    verify_inclusion(
        index=receipt.index,
        size=checkpoint.size,
        leaf=leaf_hash(entry),
        proof=receipt.proof,
        root=checkpoint.root,
    )
    return checkpoint
