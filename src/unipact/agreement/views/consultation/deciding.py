"""Consenting, declining, withdrawing, and saying something about a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, get_args

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from unipact.agreement.engine.register.acts import Verdict
from unipact.agreement.roles import Act
from unipact.agreement.services.consultation import comment_add, decision_make
from unipact.agreement.views.consultation.acting import answered, refused, signer_of
from unipact.agreement.views.consultation.pages import proposal_shown
from unipact.agreement.views.filled import filled
from unipact.agreement.views.here import here_of, post_or_back
from unipact.errors import Conflict, Finding, Invalid

_DONE: Mapping[Verdict, str] = {
    "consent": gettext_noop("Your party consents."),
    "decline": gettext_noop("Your party declines; the proposal is over."),
    "withdraw": gettext_noop("The proposal is withdrawn."),
}


@post_or_back("agreement:consultation", Act.ACT_SIGN)
def decide(request: HttpRequest, agreement: str, proposal: str) -> HttpResponse:
    """Decide on the round that was read; an earlier round than the last decides nothing."""
    here = here_of(request, agreement)
    here.actor.require(Act.ACT_SIGN)
    try:
        decision = _decision(request)
        done = decision_make(
            signer=signer_of(here),
            agreement=here.slug,
            change=request.POST.get("change", ""),
            decision=decision,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    except Invalid as error:
        form = refused(request, error, ("reason",), {"text": "reason"})
        return proposal_shown(request, here, proposal, decision_form=form)
    except Conflict as error:
        # The message says what happened; the page shows what counts now.
        form = filled(request, Conflict(error.message), ("reason",))
        return proposal_shown(request, here, proposal, decision_form=form)
    said = _(_DONE[decision])
    return answered(request, here, done, said, "agreement:proposal", proposal=proposal)


@post_or_back("agreement:consultation", Act.PROPOSAL_DISCUSS)
def comment(request: HttpRequest, agreement: str, proposal: str) -> HttpResponse:
    """Say something on a proposal; both parties read it, and it binds nobody."""
    here = here_of(request, agreement)
    text = request.POST.get("text", "")
    try:
        comment_add(
            actor=here.actor,
            agreement=here.slug,
            proposal=proposal,
            text=text,
            now=timezone.now(),
        )
    except Invalid as error:
        form = refused(request, error, ("text",), {})
        return proposal_shown(request, here, proposal, comment_form=form)
    messages.success(request, _("Your comment is there for both parties."))
    return redirect("agreement:proposal", agreement=here.slug, proposal=proposal)


def _decision(request: HttpRequest) -> Verdict:
    asked = request.POST.get("decision", "")
    if asked not in get_args(Verdict):
        finding = Finding("decision", "nothing is chosen", "Choose one.")
        raise Invalid("nothing is chosen", findings=[finding])
    return cast("Verdict", asked)
