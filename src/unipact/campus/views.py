"""Pages of the campus: the buildings, one meter, and the smallest saving that could be seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from unipact.agreement.engine.terms import Span, Text
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.agreement.services import access_log_append
from unipact.agreement.views import here_of
from unipact.analysis.evaluation.session import Session
from unipact.analysis.lake import Entry, Lake, Snapshot
from unipact.analysis.registry import FieldManifest, Registry
from unipact.campus import queries
from unipact.campus.tables import READINGS, TABLES
from unipact.errors import NotFound, NotPermitted

_LEVEL = 0.9
_METER = "electricity"

# The lake's engine uses every core for one question; a second at a time would only wait within.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Windows:
    """The spans that the campus pages speak of: from the energy commitment, else the term."""

    zone: str
    baseline: Span
    reporting: Span

    @property
    def until(self) -> date:
        return self.reporting.until


@require_GET
def buildings(request: HttpRequest) -> HttpResponse:
    """All buildings with their meters; as a fragment, the table alone for a field's page."""
    here = _here(request, record=READINGS.name, kind="meters")
    windows = _windows(here)
    with _session(here) as session:
        rows = queries.building_list(session, until=windows.until, zone=windows.zone)
        if request.headers.get("HX-Request"):
            return render(request, "campus/_buildings.html", {"rows": _shares(rows)})
        statement = _pool_statement(session, windows)
        detectable = _detectable(session, windows)
        heat = queries.load_heat_map(
            session, span=windows.reporting, zone=windows.zone, meter=_METER
        )
    return render(
        request,
        "campus/buildings.html",
        {
            "rows": _shares(rows, detectable.meters),
            "windows": windows,
            "statement": statement,
            "statement_chart": _statement_chart(statement),
            "detectable": detectable,
            "heat": _heat_chart(heat),
            "heat_zone": heat.zone,
        },
    )


