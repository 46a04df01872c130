"""Leaving with everything, for programs."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Router

from unipact.agreement.api.asking import asking
from unipact.agreement.api.forms import Id
from unipact.agreement.roles import Act
from unipact.web.departing import archive_file

router = Router(tags=["log"])

_TAR = "application/x-tar"
_SCHEMA = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/agreements/{agreement}/leaving",
    summary="Everything that one's party may take along",
    openapi_extra={"responses": {200: {"description": "OK", "content": {_TAR: _SCHEMA}}}},
)
def leaving(request: HttpRequest, agreement: Id) -> HttpResponseBase:
    """`unipact-leaving/1`: the bundle, and the records of one's party in open formats.

    Each is noted in the party's log of people, and counts like an evaluation.
    """
    actor = asking(request)
    actor.require(Act.LEAVING_EXPORT)
    made = archive_file(actor, agreement, now=timezone.now())
    answer = FileResponse(made, filename=made.name_asked, content_type=_TAR)
    answer.headers["ETag"] = f'"{made.sha256}"'
    return answer
