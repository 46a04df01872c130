"""Pages of the campus: the buildings, one meter, and the smallest saving that could be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from unipact.agreement.views import here_of
from unipact.campus import queries
from unipact.campus.services.reading import meters_read
from unipact.campus.views import charts


@require_GET
def buildings(request: HttpRequest) -> HttpResponse:
    """All buildings with their meters; as a fragment, the table alone for a field's page."""
    here = here_of(request)
    with meters_read(here, now=timezone.now()) as session:
        windows = queries.windows_of(here.document)
        rows = queries.buildings_shown(session, windows)
        if request.headers.get("HX-Request"):
            return render(request, "campus/_buildings.html", {"rows": _shares(rows)})
        pool = queries.pool_shown(session, windows)
    return render(
        request,
        "campus/buildings.html",
        {
            "rows": _shares(rows, pool.detectable.meters),
            "windows": windows,
            "statement": pool.statement,
            "statement_chart": charts.statement_chart(pool.statement),
            "detectable": pool.detectable,
            "heat": charts.heat_chart(pool.heat),
            "heat_zone": pool.heat.zone,
        },
    )


@require_GET
def meter(request: HttpRequest, building: str) -> HttpResponse:
    """One meter: what it used, what was expected of it, and how it follows the weather."""
    here = here_of(request)
    with meters_read(here, now=timezone.now(), building=building) as session:
        windows = queries.windows_of(here.document)
        shown = queries.meter_shown(session, windows, building)
    return render(
        request,
        "campus/meter.html",
        {
            "building": shown.summary,
            "windows": windows,
            "statement": shown.statement,
            "days": shown.days,
            "days_chart": charts.days_chart(shown.days),
            "scatter": shown.scatter,
            "scatter_chart": charts.scatter_chart(shown.scatter),
            "heat": charts.heat_chart(shown.heat),
            "heat_zone": shown.heat.zone,
            "detectable": shown.detectable,
            "why_not": shown.why_not,
        },
    )


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """A building in the table; ``bar`` is its year's energy in thousandths of the largest."""

    summary: queries.BuildingSummary
    bar: int
    coverage: int
    detectable: float | None


def _shares(
    rows: Sequence[queries.BuildingSummary], detectable: Mapping[str, float] | None = None
) -> list[BuildingRow]:
    largest = max((float(each.year_kwh) for each in rows), default=0.0) or 1.0
    found = [
        BuildingRow(
            each,
            round(float(each.year_kwh) / largest * 1000),
            round(each.coverage * 1000),
            (detectable or {}).get(each.building_id),
        )
        for each in rows
    ]
    return sorted(found, key=lambda row: -row.bar)
