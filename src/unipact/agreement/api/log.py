"""The log: entries, checkpoints, proofs, receipts, the bundle; its keys, founding and cosigning."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Query, Router, Status

from unipact.agreement.api.asking import asking
from unipact.agreement.api.forms import Before, Digest, Id
from unipact.agreement.api.log_forms import (
    CheckpointAsked,
    Consistency,
    ConsistencyAsked,
    CosignatureAsked,
    CosignatureMade,
    CosigningAsked,
    Entries,
    EntryLine,
    FoundingAsked,
    FoundingMade,
    Inclusion,
    InclusionAsked,
    Index,
    KeysAnswer,
    LogState,
)
from unipact.agreement.formats.key_files import read_public
from unipact.agreement.queries.log.entries import ENTRY_PAGE, EntryRow, entry_found, entry_rows
from unipact.agreement.queries.log.files import (
    ConsistencyProof,
    InclusionProof,
    bundle_file,
    bundle_name,
    checkpoint_file,
    consistency_found,
    inclusion_found,
    receipt_file,
)
from unipact.agreement.queries.log.keys import LogKeys, log_keys
from unipact.agreement.queries.log.opened import log_seen
from unipact.agreement.queries.log.requests import cosigning_file
from unipact.agreement.queries.log.standing import LogStanding, log_standing
from unipact.agreement.roles import Act
from unipact.agreement.services.consultation import (
    cosignature_submit,
    founding_prepare,
    reason_erase,
)
from unipact.agreement.services.consultation.signing import Signer

router = Router(tags=["log"])

_AT = "/agreements/{agreement}/log"
_TEXT = "text/plain; charset=utf-8"
_TAR = "application/x-tar"


def _file(kind: str, schema: dict[str, str]) -> dict[str, Any]:
    return {"responses": {200: {"description": "OK", "content": {kind: {"schema": schema}}}}}


_NOTE = _file("text/plain", {"type": "string"})


@router.get(_AT, response=LogState, summary="The log and its checkpoint")
def log_state(request: HttpRequest, agreement: Id) -> LogStanding:
    """Size, root, the signed note, and what each party cosigned last."""
    return log_standing(log_seen(asking(request), agreement))


@router.get(f"{_AT}/entries", response=Entries, summary="The entries of the log")
def log_entries(request: HttpRequest, agreement: Id, asked: Query[Before]) -> dict[str, Any]:
    """Newest first: each as it was signed, with what it means in a sentence."""
    rows = entry_rows(log_seen(asking(request), agreement), before=asked.before)
    more = len(rows) == ENTRY_PAGE and rows[-1].index > 0
    return {"items": rows, "next": rows[-1].index if more else None}


@router.get(f"{_AT}/entries/{{index}}", response=EntryLine, summary="One entry")
def log_entry(request: HttpRequest, agreement: Id, index: Index) -> EntryRow:
    """By its index, from 0."""
    return entry_found(log_seen(asking(request), agreement), index).row


@router.get(f"{_AT}/entries/{{index}}/receipt", summary="A receipt", openapi_extra=_NOTE)
def log_receipt(request: HttpRequest, agreement: Id, index: Index) -> HttpResponse:
    """A C2SP tlog-proof of an entry, under the last checkpoint that both parties cosigned."""
    receipt = receipt_file(log_seen(asking(request), agreement), index)
    return HttpResponse(receipt, content_type=_TEXT)


@router.get(f"{_AT}/checkpoint", summary="A checkpoint", openapi_extra=_NOTE)
def log_checkpoint(
    request: HttpRequest, agreement: Id, asked: Query[CheckpointAsked]
) -> HttpResponse:
    """A C2SP signed note with the log's signature and the cosignatures that there are by now."""
    content = checkpoint_file(log_seen(asking(request), agreement), asked.size)
    return HttpResponse(content, content_type=_TEXT)


