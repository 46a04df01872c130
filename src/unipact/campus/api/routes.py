"""The campus's operations: what its pages show, for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from unipact.agreement.api.asking import standing
from unipact.agreement.api.forms import AsOf, Id
from unipact.campus import queries
from unipact.campus.api.forms import (
    Building,
    Buildings,
    BuildingsAsked,
    Meter,
    MeterAsked,
    Savings,
)
from unipact.campus.queries import documents
from unipact.campus.services.reading import meters_read

router = Router(tags=["campus"])

_AT = "/agreements/{agreement}/campus"


@router.get(f"{_AT}/buildings", response=Buildings, summary="The buildings and their meters")
def campus_buildings(request: HttpRequest, agreement: Id, asked: Query[BuildingsAsked]) -> Any:
    """Energy and coverage of the last 52 weeks, and the smallest saving that would show."""
    here = standing(request, agreement, asked.as_of)
    with meters_read(here, now=timezone.now()) as session:
        windows = queries.windows_of(here.document)
        rows = queries.buildings_shown(session, windows)
        detectable = queries.detectable_shown(session, windows)
    return documents.buildings_document(
        rows, detectable, windows, after=asked.after, limit=asked.limit
    )


@router.get(f"{_AT}/savings", response=Savings, summary="What all meters together saved")
def campus_savings(request: HttpRequest, agreement: Id, asked: Query[AsOf]) -> Any:
    """The statement month by month, what could be detected, and when energy is used."""
    here = standing(request, agreement, asked.as_of)
    with meters_read(here, now=timezone.now()) as session:
        windows = queries.windows_of(here.document)
        shown = queries.pool_shown(session, windows)
    return documents.pool_document(shown, windows)


@router.get(f"{_AT}/meters/{{building}}", response=Meter, summary="One building's meter")
def campus_meter(
    request: HttpRequest, agreement: Id, building: Building, asked: Query[MeterAsked]
) -> Any:
    """Its statement, its days, its baseline model over the weather, and when it uses energy."""
    here = standing(request, agreement, asked.as_of)
    with meters_read(here, now=timezone.now(), building=building) as session:
        windows = queries.windows_of(here.document)
        shown = queries.meter_shown(session, windows, building)
    return documents.meter_document(shown, windows, after=asked.after, limit=asked.limit)
