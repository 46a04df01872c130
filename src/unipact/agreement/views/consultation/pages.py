"""The list of what is consulted on, and the page of one proposal."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from unipact.agreement.queries.consultation import (
    consultation_of,
    disputes_of,
    notices_of,
    proposal_of,
    proposed_file_of,
    reports_of,
    reviews_of,
    waivers_of,
)
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.agreement.views.consultation.shown import added, ground, plan_rows, target_rows
from unipact.agreement.views.filled import Filled
from unipact.agreement.views.here import here_of


@require_GET
def consultation_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Open proposals first, then what else waits, and what was decided."""
    here = here_of(request, agreement)
    now = timezone.now()
    found = consultation_of(here, now=now)
    context = {
        **ground(here),
        "consultation": found,
        "open": [each for each in found.proposals if each.state == "open"],
        "past": [each for each in found.proposals if each.state != "open"],
        "reviews": reviews_of(here, now=now),
        "disputes": [each for each in disputes_of(here, now=now) if each.is_open],
        "waivers": waivers_of(here, now=now),
        "notices": notices_of(here, now=now),
        "reports": [each for each in reports_of(here, now=now) if each.is_last],
        "may_sign": here.actor.may(Act.ACT_SIGN),
    }
    return render(request, "agreement/consultation/consultation.html", context)


@require_GET
def proposal_page(request: HttpRequest, agreement: str, proposal: str) -> HttpResponse:
    """One proposal: old beside new, what it does, who must still consent, and what was said."""
    return proposal_shown(request, here_of(request, agreement), proposal)


def proposal_shown(
    request: HttpRequest,
    here: Standpoint,
    proposal: str,
    *,
    decision_form: Filled | None = None,
    comment_form: Filled | None = None,
) -> HttpResponse:
    """The page of a proposal, with a form as it was filled in where something is wrong there."""
    seen = proposal_of(here, proposal, now=timezone.now())
    form = decision_form or comment_form or Filled()
    context: dict[str, Any] = {
        **ground(here),
        "seen": seen,
        "round": seen.rounds[-1],
        "plans": plan_rows(seen),
        "targets": target_rows(seen),
        "added": added(seen),
        "decision_form": decision_form or Filled(),
        "may_evaluate": here.actor.may(Act.EVALUATION_RECORD),
        "comment_form": comment_form or Filled(),
    }
    return render(request, "agreement/consultation/proposal.html", context, status=form.status)


@require_GET
def proposed(request: HttpRequest, agreement: str, proposal: str, number: int) -> HttpResponse:
    """The agreement file of a round, byte for byte as it was proposed."""
    here = here_of(request, agreement)
    content = proposed_file_of(here, proposal, now=timezone.now(), round_=number)
    response = HttpResponse(content, content_type="application/toml")
    name = f"{here.slug}-proposed-{number}.toml"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