@router.get(f"{_AT}/proofs/inclusion", response=Inclusion, summary="An inclusion proof")
def log_inclusion(
    request: HttpRequest, agreement: Id, asked: Query[InclusionAsked]
) -> InclusionProof:
    """That an entry is in the log of a size (RFC 6962)."""
    log = log_seen(asking(request), agreement)
    return inclusion_found(log, index=asked.index, size=asked.size)


@router.get(f"{_AT}/proofs/consistency", response=Consistency, summary="A consistency proof")
def log_consistency(
    request: HttpRequest, agreement: Id, asked: Query[ConsistencyAsked]
) -> ConsistencyProof:
    """That the log of a size begins with the one that was seen before (RFC 6962)."""
    log = log_seen(asking(request), agreement)
    return consistency_found(log, old=asked.old, new=asked.new)


@router.get(
    f"{_AT}/bundle",
    summary="The bundle",
    openapi_extra=_file(_TAR, {"type": "string", "format": "binary"}),
)
def log_bundle(request: HttpRequest, agreement: Id) -> HttpResponseBase:
    """`unipact-bundle/1`: everything that both parties cosigned, for `unipact verify`."""
    log = log_seen(asking(request), agreement)
    made = bundle_file(log)
    answer = FileResponse(made, filename=bundle_name(log, made.size), content_type=_TAR)
    answer.headers["ETag"] = f'"{made.sha256}"'
    return answer


@router.get(f"{_AT}/cosigning", summary="What to cosign", openapi_extra=_NOTE)
def log_cosigning(
    request: HttpRequest, agreement: Id, asked: Query[CosigningAsked]
) -> HttpResponse:
    """A C2SP tlog-witness request: the present checkpoint, and the proof from an earlier one."""
    actor = asking(request)
    actor.require(Act.KEYS_MANAGE)
    log = log_seen(actor, agreement)
    return HttpResponse(cosigning_file(log, actor.party, old=asked.old), content_type=_TEXT)


@router.post(f"{_AT}/cosigning", response={201: CosignatureMade}, summary="Hand a cosignature in")
def log_cosign(request: HttpRequest, agreement: Id, asked: CosignatureAsked) -> Any:
    """Made elsewhere with the party's cosign key, of any checkpoint since its last one."""
    actor = asking(request)
    actor.require(Act.KEYS_MANAGE)
    log_seen(actor, agreement)
    made = cosignature_submit(
        signer=Signer(actor.party, actor),
        agreement=agreement,
        line=asked.cosignature.encode(errors="replace"),
        now=timezone.now(),
    )
    return Status(201, {"party": actor.party, "size": made.size})


@router.post(f"{_AT}/founding", response={201: FoundingMade}, summary="Found the log")
def log_found(request: HttpRequest, agreement: Id, asked: FoundingAsked) -> Any:
    """Asks both parties to sign the first entry: the version in force and these keys."""
    actor = asking(request)
    actor.require(Act.KEYS_MANAGE)
    keys = {
        party: read_public(
            f"{each.consent}\n{each.cosign}\n".encode(errors="replace"), name=f"keys.{party}"
        )
        for party, each in asked.keys.items()
    }
    requests = founding_prepare(
        signer=Signer(actor.party, actor), agreement=agreement, keys=keys, now=timezone.now()
    )
    ours = next(each for each in requests if each.party.slug == actor.party)
    return Status(201, {"request": ours.pk, "line": bytes(ours.line).decode()})


@router.delete(
    f"{_AT}/reasons/{{sha256}}", response={204: None}, summary="Erase the text of a reason"
)
def log_reason_erase(request: HttpRequest, agreement: Id, sha256: Digest) -> Any:
    """One that your party gave. The log keeps its hash, which tells nothing, and verifies."""
    actor = asking(request)
    reason_erase(
        signer=Signer(actor.party, actor), agreement=agreement, sha256=sha256, now=timezone.now()
    )
    return Status(204, None)


@router.get("/agreements/{agreement}/keys", response=KeysAnswer, summary="The keys that count")
def keys_list(request: HttpRequest, agreement: Id) -> LogKeys:
    """Of both parties and of the log, and whether each lives inside this server."""
    return log_keys(log_seen(asking(request), agreement))
