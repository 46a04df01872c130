"""Agreements with their versions, commitments, contributions, evaluations and run documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from unipact.agreement.api.asking import asking, evaluated, standing
from unipact.agreement.api.forms import (
    Agreements,
    AsOf,
    CommitmentsAsked,
    Id,
    Number,
    Version,
    Versions,
    answers,
)
from unipact.agreement.queries.commitments import commitment_found, side_of
from unipact.agreement.queries.standpoint import Document, agreements_of, document_bytes
from unipact.agreement.queries.terms import version_named, version_row, version_rows
from unipact.agreement.roles import Act, Actor
from unipact.agreement.services import agreement_export, agreement_import
from unipact.errors import Finding, Invalid

router = Router(tags=["agreement"])

_SIDES = {"owed": {"owed", "both"}, "due": {"due"}}
_TOML = "application/toml"


@router.get("/agreements", response=Agreements, summary="The agreements of one's party")
def agreements(request: HttpRequest) -> dict[str, Any]:
    """Each with the version that counts: the one in force, else the newest that was evaluated."""
    return {
        "items": [
            {
                "id": here.slug,
                "version": here.version.n,
                "state": here.state,
                "sha256": here.version.sha256,
                "as_of": here.as_of,
            }
            for here in agreements_of(asking(request))
        ]
    }


@router.get(
    "/agreements/{agreement}",
    summary="An agreement as it was evaluated",
    openapi_extra=answers("run.agreement"),
)
def agreement(request: HttpRequest, agreement: Id, asked: Query[AsOf]) -> Any:
    """Parties, term, fields and state of the version that counts."""
    return evaluated(standing(request, agreement, asked.as_of))["agreement"]


@router.get(
    "/agreements/{agreement}/versions", response=Versions, summary="The versions of an agreement"
)
def versions(request: HttpRequest, agreement: Id) -> dict[str, Any]:
    """Those of both parties and one's own drafts, newest first."""
    return {"items": list(version_rows(standing(request, agreement)))}


@router.post(
    "/agreements/{agreement}/versions",
    response={201: Version},
    summary="Import a draft of the next version",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                _TOML: {
                    "schema": {
                        "type": "string",
                        "description": "An agreement file, as `unipact check` accepts it.",
                    }
                }
            },
        }
    },
)
def version_import(request: HttpRequest, agreement: Id) -> Any:
    """The body is the file itself. The draft is one's own: the other party does not see it."""
    actor = asking(request)
    actor.require(Act.AGREEMENT_IMPORT)
    standing(request, agreement)
    kept = agreement_import(
        actor=actor, content=request.body, now=timezone.now(), agreement=agreement
    )
    return Status(201, version_row(kept))


@router.get(
    "/agreements/{agreement}/versions/{n}/agreement.toml",
    summary="An agreement file",
    openapi_extra={"responses": {200: {"content": {_TOML: {"schema": {"type": "string"}}}}}},
)
def version_file(request: HttpRequest, agreement: Id, n: Number) -> HttpResponse:
    """Byte for byte as it was imported."""
    actor = asking(request)
    here = standing(request, agreement)
    content = agreement_export(actor=actor, version=version_named(here.slug, n, actor=actor))
    return HttpResponse(content, content_type=_TOML)


@router.get("/agreements/{agreement}/run", summary="The run document", openapi_extra=answers("run"))
def run(request: HttpRequest, agreement: Id, asked: Query[AsOf]) -> HttpResponse:
    """Byte for byte as it was recorded: what `unipact verify` takes."""
    here = standing(request, agreement, asked.as_of)
    here.actor.require(Act.EVIDENCE_SEE)
    return HttpResponse(document_bytes(here), content_type="application/json")


@router.get(
    "/agreements/{agreement}/commitments",
    summary="The commitments",
    openapi_extra=answers("run.commitment", in_items=True),
)
def commitments(
    request: HttpRequest, agreement: Id, asked: Query[CommitmentsAsked]
) -> dict[str, Any]:
    """Every commitment with its periods, forecasts, milestones and evidence.

    A token that may not see evidence gets its `format` and `id` in place of the document.
    """
    here = standing(request, agreement, asked.as_of)
    sides = _SIDES.get(asked.side or "")
    _require_field(evaluated(here), asked.field)

    def is_asked(each: Mapping[str, Any]) -> bool:
        return (
            asked.standing in {None, each["standing"]}
            and asked.field in {None, each["field"]}
            and (sides is None or side_of(each, here.actor.party) in sides)
        )

    items = [each for each in evaluated(here)["commitments"] if is_asked(each)]
    return {"items": [_commitment_seen(here.actor, each) for each in items]}


@router.get(
    "/agreements/{agreement}/commitments/{commitment}",
    summary="One commitment",
    openapi_extra=answers("run.commitment"),
)
def commitment(
    request: HttpRequest, agreement: Id, commitment: Id, asked: Query[AsOf]
) -> Mapping[str, Any]:
    """Its target, where it stands and why, its forecast, and the evidence under each value.

    A token that may not see evidence gets its `format` and `id` in place of the document.
    """
    here = standing(request, agreement, asked.as_of)
    return _commitment_seen(here.actor, commitment_found(here, commitment))


@router.get(
    "/agreements/{agreement}/contributions",
    summary="What each party brings",
    openapi_extra=answers("run.contribution", in_items=True),
)
def contributions(request: HttpRequest, agreement: Id, asked: Query[AsOf]) -> dict[str, Any]:
    """Planned amounts with their schedule, and what is due by the day."""
    return {"items": evaluated(standing(request, agreement, asked.as_of))["contributions"]}


@router.get(
    "/agreements/{agreement}/benefits",
    summary="What each party gets",
    openapi_extra=answers("run.benefit", in_items=True),
)
def benefits(request: HttpRequest, agreement: Id, asked: Query[AsOf]) -> dict[str, Any]:
    """The benefits that were agreed, with their values where a metric measures them.

    A token that may not see evidence gets its `format` and `id` in place of the document.
    """
    here = standing(request, agreement, asked.as_of)
    return {"items": [_evidence_seen(here.actor, each) for each in evaluated(here)["benefits"]]}


def _require_field(document: Document, field: str | None) -> None:
    known = [str(each["id"]) for each in document["agreement"]["fields"]]
    if field is not None and field not in known:
        finding = Finding("query.field", "is no field here", f"Known: {', '.join(known)}.")
        raise Invalid("the question is wrong", findings=[finding])


def _commitment_seen(actor: Actor, commitment: Mapping[str, Any]) -> Mapping[str, Any]:
    periods = [_evidence_seen(actor, each) for each in commitment["periods"]]
    return {**commitment, "periods": periods}


def _evidence_seen(actor: Actor, part: Mapping[str, Any]) -> Mapping[str, Any]:
    """A period or a benefit; its evidence is named only, unless the actor may see evidence."""
    if part["evidence"] is None or actor.may(Act.EVIDENCE_SEE):
        return part
    named = {name: part["evidence"][name] for name in ("format", "id")}
    return {**part, "evidence": named}
