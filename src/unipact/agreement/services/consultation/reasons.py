"""Reasons: salted documents beside the log, which may be erased while the log still verifies."""

from __future__ import annotations

import hashlib
import secrets

import rfc8785
from django.db import transaction

from unipact.agreement.log.appending import log_locked
from unipact.agreement.models import LogDocument
from unipact.agreement.roles import Act
from unipact.agreement.services.consultation.signing import Signer
from unipact.errors import Finding, Invalid, NotFound

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


def reason_erase(*, signer: Signer, agreement: str, sha256: str) -> None:
    """Erase the text of a reason; the log keeps its hash, which tells nothing, and verifies.

    Who: roles with ``act_sign`` of either party. It cannot be undone.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is no such reason.
    """
    if signer.actor is not None:
        signer.actor.require(Act.ACT_SIGN)
    with transaction.atomic():
        log = log_locked(agreement)
        found = LogDocument.objects.filter(
            log=log, log__agreement__parties__slug=signer.party, sha256=sha256, kind=KIND
        ).first()
        if found is None:
            raise NotFound("there is no such reason")
        found.delete()


def _wrong(what: str, mend: str) -> Invalid:
    return Invalid(f"the reason is wrong: {what}", findings=[Finding("reason", what, mend)])
