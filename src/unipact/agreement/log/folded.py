"""What the entries of a log come to, folded from their signed bytes and from nothing else.

Terms in force, keys and proposals are never read from other tables: whoever changes those by hand
changes nothing that binds. A thread folds a log once and then takes what was appended since; the
signature of each entry is verified once in a process.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import lru_cache

from unipact.agreement.engine.register.broken import refuse
from unipact.agreement.engine.register.fold import take
from unipact.agreement.engine.register.register import Register, TermsOf
from unipact.agreement.engine.register.terms import LogTerms
from unipact.agreement.formats.log.entry import Entry, read_entry, require_signed
from unipact.agreement.formats.log.terms import log_terms
from unipact.agreement.models import Log, LogDocument, LogEntry
from unipact.errors import Unavailable, UnipactError
from unipact.tlog.keys import VerifierKey
from unipact.tlog.merkle import Frontier, leaf_hash


@dataclass(slots=True)
class Folded:
    """A log as it was folded: the register, the edge of its tree, and its last leaf hash."""

    register: Register
    frontier: Frontier = field(default_factory=Frontier)
    last: bytes = b""

    def take(self, entry: Entry, data: bytes) -> tuple[bytes, ...]:
        """Take an entry whose signatures were verified; the subtrees that it completes.

        Raises:
            RuleBroken: it breaks a rule; nothing changed.
        """
        take(self.register, entry.act)
        self.last = leaf_hash(data)
        return self.frontier.append(self.last)


class _Kept(threading.local):
    """The folded logs of a thread: a register is changed by one thread only."""

    def __init__(self) -> None:
        self.logs: dict[int, Folded] = {}


_KEPT = _Kept()
_VERIFIED: set[tuple[bytes, tuple[str, ...]]] = set()


def folded(log: Log) -> Folded:
    """The log as of its last entry.

    Raises:
        Unavailable: an entry does not verify; it was changed behind the product's back.
    """
    kept = _KEPT.logs.get(log.pk)
    rows = _rows_from(log, kept.register.size - 1 if kept else 0)
    if kept is not None:
        if rows and bytes(rows[0][1])[:32] == kept.last:
            rows = rows[1:]
        else:
            # Taken in a transaction that was rolled back.
            kept, rows = None, _rows_from(log, 0)
    found = kept or Folded(Register(terms_of=_terms_of(log)))
    for data, _ in rows:
        _take(log, found, bytes(data))
    _KEPT.logs[log.pk] = found
    return found


def forget(log: Log) -> None:
    """Fold the log anew the next time: what was taken last may not have been kept."""
    _KEPT.logs.pop(log.pk, None)


def register_of(log: Log) -> Register:
    """What the log comes to; Unavailable as ``folded``."""
    return folded(log).register


def verified(entry: Entry, register: Register) -> None:
    """Refuse an entry that is not signed by whom it says.

    Raises:
        Invalid, RuleBroken: the signature, or who should have signed.
    """
    require_signed(entry.note, [_key(each) for each in register.signers(entry.act)])


def _take(log: Log, found: Folded, data: bytes) -> None:
    index = found.register.size
    try:
        entry = read_entry(data)
        leaf = leaf_hash(data)
        by = found.register.signers(entry.act)
        if (leaf, by) not in _VERIFIED:
            verified(entry, found.register)
            _VERIFIED.add((leaf, by))
        found.register.floor = 0
        found.take(entry, data)
    except UnipactError as error:
        forget(log)
        raise Unavailable(
            f"entry {index} of the log {log.origin} does not verify: {error.message}. It was "
            "changed by hand; restore the database or compare with a bundle"
        ) from error


def _rows_from(log: Log, index: int) -> list[tuple[bytes, bytes]]:
    rows = LogEntry.objects.filter(log=log, index__gte=max(index, 0)).order_by("index")
    return list(rows.values_list("data", "hashes"))


@lru_cache(maxsize=256)
def _key(vkey: str) -> VerifierKey:
    return VerifierKey.parse(vkey)


def _terms_of(log: Log) -> TermsOf:
    pk = log.pk

    def terms_of(file_sha256: str) -> LogTerms:
        return _terms(pk, file_sha256)

    return terms_of


@lru_cache(maxsize=64)
def _terms(log_pk: int, file_sha256: str) -> LogTerms:
    """The terms of a file; named by its hash, so a worker reads it once."""
    content = (
        LogDocument.objects.filter(log_id=log_pk, sha256=file_sha256)
        .values_list("content", flat=True)
        .first()
    )
    if content is None:
        refuse(f"the agreement file {file_sha256} is not here")
    terms = log_terms(bytes(content))
    if terms.file_sha256 != file_sha256:
        refuse(f"the agreement file {file_sha256} was changed: it has another hash")
    return terms
