"""What a proposal would do to the status: computed for whoever asks, and kept nowhere."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.queries.consultation import proposed_file_of
from unipact.agreement.queries.proposed import PeriodTurn, turns
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.agreement.views import here_of
from unipact.errors import Finding, Invalid
from unipact.installation.run import assessed, last_day
from unipact.web.evaluate import ONE_AT_A_TIME
from unipact.web.lake import installation
from unipact.web.throttle import HEAVY_WORK, take


def status_under(
    here: Standpoint, proposal: str, *, now: datetime
) -> tuple[date, tuple[PeriodTurn, ...]]:
    """The day, and the periods that would stand or look otherwise under the proposed terms.

    Both versions are computed at one snapshot of what the lake holds now, as of the shown day.

    Who: roles with ``evaluation_record``; it is heavy work of the party.

    Raises:
        NotPermitted, NotFound: the role may not, or there is no such proposed version.
        Invalid: the lake is empty, so no day is known.
        TooMany, Unavailable: as an evaluation.
    """
    here.actor.require(Act.EVALUATION_RECORD)
    content = proposed_file_of(here, proposal, now=now)
    joined = installation()
    day = here.as_of or last_day(joined)
    if day is None:
        finding = Finding("as_of", "the lake is empty", "Import data and evaluate first.")
        raise Invalid("no day to evaluate", findings=[finding])
    take(HEAVY_WORK, here.actor.party, now=now)
    documents: list[dict[str, Any]] = []
    with ONE_AT_A_TIME:
        evaluator = joined.evaluator()
        for each in (here.version.content, content):
            file = read_agreement(each, known_metrics=joined.known_metrics)
            documents.append(assessed(file, evaluator, day))
    return day, turns(documents[0], documents[1])


@require_http_methods(["GET", "HEAD", "POST"])
def status_page(request: HttpRequest, agreement: str, proposal: str) -> HttpResponse:
    """Compute it by a form; whoever comes by a link is led to the proposal."""
    here = here_of(request, agreement)
    here.actor.require(Act.EVALUATION_RECORD)
    if request.method != "POST":
        return redirect("agreement:proposal", agreement=agreement, proposal=proposal)
    day, found = status_under(here, proposal, now=timezone.now())
    context = {"turns": found, "day": day, "proposal": proposal}
    return render(request, "agreement/consultation/status.html", context)
