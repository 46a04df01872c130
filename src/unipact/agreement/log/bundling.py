"""The bundle of a log, as it stands in this installation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from django.db.models import QuerySet, Sum
from django.db.models.functions import Length

from unipact.agreement.formats.bundle.writer import BundleParts, write_bundle
from unipact.agreement.formats.log.entry import read_entry
from unipact.agreement.formats.log.named import documents_named, file_named
from unipact.agreement.log.stored import checkpoint_note, cosigned_size
from unipact.agreement.models import Cosignature, Log, LogDocument, LogEntry
from unipact.errors import Conflict

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Written:
    """A bundle that was written; ``pending`` entries wait for a cosignature and are not in it."""

    sha256: str
    size: int
    pending: int


def bundle_write(log: Log, stream: BinaryIO) -> Written:
    """Write the bundle of everything that both parties cosigned.

    Raises:
        Conflict: they cosigned nothing yet.
    """
    size = cosigned_size(log)
    if size == 0:
        raise Conflict("the parties have not both cosigned a checkpoint yet")
    rows = LogEntry.objects.filter(log=log, index__lt=size).order_by("index")
    files, named = _named(rows)
    parts = BundleParts(
        checkpoint=bytes(checkpoint_note(log, size)),
        earlier=[bytes(checkpoint_note(log, each)) for each in _earlier(log, size)],
        size=size,
        entries_bytes=rows.aggregate(bytes=Sum(Length("data")))["bytes"],
        hashes=(bytes(each)[:32] for each in _column(rows, "hashes")),
        entries=(bytes(each) for each in _column(rows, "data")),
        agreements=_contents(log, files),
        documents=_contents(log, named),
    )
    return Written(write_bundle(stream, parts), size, log.size - size)


def _named(rows: QuerySet[LogEntry]) -> tuple[set[str], set[str]]:
    """The hashes of the agreement files and of the documents that entries name."""
    files: set[str] = set()
    documents: set[str] = set()
    for data in _column(rows, "data"):
        act = read_entry(bytes(data)).act
        documents.update(documents_named(act))
        files.add(file_named(act))
    return files - {""}, documents


def _contents(log: Log, names: set[str]) -> dict[str, bytes]:
    found = LogDocument.objects.filter(log=log, sha256__in=names)
    return {sha256: bytes(data) for sha256, data in found.values_list("sha256", "content")}


def _earlier(log: Log, size: int) -> list[int]:
    """Of each day (UTC) the last checkpoint before ``size`` that every party cosigned."""
    parties = log.agreement.parties.count()
    times: dict[int, list[int]] = {}
    for each, time in (
        Cosignature.objects.filter(log=log, size__lt=size)
        .order_by("size")
        .values_list("size", "time")
    ):
        times.setdefault(each, []).append(time)
    last: dict[str, int] = {}
    for each, found in times.items():
        if len(found) == parties:
            last[str(datetime.fromtimestamp(max(found), UTC).date())] = each
    return sorted(set(last.values()))


def _column(rows: QuerySet[LogEntry], name: str) -> Iterator[bytes]:
    values: Iterator[bytes] = rows.values_list(name, flat=True).iterator(chunk_size=_AT_ONCE)
    return values
