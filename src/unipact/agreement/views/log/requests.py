"""What waits for the signature of one's party: lines to sign elsewhere, checkpoints to cosign."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from unipact.agreement.queries.log.opened import log_or_none, log_seen
from unipact.agreement.queries.log.requests import (
    cosigning,
    cosigning_file,
    own_request,
    own_requests,
)
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.agreement.services.consultation import (
    cosignature_submit,
    request_drop,
    request_sign,
    request_submit,
)
from unipact.agreement.services.consultation.signing import Signer
from unipact.agreement.views.filled import Filled, filled
from unipact.agreement.views.here import here_of, post_or_back
from unipact.agreement.views.log.uploads import uploaded
from unipact.errors import Conflict, Invalid

_TEXT = "text/plain; charset=utf-8"


@require_GET
def requests_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """What waits for one's party, what it would mean, and how to sign it."""
    return _requests(request, here_of(request, agreement))


def _requests(request: HttpRequest, here: Standpoint, **more: Any) -> HttpResponse:
    rows = own_requests(here.actor, here.slug)
    log = log_or_none(here.actor, here.slug)
    form: Filled = more.get("form", Filled())
    context = {
        "requests": rows,
        "is_founded": log is not None,
        "cosigning": cosigning(log, here.actor.party) if log is not None else None,
        "may_cosign": here.actor.may(Act.KEYS_MANAGE),
        "form": form,
        "failed": None,
    }
    return render(request, "agreement/requests.html", context | more, status=form.status)


@require_GET
def request_line(request: HttpRequest, agreement: str, request_id: int) -> HttpResponse:
    """The line to sign, byte for byte: what ``unipact sign`` takes."""
    here = here_of(request, agreement)
    line = own_request(here.actor, here.slug, request_id).line
    return _file(line.encode(), f"{here.slug}-request-{request_id}.json")


@post_or_back("agreement:requests", Act.ACT_SIGN)
def submit(request: HttpRequest, agreement: str, request_id: int) -> HttpResponse:
    """Take the signed note of a request."""
    here = here_of(request, agreement)
    row = own_request(here.actor, here.slug, request_id)
    try:
        entry = request_submit(
            signer=_signer(here),
            agreement=here.slug,
            request=row.id,
            note=uploaded(request, "note"),
            now=timezone.now(),
        )
    except (Invalid, Conflict) as error:
        return _requests(request, here, form=filled(request, error, ("note",)), failed=row.id)
    return _signed(request, here, entry)


@post_or_back("agreement:requests", Act.ACT_SIGN)
def sign(request: HttpRequest, agreement: str, request_id: int) -> HttpResponse:
    """Sign a request with the party's key that lives inside."""
    here = here_of(request, agreement)
    row = own_request(here.actor, here.slug, request_id)
    try:
        entry = request_sign(
            signer=_signer(here), agreement=here.slug, request=row.id, now=timezone.now()
        )
    except (Invalid, Conflict) as error:
        return _requests(request, here, form=filled(request, error, ()), failed=row.id)
    return _signed(request, here, entry)


@post_or_back("agreement:requests", Act.ACT_SIGN)
def drop(request: HttpRequest, agreement: str, request_id: int) -> HttpResponse:
    """Drop a request that shall not be signed."""
    here = here_of(request, agreement)
    request_drop(signer=_signer(here), agreement=here.slug, request=request_id, now=timezone.now())
    messages.success(request, _("The request is dropped. Nothing of it is in the log."))
    return redirect("agreement:requests", agreement=here.slug)


@require_GET
def cosigning_request(request: HttpRequest, agreement: str) -> HttpResponse:
    """The checkpoint to cosign elsewhere, with the proof from what the party cosigned last."""
    here = here_of(request, agreement)
    here.actor.require(Act.KEYS_MANAGE)
    log = log_seen(here.actor, here.slug)
    content = cosigning_file(log, here.actor.party)
    return _file(content, f"{here.slug}-{log.size}.add-checkpoint")


@post_or_back("agreement:requests", Act.KEYS_MANAGE)
def cosignature(request: HttpRequest, agreement: str) -> HttpResponse:
    """Take the cosignature that the party made elsewhere."""
    here = here_of(request, agreement)
    here.actor.require(Act.KEYS_MANAGE)
    log_seen(here.actor, here.slug)
    try:
        made = cosignature_submit(
            signer=_signer(here),
            agreement=here.slug,
            line=uploaded(request, "cosignature"),
            now=timezone.now(),
        )
    except (Invalid, Conflict) as error:
        form = filled(request, error, ("cosignature",))
        return _requests(request, here, form=form, failed="cosignature")
    messages.success(
        request, _("Your party has cosigned the first %(n)s entries.") % {"n": made.size}
    )
    return redirect("agreement:requests", agreement=here.slug)


def _signed(request: HttpRequest, here: Standpoint, entry: Any) -> HttpResponse:
    if entry is None:
        messages.success(
            request, _("Your party has signed. It counts when the other party has signed as well.")
        )
        return redirect("agreement:requests", agreement=here.slug)
    messages.success(request, _("It is entry %(n)s of the log.") % {"n": entry.index})
    return redirect("agreement:log-entry", agreement=here.slug, index=entry.index)


def _signer(here: Standpoint) -> Signer:
    return Signer(here.actor.party, here.actor)


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_TEXT)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
