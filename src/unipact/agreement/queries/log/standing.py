"""How far a log is: its checkpoint, and what each party cosigned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Max

from unipact.agreement.engine.terms import Text
from unipact.agreement.log.folded import register_of
from unipact.agreement.log.stored import checkpoint_at, checkpoint_note, cosigned_size
from unipact.agreement.models import Cosignature, Log
from unipact.agreement.queries.log.entries import fingerprint
from unipact.agreement.queries.log.meaning import names_of


@dataclass(frozen=True, slots=True)
class CosignedBy:
    """What a party cosigned last; size 0 and no time before the first time."""

    party: str
    name: Text
    size: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedRoot:
    """A checkpoint: so many entries, this root, and its note with every signature that it has."""

    size: int
    root: str
    note: str
    cosigned_by: tuple[str, ...]
    cosigned_at: datetime | None

    @property
    def root_base64(self) -> str:
        """The root as the note of the checkpoint spells it."""
        return self.note.split("\n")[2]

    @property
    def fingerprint(self) -> str:
        """The begin of the root, to compare by eye."""
        return fingerprint(self.root)


@dataclass(frozen=True, slots=True)
class LogStanding:
    """A log at this moment.

    Attributes:
        present: its last checkpoint, whoever has cosigned it.
        cosigned: the last one that both cosigned; None before the first.
        parties: what each party cosigned last.
    """

    origin: str
    present: SignedRoot
    cosigned: SignedRoot | None
    parties: tuple[CosignedBy, ...]

    @property
    def cosigned_size(self) -> int:
        """How many entries both have cosigned."""
        return self.cosigned.size if self.cosigned else 0

    @property
    def pending(self) -> int:
        """How many entries wait for a cosignature."""
        return self.present.size - self.cosigned_size

    @property
    def named_parties(self) -> Mapping[str, Text]:
        """The parties' names by their ids."""
        return {each.party: each.name for each in self.parties}


def log_standing(log: Log) -> LogStanding:
    """How far a founded log is."""
    names = names_of(log, register_of(log))
    last = dict(
        Cosignature.objects.filter(log=log)
        .values("party__slug")
        .annotate(last=Max("size"))
        .values_list("party__slug", "last")
    )
    times = {
        (row.party.slug, row.size): _moment(row.time)
        for row in Cosignature.objects.filter(
            log=log, size__in={log.size, *last.values()}
        ).select_related("party")
    }
    both = cosigned_size(log)
    return LogStanding(
        origin=log.origin,
        present=signed_root(log, log.size),
        cosigned=signed_root(log, both) if both else None,
        parties=tuple(
            CosignedBy(party, name, last.get(party, 0), times.get((party, last.get(party, 0))))
            for party, name in names.parties.items()
        ),
    )


def signed_root(log: Log, size: int) -> SignedRoot:
    """The checkpoint of a size.

    Raises:
        NotFound: the log is not that long.
    """
    note = checkpoint_note(log, size)
    rows = Cosignature.objects.filter(log=log, size=size).order_by("party__slug")
    signed = list(rows.values_list("party__slug", "time"))
    return SignedRoot(
        size=size,
        root=checkpoint_at(log, size).root.hex(),
        note=bytes(note).decode(),
        cosigned_by=tuple(party for party, _ in signed),
        cosigned_at=_moment(max(time for _, time in signed)) if signed else None,
    )


def _moment(unix_s: int) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
