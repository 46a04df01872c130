"""What every act of the consultation has in common: who signs, and what the person is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.services.consultation.signing import Done, Signer
from unipact.agreement.views.filled import Filled, filled
from unipact.errors import Conflict, Finding, Invalid


def signer_of(here: Standpoint) -> Signer:
    """The reader as somebody who signs with the party's key inside, where it is there."""
    return Signer(here.actor.party, here.actor)


def answered(
    request: HttpRequest, here: Standpoint, done: Done, said: str, page: str, **parts: Any
) -> HttpResponse:
    """Lead on after an act: to ``page``, or to the requests where the key is not inside."""
    if done.entry is None:
        messages.warning(
            request,
            _(
                "Your party's key is not inside this server, so nothing is in the log yet. "
                "Download the request, sign it where the key is, and hand the signed note in."
            ),
        )
        return redirect("agreement:requests", agreement=here.slug)
    entry = _("It is entry %(n)s of the log.") % {"n": done.entry.index}
    messages.success(request, f"{said} {entry}")
    answer: HttpResponse = redirect(page, agreement=here.slug, **parts)
    return answer


def refused(
    request: HttpRequest,
    error: Invalid | Conflict,
    fields: tuple[str, ...],
    places: Mapping[str, str],
) -> Filled:
    """The form of ``request`` with what ``error`` finds; ``places`` names fields for rules.

    Services name the key of the log's entry, such as ``effect.on``; people see a field.
    """
    findings = [replace(each, where=places.get(each.where, each.where)) for each in error.findings]
    return filled(request, type(error)(error.message, findings=findings), fields)


def day_in(request: HttpRequest, name: str) -> date:
    """The day in field ``name``.

    Raises:
        Invalid: it is none.
    """
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError as error:
        finding = Finding(name, "it is no day", "Write 2019-12-31.")
        raise Invalid("the day is wrong", findings=[finding]) from error
