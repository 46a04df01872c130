"""Evidence under review: putting an evaluation forward, accepting, contesting, settling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast, get_args

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from unipact.agreement.queries.consultation import consultation_of, reviews_of
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.queries.terms import terms_of
from unipact.agreement.roles import Act
from unipact.agreement.services.consultation import evidence_put_forward, evidence_review
from unipact.agreement.views.consultation.acting import answered, refused, signer_of
from unipact.agreement.views.consultation.shown import ground
from unipact.agreement.views.filled import Filled
from unipact.agreement.views.here import here_of, post_or_back
from unipact.errors import Conflict, Finding, Invalid

Decision = Literal["accept", "contest", "settle"]

_DONE: Mapping[Decision, str] = {
    "accept": gettext_noop("The evidence is accepted."),
    "contest": gettext_noop("The evidence is contested."),
    "settle": gettext_noop("Your party settles it; it is settled when both parties did."),
}


@require_GET
def evidence_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """The runs that were put forward, each with what waits for a review."""
    return _evidence(request, here_of(request, agreement))


@post_or_back("agreement:reviews", Act.ACT_SIGN)
def put_forward(request: HttpRequest, agreement: str) -> HttpResponse:
    """Put the evaluation of a day forward as the party's evidence."""
    here = here_of(request, agreement)
    here.actor.require(Act.ACT_SIGN)
    try:
        done = evidence_put_forward(
            signer=signer_of(here),
            agreement=here.slug,
            run_sha256=request.POST.get("run", ""),
            now=timezone.now(),
        )
    except Conflict as error:
        return _evidence(request, here, refused(request, error, ("run",), {}))
    said = _("The evaluation is put forward; the other party reviews its evidence.")
    return answered(request, here, done, said, "agreement:reviews")


@post_or_back("agreement:reviews", Act.ACT_SIGN)
def review(request: HttpRequest, agreement: str) -> HttpResponse:
    """Accept, contest or settle one evidence."""
    here = here_of(request, agreement)
    here.actor.require(Act.ACT_SIGN)
    try:
        decision = _decision(request)
        done = evidence_review(
            signer=signer_of(here),
            agreement=here.slug,
            run_sha256=request.POST.get("run", ""),
            evidence_sha256=request.POST.get("evidence", ""),
            decision=decision,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    except (Invalid, Conflict) as error:
        form = refused(request, error, ("run", "evidence", "reason"), {"evidence_sha256": ""})
        return _evidence(request, here, form)
    return answered(request, here, done, _(_DONE[decision]), "agreement:reviews")


def _decision(request: HttpRequest) -> Decision:
    asked = request.POST.get("decision", "")
    if asked not in get_args(Decision):
        finding = Finding("decision", "nothing is chosen", "Choose one.")
        raise Invalid("nothing is chosen", findings=[finding])
    return cast("Decision", asked)


def _evidence(request: HttpRequest, here: Standpoint, form: Filled | None = None) -> HttpResponse:
    form = form or Filled()
    reviews = reviews_of(here, now=timezone.now())
    run = here.evaluation
    is_new = run is not None and run.sha256 not in {each.sha256 for each in reviews.runs}
    found = consultation_of(here, now=timezone.now())
    context = {
        **ground(here),
        "reviews": reviews,
        "is_founded": found.is_founded,
        "is_key_inside": found.is_key_inside,
        "review_days": terms_of(here).governance.review_days,
        # Of an earlier version the console shows no evidence any more; its bundle has it.
        "known": {each.sha256 for each in here.evaluations},
        "forward": run if is_new and here.actor.may(Act.ACT_SIGN) else None,
        "may_sign": here.actor.may(Act.ACT_SIGN),
        "form": form,
    }
    return render(request, "agreement/consultation/evidence.html", context, status=form.status)
