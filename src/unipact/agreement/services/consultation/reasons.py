"""Reasons: salted documents beside the log, which may be erased while the log still verifies."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

import rfc8785

from unipact.agreement.engine.register.acts import Founding
from unipact.agreement.formats.log.entry import read_entry
from unipact.agreement.formats.log.fields import is_hash
from unipact.agreement.formats.log.named import reason_named
from unipact.agreement.models import Log, LogDocument, PeopleLog
from unipact.agreement.services.consultation.signing import Signer, standing
from unipact.errors import Finding, Invalid, NotFound, NotPermitted

FORMAT = "unipact-reason/1"
KIND = "reason"
LONGEST = 4000


def reason_document(en: str, zh: str = "") -> dict[str, tuple[str, bytes]]:
    """A reason as a document: kind and bytes by its SHA-256. One language is enough.

    Raises:
        Invalid: there is no text, or more than 4,000 characters of it.
    """
    en, zh = en.strip(), zh.strip()
    if not en and not zh:
        raise _wrong("it is empty", "Say why.")
    if len(en) > LONGEST or len(zh) > LONGEST:
        raise _wrong(f"it has more than {LONGEST} characters", "Say it shorter.")
    # The salt keeps a reader of the hash from trying texts once the document was erased.
    value = {"format": FORMAT, "salt": secrets.token_hex(16), "en": en, "zh": zh}
    data = rfc8785.dumps(value)
    return {hashlib.sha256(data).hexdigest(): (KIND, data)}


def reason_erase(*, signer: Signer, agreement: str, sha256: str, now: datetime) -> None:
    """Erase the text of a reason; the log keeps its hash, which tells nothing, and verifies.

    Who: roles with ``act_sign`` of the party that gave the reason. It cannot be undone, and the
    party's log of people says who did it.

    Raises:
        NotPermitted: the role may not, or the other party gave the reason.
        NotFound: the party has no such agreement, or no entry names such a reason that is here.
        Conflict: the log was not founded yet.
    """
    with standing(signer=signer, agreement=agreement, now=now) as here:
        index, party = _given(here.log, sha256)
        if party != here.party.slug:
            raise NotPermitted("only the party that gave a reason erases it")
        erased, _ = LogDocument.objects.filter(log=here.log, sha256=sha256, kind=KIND).delete()
        if not erased:
            raise _none()
        PeopleLog.objects.create(
            at=now,
            party=here.party,
            by="" if signer.actor is None else signer.actor.name,
            act="reason-erased",
            subject=f"{agreement} #{index}",
            detail="" if signer.actor is None else signer.actor.role.value,
        )


def _given(log: Log, sha256: str) -> tuple[int, str]:
    """Which entry gave a reason, and of which party it is."""
    if not is_hash(sha256):
        raise _none()
    entries = log.entries.order_by("index").values_list("index", "data")
    for index, data in entries.iterator():
        # Most entries are passed over without being read.
        if sha256.encode() in bytes(data):
            act = read_entry(bytes(data)).act
            if not isinstance(act, Founding) and reason_named(act) == sha256:
                return index, act.party
    raise _none()


def _none() -> NotFound:
    return NotFound("there is no such reason")


def _wrong(what: str, mend: str) -> Invalid:
    return Invalid(f"the reason is wrong: {what}", findings=[Finding("reason", what, mend)])
