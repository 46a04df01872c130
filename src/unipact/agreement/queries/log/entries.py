"""The entries of a log as its readers see them, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.register import Register
from unipact.agreement.engine.terms import Text
from unipact.agreement.formats.log.entry import read_entry
from unipact.agreement.log.folded import register_of
from unipact.agreement.log.stored import cosigned_size, inclusion
from unipact.agreement.models import Log, LogEntry
from unipact.agreement.queries.log.meaning import TYPES, Names, in_both, meanings, names_of
from unipact.errors import NotFound

ENTRY_PAGE = 50


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry.

    Attributes:
        party: the id of the acting party; empty for the founding, in which both act.
        at: the moment that its signer states; None where the entry states none.
        received_at: the server's word, which proves nothing.
        is_cosigned: whether a checkpoint that counts it was cosigned by both.
        proposal: the id of the proposal that it makes or decides on; else empty.
        note: the signed note, as it stands.
    """

    index: int
    type: str
    type_name: Text
    party: str
    party_name: Text
    at: str | None
    received_at: datetime
    meaning: Text
    leaf_sha256: str
    is_cosigned: bool
    proposal: str
    note: str

    @property
    def stated_at(self) -> datetime | None:
        """The same moment as ``at``."""
        return datetime.fromisoformat(self.at) if self.at else None

    @property
    def fingerprint(self) -> str:
        """The begin of the leaf hash, to compare by eye."""
        return fingerprint(self.leaf_sha256)


@dataclass(frozen=True, slots=True)
class EntryFound:
    """An entry by itself: with its proof, where both cosigned a checkpoint that counts it.

    ``proof`` has the hashes from the leaf's sibling upward, under the checkpoint of ``size``.
    """

    row: EntryRow
    size: int
    proof: tuple[str, ...]


def entry_rows(log: Log, *, before: int | None = None) -> tuple[EntryRow, ...]:
    """A page of entries with an index below ``before``, newest first."""
    rows = LogEntry.objects.filter(log=log).defer("checkpoint").order_by("-index")
    if before is not None:
        rows = rows.filter(index__lt=before)
    return _rows(log, list(rows[:ENTRY_PAGE]), cosigned_size(log))


def entry_found(log: Log, index: int) -> EntryFound:
    """One entry of a log.

    Raises:
        NotFound: it has no such entry.
    """
    row = LogEntry.objects.filter(log=log, index=index).defer("checkpoint").first()
    if row is None:
        raise NotFound(f"the log has {log.size} entries")
    cosigned = cosigned_size(log)
    (found,) = _rows(log, [row], cosigned)
    # What nobody has cosigned yet can be traced to the log's own checkpoint.
    size = cosigned if found.is_cosigned else log.size
    return EntryFound(found, size, tuple(each.hex() for each in inclusion(log, index, size)))


def founding_of(log: Log) -> acts.Founding:
    """The act that founded a log."""
    data = LogEntry.objects.values_list("data", flat=True).get(log=log, index=0)
    return cast("acts.Founding", read_entry(bytes(data)).act)


def fingerprint(digest: str) -> str:
    """The begin of a hash in groups of four: what two people read to each other."""
    return " ".join(digest[place : place + 4] for place in range(0, 16, 4))


def _rows(log: Log, rows: list[LogEntry], cosigned: int) -> tuple[EntryRow, ...]:
    register = register_of(log)
    told = [read_entry(bytes(each.data)).act for each in rows]
    names = names_of(log, register, told=told)
    return tuple(
        _row(each, act, register, names, cosigned) for each, act in zip(rows, told, strict=True)
    )


def _row(row: LogEntry, act: acts.Act, register: Register, names: Names, cosigned: int) -> EntryRow:
    party = "" if isinstance(act, acts.Founding) else act.party
    return EntryRow(
        index=row.index,
        type=act.type,
        type_name=in_both(lambda: str(TYPES[act.type])),
        party=party,
        party_name=names.parties.get(party, Text("Both parties", "双方")),
        at=getattr(act, "at", None),
        received_at=row.received_at,
        meaning=meanings(act, register, names, index=row.index),
        leaf_sha256=bytes(row.hashes)[:32].hex(),
        is_cosigned=row.index < cosigned,
        proposal=_proposal(act, register),
        note=bytes(row.data).decode(),
    )


def _proposal(act: acts.Act, register: Register) -> str:
    if isinstance(act, acts.Proposing):
        return act.change.proposal
    if isinstance(act, acts.Decision):
        return register.changes[act.change_sha256]
    return ""
