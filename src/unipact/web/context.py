"""What the layout needs on every page: who is here, before which agreement, and the menu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from unipact.agreement.queries.consultation.waiting import waiting
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.analysis.registry import NavigationEntry
from unipact.errors import UnipactError
from unipact.web.lake import attributions, field_pages

FIELD_ICONS: Mapping[str, str] = {
    "college": "school",
    "medical": "stethoscope",
    "campus": "building-community",
    "analysis": "chart-dots",
    "recruitment": "briefcase",
    "research": "microscope",
    "transfer": "transfer",
}


@dataclass(frozen=True, slots=True)
class MenuField:
    """A field or flow in the menu."""

    id: str
    name: Mapping[str, str]
    icon: str
    pages: tuple[NavigationEntry, ...]


def shell(request: HttpRequest) -> dict[str, Any]:
    """The layout's context; only the languages while nobody is signed in."""
    here: Standpoint | None = getattr(request, "standpoint", None)
    context: dict[str, Any] = {"languages": settings.LANGUAGES, "here": here}
    if here is not None:
        actor = here.actor
        context |= {
            "menu_fields": _fields(here),
            "names": here.party_names(),
            # Called by a template that shows measured data, and by no other.
            "attributions": attributions,
            "may_see_rows": actor.may(Act.EVIDENCE_ROWS_SEE),
            "may_see_access": actor.may(Act.ACCESS_LOG_SEE),
            "may_export": actor.may(Act.AGREEMENT_EXPORT),
            "may_evaluate": actor.may(Act.EVALUATION_RECORD),
            "may_see_log": actor.may(Act.LOG_SEE),
            "consultation_waits": _waits(here),
        }
    return context


def _waits(here: Standpoint) -> int:
    """What waits for the reader's party, where the log can be read at all."""
    try:
        return waiting(here, now=timezone.now())
    except UnipactError:
        # The page that says what is wrong has this menu, too.
        return 0


def _fields(here: Standpoint) -> tuple[MenuField, ...]:
    if here.document is None:
        return ()
    pages = field_pages()
    return tuple(
        MenuField(
            each["id"],
            each["name"],
            FIELD_ICONS.get(each["app"], "flag"),
            pages.get(each["app"], ()) if here.actor.may(Act.METERS_SEE) else (),
        )
        for each in here.document["agreement"]["fields"]
    )
