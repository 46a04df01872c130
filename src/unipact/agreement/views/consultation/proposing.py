"""Proposing a change, and amending an open proposal into its next round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, cast, get_args

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from unipact.agreement.engine.register.acts import Proposing
from unipact.agreement.formats.log.entry import read_entry
from unipact.agreement.queries.consultation import ProposalRow, consultation_of, proposal_of
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.queries.terms import terms_of, version_named, version_rows
from unipact.agreement.roles import Act
from unipact.agreement.services import agreement_export
from unipact.agreement.services.consultation import proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.services.consultation.signing import Done
from unipact.agreement.views.consultation.acting import answered, day_in, refused, signer_of
from unipact.agreement.views.consultation.shown import ground
from unipact.agreement.views.drafts import content_of
from unipact.agreement.views.filled import Filled
from unipact.agreement.views.here import here_of
from unipact.errors import Conflict, Finding, Invalid, NotFound

Kind = Literal["version", "waiver", "end"]
"""The kinds that this page proposes; keys have a page of their own."""

_FIELDS = ("file", "draft", "pair", "on", "reason_en", "reason_zh", "consent")
_PLACES: Mapping[str, str] = {
    "reason": "reason_en",
    "effect.commitment": "pair",
    "effect.period": "pair",
    "effect.on": "on",
    "id": "file",
    "previous": "file",
    "proposed_version_sha256": "file",
}


@require_http_methods(["GET", "HEAD", "POST"])
def propose_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Propose the next version, a waiver or the end of the agreement."""
    here = here_of(request, agreement)
    here.actor.require(Act.ACT_SIGN)
    kind = _kind(request)
    return _proposing(request, here, kind)


@require_http_methods(["GET", "HEAD", "POST"])
def amend_page(request: HttpRequest, agreement: str, proposal: str) -> HttpResponse:
    """Put another round of an open proposal in the place of its last one."""
    here = here_of(request, agreement)
    here.actor.require(Act.ACT_SIGN)
    found = proposal_of(here, proposal, now=timezone.now()).row
    if found.kind == "key":
        raise NotFound("keys are proposed on a page of their own")
    return _proposing(request, here, found.kind, found)


def _proposing(
    request: HttpRequest, here: Standpoint, kind: Kind, amended: ProposalRow | None = None
) -> HttpResponse:
    if request.method != "POST":
        return _form(request, here, kind, amended, Filled())
    try:
        proposed = _proposed(request, here, kind, amended.id if amended else None)
        done = proposal_make(
            signer=signer_of(here),
            agreement=here.slug,
            proposed=proposed,
            consent=bool(request.POST.get("consent")),
            now=timezone.now(),
        )
    except (Invalid, Conflict) as error:
        form = refused(request, error, _FIELDS, _PLACES)
        return _form(request, here, kind, amended, form, _in_file(error))
    said = _("The proposal is made.") if amended is None else _("The next round is made.")
    if len(done) > 1:
        said = _("The proposal is made, and your party consents to it.")
    return _led_on(request, here, done, said)


def _proposed(request: HttpRequest, here: Standpoint, kind: Kind, proposal: str | None) -> Proposed:
    """What was filled in.

    Raises:
        Invalid: something that the kind needs is missing.
    """
    content, effect = None, {}
    if kind == "version":
        content = _content(request, here)
    elif kind == "waiver":
        commitment, _slash, period = request.POST.get("pair", "").partition("/")
        if not period:
            raise _missing("pair", "nothing is chosen", "Choose one.")
        effect = {"commitment": commitment, "period": period}
    else:
        effect = {"on": day_in(request, "on").isoformat()}
    return Proposed(
        kind=kind,
        reason_en=request.POST.get("reason_en", ""),
        reason_zh=request.POST.get("reason_zh", ""),
        content=content,
        effect=effect,
        proposal=proposal,
    )


def _content(request: HttpRequest, here: Standpoint) -> bytes:
    """The bytes of the chosen file, or of the party's own draft."""
    if request.FILES.get("file") is None and (n := request.POST.get("draft", "")).isdecimal():
        version = version_named(here.slug, int(n[:6]), actor=here.actor)
        return agreement_export(actor=here.actor, version=version)
    return content_of(request)


def _missing(where: str, what: str, mend: str) -> Invalid:
    return Invalid(what, findings=[Finding(where, what, mend)])


def _kind(request: HttpRequest) -> Kind:
    asked = request.POST.get("kind") or request.GET.get("kind") or "version"
    return cast("Kind", asked) if asked in get_args(Kind) else "version"


def _led_on(
    request: HttpRequest, here: Standpoint, done: tuple[Done, ...], said: str
) -> HttpResponse:
    first = done[0].entry
    parts = {}
    if first is not None:
        act = read_entry(bytes(first.data)).act
        parts = {"proposal": act.change.proposal} if isinstance(act, Proposing) else {}
    return answered(request, here, done[-1], said, "agreement:proposal", **parts)


def _in_file(error: Invalid | Conflict) -> list[Finding]:
    """What is wrong in the agreement file: it keeps its line, and the words of `unipact check`."""
    if not isinstance(error, Invalid):
        return []
    return [each for each in error.findings if each.where not in {*_FIELDS, *_PLACES}]


def _form(
    request: HttpRequest,
    here: Standpoint,
    kind: Kind,
    amended: ProposalRow | None,
    form: Filled,
    findings: Sequence[Finding] = (),
) -> HttpResponse:
    drafts = [each for each in version_rows(here) if each.is_own_draft and each.state == "draft"]
    found = consultation_of(here, now=timezone.now())
    context = {
        **ground(here),
        "is_founded": found.is_founded,
        "is_key_inside": found.is_key_inside,
        "kind": kind,
        "kinds": get_args(Kind),
        "amended": amended,
        "drafts": drafts,
        "terms": terms_of(here),
        "form": replace(form, above=()) if findings else form,
        "findings": findings,
    }
    return render(request, "agreement/consultation/propose.html", context, status=form.status)
