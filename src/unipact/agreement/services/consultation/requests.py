"""Signatures that a party makes elsewhere: requests that wait, signed notes that come in."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from unipact.agreement.engine.register import acts
from unipact.agreement.formats.log.entry import read_act, require_signature
from unipact.agreement.formats.log.named import documents_named, file_named
from unipact.agreement.log.appending import entry_append, log_locked
from unipact.agreement.log.cosigning import cosignature_take
from unipact.agreement.log.folded import folded, register_of
from unipact.agreement.log.vault import key_held
from unipact.agreement.models import Cosignature, Log, LogEntry, Party, SigningRequest
from unipact.agreement.roles import Act as Permitted
from unipact.agreement.services.consultation.documents import documents_forget
from unipact.agreement.services.consultation.signing import Signer
from unipact.agreement.services.memberships import require_still
from unipact.errors import Conflict, Finding, Invalid, NotFound
from unipact.tlog.keys import SigningKey, VerifierKey
from unipact.tlog.note import Note, Signature, read_note, read_signature


def request_submit(
    *, signer: Signer, agreement: str, request: int, note: bytes, now: datetime
) -> LogEntry | None:
    """Take the signed note of a request: the entry, or None while another signature is waited for.

    Who: roles with ``act_sign`` of the party whose request it is.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such request.
        Invalid: the note is of another line, or not signed by the party's key.
        RuleBroken: what was asked for does not fit the log any more.
    """
    with transaction.atomic():
        log, found = _found(signer, agreement, request, now)
        signed = read_note(note)
        if signed.text != bytes(found.line):
            raise _wrong("it is not the line of this request", "Sign the file of the request.")
        if len(signed.signatures) != 1:
            raise _wrong(f"it has {len(signed.signatures)} signatures, not one", "")
        return _taken(log, found, signed.signatures[0], now)


def request_sign(*, signer: Signer, agreement: str, request: int, now: datetime) -> LogEntry | None:
    """Sign a request with the party's key inside, or with the one that the signer brings.

    Who and raises: as ``request_submit``; Conflict where the key is elsewhere.
    """
    with transaction.atomic():
        log, found = _found(signer, agreement, request, now)
        line = bytes(found.line)
        key = signer.key or _inside(log, found, line)
        return _taken(log, found, key.sign(line), now)


def request_drop(*, signer: Signer, agreement: str, request: int, now: datetime) -> None:
    """Drop a request that shall not be signed; nothing of it is in the log or beside it.

    A founding is dropped for both parties, and prepared anew where it shall be after all.

    Who: roles with ``act_sign`` of the party whose request it is.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such request.
    """
    with transaction.atomic():
        log, found = _found(signer, agreement, request, now)
        line = bytes(found.line)
        act = read_act(line)
        named = {*documents_named(act), file_named(act)} - {""}
        found.delete()
        if isinstance(act, acts.Founding):
            # It takes both: what one party will not sign, the other signs in vain.
            SigningRequest.objects.filter(log=log, line=line).delete()
        documents_forget(log, named)


def cosignature_submit(
    *, signer: Signer, agreement: str, line: bytes, now: datetime
) -> Cosignature:
    """Take a cosignature that the party made elsewhere, after a consistency proof.

    Who: roles with ``keys_manage``.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such agreement, or its log was not founded.
        Invalid: it is no cosignature by the party's key of a checkpoint of this log.
        Conflict: the party cosigned this size already.
    """
    if signer.actor is not None:
        signer.actor.require(Permitted.KEYS_MANAGE)
    with transaction.atomic():
        log, party = _log(signer, agreement, now)
        return cosignature_take(log=log, found=folded(log), party=party, line=line, now=now)


def _found(
    signer: Signer, agreement: str, request: int, now: datetime
) -> tuple[Log, SigningRequest]:
    if signer.actor is not None:
        signer.actor.require(Permitted.ACT_SIGN)
    log, party = _log(signer, agreement, now)
    found = SigningRequest.objects.filter(log=log, party=party, pk=request).first()
    if found is None:
        raise NotFound("there is no such request")
    return log, found


def _log(signer: Signer, agreement: str, now: datetime) -> tuple[Log, Party]:
    log = log_locked(agreement)
    party = Party.objects.filter(slug=signer.party, agreements__slug=agreement).first()
    if log is None or party is None:
        raise NotFound("there is no such log")
    require_still(signer.actor, now)
    return log, party


def _inside(log: Log, request: SigningRequest, line: bytes) -> SigningKey:
    key = key_held(log, _vkey(log, request, line))
    if key is None:
        raise Conflict("the key of this party is not inside: sign the request where the key is")
    return key


def _vkey(log: Log, request: SigningRequest, line: bytes) -> str:
    act = read_act(line)
    if isinstance(act, acts.Founding):
        return act.keys[request.party.slug].consent
    return register_of(log).keys[request.party.slug].consent


def _taken(
    log: Log, request: SigningRequest, signature: Signature, now: datetime
) -> LogEntry | None:
    line = bytes(request.line)
    require_signature(line, signature, VerifierKey.parse(_vkey(log, request, line)))
    if not isinstance(read_act(line), acts.Founding):
        entry = entry_append(log=log, data=bytes(Note(line, (signature,))), now=now)
        request.delete()
        return entry
    request.signature = signature.line
    request.save(update_fields=["signature"])
    return _founded(log, line, now)


def _founded(log: Log, line: bytes, now: datetime) -> LogEntry | None:
    """Append the founding when every party signed it; it is signed in the order of the parties."""
    asked = SigningRequest.objects.filter(log=log, line=line).order_by("party__slug")
    lines = [bytes(each.signature) for each in asked if each.signature is not None]
    if len(lines) < len(asked):
        return None
    signatures = tuple(read_signature(each.removesuffix(b"\n")) for each in lines)
    entry = entry_append(log=log, data=bytes(Note(line, signatures)), now=now)
    asked.delete()
    # What was prepared before may have named a version that is not founded on.
    documents_forget(log, log.documents.values_list("sha256", flat=True))
    return entry


def _wrong(what: str, mend: str) -> Invalid:
    return Invalid(f"the signed note is wrong: {what}", findings=[Finding("note", what, mend)])
