"""The log as files: bundle, receipts, checkpoints and proofs."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import IO

from unipact.agreement.log.bundling import Written, bundle_write
from unipact.agreement.log.stored import (
    checkpoint_at,
    checkpoint_note,
    consistency,
    inclusion,
    receipt,
)
from unipact.agreement.models import Log, LogEntry
from unipact.agreement.queries.passing_file import PassingFile
from unipact.errors import NotFound


class BundleFile(PassingFile):
    """A bundle in a temporary file, to be read from its begin; it goes when nobody holds it.

    Attributes:
        sha256: of the whole file.
        size: how many entries are in it.
        pending: how many more entries wait for a cosignature.
    """

    def __init__(self, stream: IO[bytes], written: Written) -> None:
        self.sha256 = written.sha256
        self.size = written.size
        self.pending = written.pending
        super().__init__(stream)


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That an entry is in the first ``size`` entries: ``proof`` from the leaf's sibling upward."""

    index: int
    size: int
    leaf_sha256: str
    root: str
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the first ``new`` entries begin with the first ``old``; no root where ``old`` is 0."""

    old: int
    new: int
    old_root: str | None
    new_root: str
    proof: tuple[str, ...]


def bundle_file(log: Log) -> BundleFile:
    """Write the bundle of a log into a temporary file, so that memory stays flat.

    Raises:
        Conflict: both parties cosigned nothing yet.
    """
    stream = tempfile.TemporaryFile(prefix="unipact-bundle-")  # noqa: SIM115
    try:
        written = bundle_write(log, stream)
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    return BundleFile(stream, written)


def bundle_name(log: Log, size: int) -> str:
    """How the file of a bundle is called."""
    return f"{log.agreement.slug}-{size}.bundle"


def checkpoint_file(log: Log, size: int | None = None) -> bytes:
    """The checkpoint of a size, the present one unless named, with every signature that it has.

    Raises:
        NotFound: the log is not that long.
    """
    return bytes(checkpoint_note(log, log.size if size is None else size))


def receipt_file(log: Log, index: int) -> bytes:
    """A C2SP tlog-proof of an entry under the last checkpoint that both cosigned.

    Raises:
        NotFound: there is no such entry, or both have not cosigned it yet.
    """
    return receipt(log, index)


def inclusion_found(
    log: Log, *, index: int | None = None, size: int | None = None
) -> InclusionProof:
    """The proof of an entry, the last one unless named, in the first ``size``, all unless named.

    Raises:
        NotFound: there is no such entry, or the log is not that long.
    """
    of = log.size if size is None else size
    at = of - 1 if index is None else index
    proof = inclusion(log, at, of)
    hashes = LogEntry.objects.values_list("hashes", flat=True).get(log=log, index=at)
    return InclusionProof(
        index=at,
        size=of,
        leaf_sha256=bytes(hashes)[:32].hex(),
        root=checkpoint_at(log, of).root.hex(),
        proof=tuple(each.hex() for each in proof),
    )


def consistency_found(log: Log, *, old: int = 0, new: int | None = None) -> ConsistencyProof:
    """The proof that the log went on from its first ``old`` entries to ``new``, all unless named.

    Raises:
        NotFound: the log is not that long, or ``new`` is less than ``old``.
    """
    to = log.size if new is None else new
    if to == 0:
        raise NotFound("a checkpoint counts at least one entry")
    proof = consistency(log, old, to) if old else []
    return ConsistencyProof(
        old=old,
        new=to,
        old_root=checkpoint_at(log, old).root.hex() if old else None,
        new_root=checkpoint_at(log, to).root.hex(),
        proof=tuple(each.hex() for each in proof),
    )