@require_GET
def meter(request: HttpRequest, building: str) -> HttpResponse:
    """One meter: what it used, what was expected of it, and how it follows the weather."""
    here = _here(request, record=f"{READINGS.name}/{building}", kind="meter")
    windows = _windows(here)
    with _session(here) as session:
        found = [
            each
            for each in queries.building_list(session, until=windows.until, zone=windows.zone)
            if each.building_id == building and each.meter == _METER
        ]
        if not found:
            raise NotFound(f"there is no building {building}")
        statement = queries.savings_statement(
            session,
            baseline=windows.baseline,
            reporting=windows.reporting,
            zone=windows.zone,
            building=building,
            level=_LEVEL,
        )
        days = queries.meter_days(
            session,
            building=building,
            baseline=windows.baseline,
            reporting=windows.reporting,
            zone=windows.zone,
        )
        scatter = queries.temperature_scatter(
            session, building=building, baseline=windows.baseline, zone=windows.zone
        )
        heat = queries.load_heat_map(
            session, span=windows.reporting, zone=windows.zone, meter=_METER, building=building
        )
        detectable = _detectable(session, windows)
    return render(
        request,
        "campus/meter.html",
        {
            "building": found[0],
            "windows": windows,
            "statement": statement,
            "days": days,
            "days_chart": _days_chart(days),
            "scatter": scatter,
            "scatter_chart": _scatter_chart(scatter),
            "heat": _heat_chart(heat),
            "heat_zone": heat.zone,
            "detectable": detectable.meters.get(building),
            "why_not": detectable.excluded.get(building),
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


def _here(request: HttpRequest, *, record: str, kind: str) -> Standpoint:
    """The reader's standpoint, if meters may be seen; a read of the other party's is noted.

    Raises:
        NotPermitted: the role may not, or the owner of the readings keeps them to itself.
    """
    here = here_of(request)
    here.actor.require(Act.METERS_SEE)
    batches = {(each.owner, each.visibility) for each in _readings(here)}
    if any(seen == "own" and owner != here.actor.party for owner, seen in batches):
        raise NotPermitted("the owner keeps these readings to itself")
    for owner in sorted(owner for owner, seen in batches if seen == "shared"):
        access_log_append(
            actor=here.actor, owner=owner, kind=kind, record=record, now=timezone.now()
        )
    return here


def _windows(here: Standpoint) -> Windows:
    """The windows of the agreement's energy commitment.

    Raises:
        NotFound: nothing was evaluated yet, or no commitment of this field has a baseline year.
    """
    document = here.document
    if document is None:
        raise NotFound("nothing was evaluated yet")
    until = date.fromisoformat(document["as_of"]) + timedelta(days=1)
    start = date.fromisoformat(document["agreement"]["term"]["from"])
    for each in document["commitments"]:
        baseline = each["baseline"]
        if each["metric_ref"].startswith("campus.") and baseline and baseline["from"]:
            first = date.fromisoformat(baseline["from"])
            last = date.fromisoformat(baseline["until"])
            return Windows(
                document["agreement"]["zone"], Span(first, last), Span(start, max(until, start))
            )
    raise NotFound("no commitment of the campus has a baseline")


@lru_cache(maxsize=1)
def _lake() -> Lake:
    return Lake(settings.UNIPACT_HOME / "lake", {each.name: each for each in TABLES})


@lru_cache(maxsize=1)
def _registry() -> Registry:
    name = Text("Smart campus", "智慧校园")
    return Registry((FieldManifest(id="campus", name=name, tables=TABLES),))


def _snapshot(here: Standpoint) -> Snapshot:
    """The snapshot that the shown run document was computed on: page and commitment agree."""
    return _lake().at(here.document["snapshot"]) if here.document else _lake().resolve(())


def _readings(here: Standpoint) -> Sequence[Entry]:
    state = _snapshot(here).tables.get(READINGS.name)
    return state.entries if state else ()


@contextmanager
def _session(here: Standpoint) -> Iterator[Session]:
    with _ONE_AT_A_TIME:
        yield Session(_registry(), _lake(), _snapshot(here))


def _pool_statement(session: Session, windows: Windows) -> queries.SavingsStatement:
    key = (session.snapshot.id, "statement", windows)
    if key not in _KEPT:
        _keep(
            key,
            queries.savings_statement(
                session,
                baseline=windows.baseline,
                reporting=windows.reporting,
                zone=windows.zone,
                level=_LEVEL,
            ),
        )
    found: queries.SavingsStatement = _KEPT[key]
    return found


def _detectable(session: Session, windows: Windows) -> queries.Detectable:
    key = (session.snapshot.id, "detectable", windows)
    if key not in _KEPT:
        _keep(
            key,
            queries.detectable_savings(
                session,
                baseline=windows.baseline,
                days=max(1, windows.reporting.days),
                zone=windows.zone,
                level=_LEVEL,
            ),
        )
    found: queries.Detectable = _KEPT[key]
    return found


# What the whole pool says costs seconds and follows from the snapshot alone: kept in the worker.
_KEPT: dict[tuple[str, str, Windows], Any] = {}


def _keep(key: tuple[str, str, Windows], found: object) -> None:
    while len(_KEPT) >= 8:
        _KEPT.pop(next(iter(_KEPT)))
    _KEPT[key] = found


def _statement_chart(statement: queries.SavingsStatement) -> dict[str, Any]:
    """Cumulative avoided energy with its band, month by month, in MWh."""
    if not statement.months:
        return {}
    return {
        "kind": "statement",
        "unit": "MWh",
        "rows": [
            [
                (month.span.until - timedelta(days=1)).isoformat(),
                round(month.avoided_kwh / 1000, 3),
                round(month.cumulative_kwh / 1000, 3),
                round(month.low_kwh / 1000, 3),
                round(month.high_kwh / 1000, 3),
            ]
            for month in statement.months
        ],
        "words": {
            "month": _("Avoided in the month"),
            "cumulative": _("Avoided since the beginning"),
            "band": _("Interval"),
        },
    }


def _days_chart(days: Sequence[queries.MeterDay]) -> dict[str, Any]:
    return {
        "kind": "intervals",
        "unit": "kWh",
        "rows": [
            [each.day.isoformat(), each.observed_kwh, each.expected_kwh, each.avoided_kwh]
            for each in days
        ],
        "words": {
            "observed": _("Observed"),
            "expected": _("Expected from the baseline"),
            "avoided": _("Avoided"),
        },
    }


def _scatter_chart(scatter: queries.TemperatureScatter) -> dict[str, Any]:
    def of(*, is_weekend: bool) -> list[list[float]]:
        return [
            [round(each.temp_c, 2), round(each.kwh, 1)]
            for each in scatter.days
            if each.is_weekend is is_weekend
        ]

    return {
        "kind": "scatter",
        "unit": "kWh",
        "workdays": of(is_weekend=False),
        "weekends": of(is_weekend=True),
        "workday_line": [list(each) for each in scatter.workday_line],
        "weekend_line": [list(each) for each in scatter.weekend_line],
        "words": {
            "workdays": _("Workdays"),
            "weekends": _("Weekends"),
            "workday_line": _("Model, workdays"),
            "weekend_line": _("Model, weekends"),
        },
    }


def _heat_chart(heat: queries.HeatMap) -> dict[str, Any]:
    if not heat.cells:
        return {}
    days = [
        pgettext("weekday", "Mon"),
        pgettext("weekday", "Tue"),
        pgettext("weekday", "Wed"),
        pgettext("weekday", "Thu"),
        pgettext("weekday", "Fri"),
        pgettext("weekday", "Sat"),
        pgettext("weekday", "Sun"),
    ]
    means = [each.mean_kwh for each in heat.cells]
    return {
        "kind": "heat",
        "unit": "kWh",
        "days": days,
        "hours": list(range(24)),
        "cells": [[each.hour, each.weekday, round(each.mean_kwh, 1)] for each in heat.cells],
        "low": round(min(means), 1),
        "high": round(max(means), 1),
    }
