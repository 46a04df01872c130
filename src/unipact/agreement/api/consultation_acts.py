"""Evidence and its reviews, disputes, waivers, notices, signed reports, and signing requests."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from unipact.agreement.api.asking import standing
from unipact.agreement.api.consultation import acted, signer_of, signing
from unipact.agreement.api.consultation_forms import (
    Acted,
    ClosingAsked,
    DisputeAsked,
    DrawnId,
    EditionAsked,
    NoticeAsked,
    ReviewAsked,
    SubmissionAsked,
)
from unipact.agreement.api.consultation_lines import (
    Disputes,
    Editions,
    Notices,
    RequestLine,
    Requests,
    Submissions,
    Waivers,
)
from unipact.agreement.api.forms import Id, Number
from unipact.agreement.queries.consultation import (
    Reviews,
    disputes_of,
    notices_of,
    reports_of,
    reviews_of,
    waivers_of,
)
from unipact.agreement.queries.consultation.report_documents import report_to_sign
from unipact.agreement.queries.log.requests import RequestRow, own_request, own_requests
from unipact.agreement.services.consultation import (
    dispute_close,
    dispute_open,
    evidence_put_forward,
    evidence_review,
    notice_give,
    report_sign,
    request_drop,
    request_submit,
)

router = Router(tags=["consultation"])

_AT = "/agreements/{agreement}"
_PLAIN = {"text/plain": {"schema": {"type": "string"}}}


@router.get(f"{_AT}/submissions", response=Submissions, summary="Evidence that was put forward")
def submissions(request: HttpRequest, agreement: Id) -> Reviews:
    """Every evidence of each run document, and what the other party says of it."""
    return reviews_of(standing(request, agreement), now=timezone.now())


@router.post(
    f"{_AT}/submissions", response={201: Acted}, summary="Put a run document forward as evidence"
)
def submission_create(request: HttpRequest, agreement: Id, asked: SubmissionAsked) -> Any:
    """Every evidence in it then waits for the other party's review; silence accepts nothing."""
    here = signing(request, agreement)
    done = evidence_put_forward(
        signer=signer_of(here),
        agreement=here.slug,
        run_sha256=asked.run_sha256,
        now=timezone.now(),
    )
    return Status(201, acted(done))


@router.post(f"{_AT}/reviews", response={201: Acted}, summary="Review an evidence")
def review_create(request: HttpRequest, agreement: Id, asked: ReviewAsked) -> Any:
    """Accept or contest what the other party put forward, or settle what was contested."""
    here = signing(request, agreement)
    done = evidence_review(
        signer=signer_of(here),
        agreement=here.slug,
        run_sha256=asked.run_sha256,
        evidence_sha256=asked.evidence_sha256,
        decision=asked.decision,
        reason=asked.reason,
        now=timezone.now(),
    )
    return Status(201, acted(done))


@router.get(f"{_AT}/disputes", response=Disputes, summary="The disputes")
def disputes(request: HttpRequest, agreement: Id) -> dict[str, Any]:
    """Either party opens one; it is closed when both did."""
    return {"items": disputes_of(standing(request, agreement), now=timezone.now())}


@router.post(f"{_AT}/disputes", response={201: Acted}, summary="Open a dispute")
def dispute_create(request: HttpRequest, agreement: Id, asked: DisputeAsked) -> Any:
    """On a commitment's period, whose status is shown as disputed until both close it."""
    here = signing(request, agreement)
    done = dispute_open(
        signer=signer_of(here),
        agreement=here.slug,
        commitment=asked.commitment,
        period=asked.period,
        reason=asked.reason,
        now=timezone.now(),
    )
    return Status(201, acted(done))


@router.post(f"{_AT}/disputes/{{dispute}}/closing", response={201: Acted}, summary="Close one")
def dispute_closing(
    request: HttpRequest, agreement: Id, dispute: DrawnId, asked: ClosingAsked
) -> Any:
    """For one's own party."""
    here = signing(request, agreement)
    done = dispute_close(
        signer=signer_of(here),
        agreement=here.slug,
        dispute=dispute,
        reason=asked.reason,
        now=timezone.now(),
    )
    return Status(201, acted(done))


@router.get(f"{_AT}/waivers", response=Waivers, summary="The waivers")
def waivers(request: HttpRequest, agreement: Id) -> dict[str, Any]:
    """That both parties adopted; one is asked for by a proposal."""
    return {"items": waivers_of(standing(request, agreement), now=timezone.now())}


