"""The log, an entry of it, and the files that prove it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from unipact.agreement.queries.log.entries import ENTRY_PAGE, entry_found, entry_rows
from unipact.agreement.queries.log.files import (
    bundle_file,
    bundle_name,
    checkpoint_file,
    receipt_file,
)
from unipact.agreement.queries.log.keys import public_keys_at_founding
from unipact.agreement.queries.log.opened import log_or_none, log_seen
from unipact.agreement.queries.log.reasons import own_reason, own_reason_or_none
from unipact.agreement.queries.log.requests import cosigning, requests_waiting
from unipact.agreement.queries.log.standing import log_standing
from unipact.agreement.roles import Act
from unipact.agreement.services.consultation import reason_erase
from unipact.agreement.services.consultation.signing import Signer
from unipact.agreement.views.filled import page_asked
from unipact.agreement.views.here import here_of

_TEXT = "text/plain; charset=utf-8"


@require_GET
def log_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """What was signed, newest first; the one number over it; and a check in the own browser."""
    here = here_of(request, agreement)
    log = log_or_none(here.actor, here.slug)
    context: dict[str, Any] = {
        "may_sign": here.actor.may(Act.ACT_SIGN),
        "waiting": requests_waiting(here.actor, here.slug),
        "standing": None,
    }
    if log is not None:
        rows = entry_rows(log, before=page_asked(request))
        context |= {
            "standing": log_standing(log),
            "entries": rows,
            "next_before": rows[-1].index if len(rows) == ENTRY_PAGE and rows[-1].index else None,
            "cosigning": cosigning(log, here.actor.party),
            "public_keys": json.dumps(public_keys_at_founding(log)),
        }
    return render(request, "agreement/log.html", context)


@require_GET
def entry_page(request: HttpRequest, agreement: str, index: int) -> HttpResponse:
    """One entry: what it means, the signed note as it stands, and its proof."""
    here = here_of(request, agreement)
    log = log_seen(here.actor, here.slug)
    found = entry_found(log, index)
    context = {
        "entry": found.row,
        "found": found,
        "reason": own_reason_or_none(here.actor, log, index),
    }
    return render(request, "agreement/log_entry.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def erase_reason_page(request: HttpRequest, agreement: str, index: int) -> HttpResponse:
    """Say what erasing the reason of an entry means, and erase it when that is confirmed."""
    here = here_of(request, agreement)
    here.actor.require(Act.ACT_SIGN)
    reason = own_reason(here.actor, log_seen(here.actor, here.slug), index)
    if request.method == "POST":
        reason_erase(
            signer=Signer(here.actor.party, here.actor),
            agreement=here.slug,
            sha256=reason.sha256,
            now=timezone.now(),
        )
        messages.success(request, _("The reason is erased. The log keeps its hash."))
        return redirect("agreement:log-entry", agreement=here.slug, index=index)
    return render(request, "agreement/log_reason.html", {"reason": reason})


@require_GET
def entry_note(request: HttpRequest, agreement: str, index: int) -> HttpResponse:
    """The signed note of an entry, byte for byte: what its leaf hash is made of."""
    here = here_of(request, agreement)
    note = entry_found(log_seen(here.actor, here.slug), index).row.note
    return _file(note.encode(), f"{here.slug}-{index}.note")


@require_GET
def entry_receipt(request: HttpRequest, agreement: str, index: int) -> HttpResponse:
    """The receipt of an entry: its place, its proof and the checkpoint that both cosigned."""
    here = here_of(request, agreement)
    receipt = receipt_file(log_seen(here.actor, here.slug), index)
    return _file(receipt, f"{here.slug}-{index}.tlog-proof")


@require_GET
def checkpoint(request: HttpRequest, agreement: str) -> HttpResponse:
    """The present checkpoint: what a reader keeps, to compare a later bundle with."""
    here = here_of(request, agreement)
    return _file(checkpoint_file(log_seen(here.actor, here.slug)), f"{here.slug}.checkpoint")


@require_GET
def bundle(request: HttpRequest, agreement: str) -> HttpResponseBase:
    """The whole log as one file that anybody can verify offline; it streams from the disk."""
    here = here_of(request, agreement)
    log = log_seen(here.actor, here.slug)
    made = bundle_file(log)
    return FileResponse(
        made,
        as_attachment=True,
        filename=bundle_name(log, made.size),
        content_type="application/x-tar",
    )


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_TEXT)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
