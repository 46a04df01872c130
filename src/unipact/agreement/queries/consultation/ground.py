"""What every read of the consultation begins with: the reader, the log, and what it comes to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from unipact.agreement.engine.register.register import Register
from unipact.agreement.engine.terms import Text
from unipact.agreement.formats.agreement_toml import AgreementFile, read_agreement
from unipact.agreement.log.folded import register_of
from unipact.agreement.log.vault import keys_held
from unipact.agreement.models import Log, LogDocument, Party
from unipact.agreement.queries.standpoint import Standpoint, standpoint_of
from unipact.agreement.roles import MATRIX, Act, Actor, Side
from unipact.errors import NotFound


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a party did something; one of the two languages may be empty."""

    en: str
    zh: str


@dataclass(frozen=True)
class Ground:
    """A reader before a founded log: ``register`` is what the log comes to at ``now``."""

    here: Standpoint
    log: Log
    register: Register
    now: datetime

    @property
    def party(self) -> str:
        """The reader's own party."""
        return self.here.actor.party

    @property
    def unix_s(self) -> int:
        """``now`` in unix seconds, or the time that both parties cosigned where that is later."""
        return max(self.register.floor, int(self.now.timestamp()))

    @cached_property
    def terms(self) -> AgreementFile:
        """The agreement file in force, as the log names it."""
        return agreement_file(self.log, self.register.terms.file_sha256)

    @cached_property
    def is_key_inside(self) -> bool:
        """Whether the key that signs for the reader's party lives in this server."""
        return self.register.keys[self.party].consent in keys_held(self.log)

    def version_of(self, sha256: str) -> int | None:
        """The number of a version that binds or bound; None where there is none of this hash."""
        found = (each.terms.version for each in self.register.bound if each.terms.sha256 == sha256)
        return next(found, None)

    def party_name(self, party: str) -> Text:
        """The name of a party in the terms in force; else its id."""
        found = (each.name for each in self.terms.agreement.parties if each.id == party)
        return next(found, Text(party, party))

    def commitment_title(self, commitment: str) -> Text:
        """The title of a commitment in the terms in force; else its id."""
        found = (each.title for each in self.terms.agreement.commitments if each.id == commitment)
        return next(found, Text(commitment, commitment))


def log_of(here: Standpoint) -> Log | None:
    """The log of the agreement, founded or not; None where nobody has asked for one.

    Raises:
        NotPermitted: the role may not see the log.
    """
    here.actor.require(Act.LOG_SEE)
    return Log.objects.filter(agreement=here.version.agreement_id).first()


def ground_of(here: Standpoint, now: datetime) -> Ground | None:
    """The reader before the log; None where it was not founded yet.

    Raises:
        NotPermitted: the role may not see the log.
        Unavailable: the log does not verify: it was changed by hand.
    """
    log = log_of(here)
    return None if log is None or log.size == 0 else Ground(here, log, register_of(log), now)


def standpoint_for(agreement: str, party: str | None = None) -> Standpoint:
    """Where the officer of a party stands: what the command line reads as.

    Raises:
        NotFound: there is no such agreement, or the party has none of this id.
    """
    found = Party.objects.filter(agreements__slug=agreement).order_by("slug")
    named = found.filter(slug=party).first() if party else found.first()
    if named is None:
        whose = f"{party} has no agreement" if party else "there is no agreement"
        raise NotFound(f"{whose} {agreement} here")
    side = Side(named.role)
    actor = Actor(name="", party=named.slug, side=side, role=MATRIX.officers[side])
    return standpoint_of(actor, agreement=agreement)


def documents(log: Log, wanted: Iterable[str]) -> dict[str, bytes]:
    """The documents beside the log that are there and whole, by their SHA-256."""
    rows = LogDocument.objects.filter(log=log, sha256__in=set(wanted) - {""})
    found = {sha256: bytes(data) for sha256, data in rows.values_list("sha256", "content")}
    return {key: data for key, data in found.items() if hashlib.sha256(data).hexdigest() == key}


def reasons(log: Log, wanted: Iterable[str]) -> dict[str, Reason]:
    """The reasons that were not erased, by their SHA-256."""
    found = {}
    for sha256, data in documents(log, wanted).items():
        with suppress(ValueError, KeyError, TypeError):
            said = json.loads(data)
            found[sha256] = Reason(str(said["en"]), str(said["zh"]))
    return found


def agreement_file(log: Log, sha256: str) -> AgreementFile:
    """An agreement file of the log by the SHA-256 of its bytes.

    Raises:
        NotFound: it is not here.
    """
    return _file(log.pk, sha256)


def at(moment: str) -> datetime:
    """A moment of an entry as a time."""
    return datetime.fromisoformat(moment).astimezone(UTC)


def both(text: Text) -> Mapping[str, str]:
    """A text by language, as run documents have it."""
    return {"en": text.en, "zh": text.zh}


@lru_cache(maxsize=32)
def _file(log_pk: int, sha256: str) -> AgreementFile:
    """Named by its hash, so a worker reads it once."""
    found = documents(Log(pk=log_pk), (sha256,))
    if sha256 not in found:
        raise NotFound(f"the agreement file {sha256} is not here")
    return read_agreement(found[sha256])