@router.get(f"{_AT}/notices", response=Notices, summary="When the agreement ends, and notices")
def notices(request: HttpRequest, agreement: Id) -> dict[str, Any]:
    """By the clauses of the agreement and the notices given, on the present day in UTC."""
    found = notices_of(standing(request, agreement), now=timezone.now())
    if found is None:
        return {"ending": None, "items": [], "clauses": []}
    ending = {
        "state": found.end.state,
        "until": found.until,
        "renewals": found.end.renewals,
        "notice_by": found.end.notice_by,
        "ended": found.ended,
    }
    return {"ending": ending, "items": found.notices, "clauses": found.clauses}


@router.post(f"{_AT}/notices", response={201: Acted}, summary="Give notice")
def notice_create(request: HttpRequest, agreement: Id, asked: NoticeAsked) -> Any:
    """By a clause of the agreement: of an exit, or that it shall not renew."""
    here = signing(request, agreement)
    done = notice_give(
        signer=signer_of(here),
        agreement=here.slug,
        clause=asked.clause,
        on=asked.on,
        now=timezone.now(),
    )
    return Status(201, acted(done))


@router.get(f"{_AT}/report-editions", response=Editions, summary="The signed editions of reports")
def report_editions(request: HttpRequest, agreement: Id) -> dict[str, Any]:
    """Who signed which document; one is published when both parties signed it."""
    return {"items": reports_of(standing(request, agreement), now=timezone.now())}


@router.post(f"{_AT}/report-editions", response={201: Acted}, summary="Sign a report")
def report_edition_sign(request: HttpRequest, agreement: Id, asked: EditionAsked) -> Any:
    """The edition that waits, or the next one where the report is another document by now."""
    here, now = signing(request, agreement), timezone.now()
    done = report_sign(
        signer=signer_of(here),
        agreement=here.slug,
        year=asked.year,
        document=report_to_sign(here, asked.year, asked.report_sha256, now=now),
        sha256=asked.report_sha256,
        now=now,
    )
    return Status(201, acted(done))


@router.get(f"{_AT}/signing-requests", response=Requests, summary="What waits for a signature")
def signing_requests(request: HttpRequest, agreement: Id) -> dict[str, Any]:
    """Of one's own party, whose key is elsewhere. The other party sees nothing of it."""
    here = signing(request, agreement)
    return {"items": own_requests(here.actor, here.slug)}


@router.get(
    f"{_AT}/signing-requests/{{request_id}}/line",
    summary="The line to sign",
    openapi_extra={"responses": {200: {"content": _PLAIN}}},
)
def signing_request_line(request: HttpRequest, agreement: Id, request_id: Number) -> HttpResponse:
    """Byte for byte: what `unipact sign` takes."""
    here = signing(request, agreement)
    line = own_request(here.actor, here.slug, request_id).line
    return HttpResponse(line.encode(), content_type="text/plain; charset=utf-8")


@router.get(
    f"{_AT}/signing-requests/{{request_id}}", response=RequestLine, summary="One signing request"
)
def signing_request(request: HttpRequest, agreement: Id, request_id: Number) -> RequestRow:
    """With what it means, and the key that must sign it."""
    here = signing(request, agreement)
    return own_request(here.actor, here.slug, request_id)


@router.post(
    f"{_AT}/signing-requests/{{request_id}}/note",
    response={201: Acted},
    summary="Hand a signed note in",
    openapi_extra={"requestBody": {"required": True, "content": _PLAIN}},
)
def signing_request_submit(request: HttpRequest, agreement: Id, request_id: Number) -> Any:
    """The body is what `unipact sign` gave. A founding waits for the other party as well."""
    here = signing(request, agreement)
    entry = request_submit(
        signer=signer_of(here),
        agreement=here.slug,
        request=request_id,
        note=request.body,
        now=timezone.now(),
    )
    is_open = entry is None
    return Status(
        201,
        {
            "entry": None if entry is None else entry.index,
            "request": request_id if is_open else None,
        },
    )


@router.delete(
    f"{_AT}/signing-requests/{{request_id}}",
    response={204: None},
    summary="Drop a signing request",
)
def signing_request_drop(request: HttpRequest, agreement: Id, request_id: Number) -> Any:
    """Nothing of it is in the log, and it cannot be signed any more."""
    here = signing(request, agreement)
    request_drop(
        signer=signer_of(here), agreement=here.slug, request=request_id, now=timezone.now()
    )
    return Status(204, None)
