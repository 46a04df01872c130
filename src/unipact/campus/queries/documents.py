"""What is shown of the campus as JSON values: the API answers with them, the commands print them.

Energies are kWh, shares 0–1, temperatures degrees Celsius, spans half open. Energy that was summed
exactly is decimal text; what comes out of a model is a number, null where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import groupby
from math import isfinite
from typing import Any

from unipact.agreement.engine.quantities import decimal_text
from unipact.agreement.engine.terms import Span, Text
from unipact.campus.queries.buildings import BuildingSummary
from unipact.campus.queries.load import HeatMap
from unipact.campus.queries.savings import Detectable, MeterDay, SavingsStatement
from unipact.campus.queries.shown import METER, MeterShown, PoolShown
from unipact.campus.queries.weather import TemperatureScatter
from unipact.campus.queries.windows import Windows

Said = dict[str, Any]

_FIGURES = (
    "share",
    "low_share",
    "high_share",
    "avoided_kwh",
    "expected_kwh",
    "coverage",
    "cv_rmse",
    "nmbe",
    "detectable_share",
)


def buildings_document(
    rows: Sequence[BuildingSummary],
    detectable: Detectable,
    windows: Windows,
    *,
    after: str | None = None,
    limit: int | None = None,
) -> Said:
    """A page of the buildings, by their ids, each with its meters."""
    grouped = [(name, list(each)) for name, each in groupby(rows, lambda row: row.building_id)]
    asked = [each for each in grouped if after is None or _place(each[0]) > _place(after)]
    page = asked[:limit]
    return {
        **_windows(windows),
        "days": detectable.days,
        "level": detectable.level,
        "items": [_building(meters, detectable) for _, meters in page],
        "next": page[-1][0] if len(page) < len(asked) else None,
    }


def pool_document(shown: PoolShown, windows: Windows) -> Said:
    """All meters together."""
    return {
        **_windows(windows),
        "statement": _statement(shown.statement),
        "detectable": {
            "days": shown.detectable.days,
            "level": shown.detectable.level,
            "pool": _number(shown.detectable.pool),
            "buildings": [
                {"building": name, "share": _number(share)}
                for name, share in shown.detectable.meters.items()
            ],
            "excluded": _reasons(shown.detectable.excluded),
        },
        "load": _load(shown.heat),
    }


def meter_document(
    shown: MeterShown, windows: Windows, *, after: date | None = None, limit: int | None = None
) -> Said:
    """One meter, with a page of its days."""
    asked = [each for each in shown.days if after is None or each.day > after]
    page = asked[:limit]
    return {
        **_windows(windows),
        "building": _place_said(shown.summary),
        "meter": _meter(shown.summary, shown.detectable, shown.why_not),
        "statement": _statement(shown.statement),
        "days": [_day(each) for each in page],
        "next": page[-1].day.isoformat() if len(page) < len(asked) else None,
        "scatter": _scatter(shown.scatter),
        "load": _load(shown.heat),
    }


def _windows(windows: Windows) -> Said:
    return {
        "zone": windows.zone,
        "baseline": _span(windows.baseline),
        "reporting": _span(windows.reporting),
    }


def _span(span: Span) -> Said:
    return {"start": span.start.isoformat(), "until": span.until.isoformat()}


def _place(building: str) -> tuple[int, str]:
    """The place of an id in the list: ``b2`` stands before ``b10``."""
    return len(building), building


def _building(meters: Sequence[BuildingSummary], detectable: Detectable) -> Said:
    name = meters[0].building_id
    share, why_not = detectable.meters.get(name), detectable.excluded.get(name)
    return {
        **_place_said(meters[0]),
        "meters": [
            _meter(each, share, why_not) if each.meter == METER else _meter(each, None, None)
            for each in meters
        ],
    }


def _place_said(summary: BuildingSummary) -> Said:
    return {
        "id": summary.building_id,
        "name": asdict(summary.name),
        "note": asdict(summary.note) if summary.note else None,
        "zone": summary.zone,
        "brick_class": summary.brick_class,
    }


def _meter(summary: BuildingSummary, detectable: float | None, why_not: Text | None) -> Said:
    return {
        "meter": summary.meter,
        "brick_class": summary.meter_class,
        "point_class": summary.point_class,
        "first": _time(summary.first),
        "last": _time(summary.last),
        "coverage": summary.coverage,
        "year_kwh": decimal_text(summary.year_kwh),
        "change": _number(summary.change),
        "detectable_share": _number(detectable),
        "why_not_detectable": asdict(why_not) if why_not else None,
    }


def _statement(statement: SavingsStatement) -> Said:
    return {
        "level": statement.level,
        "refused": asdict(statement.refused) if statement.refused else None,
        **{name: _number(getattr(statement, name)) for name in _FIGURES},
        "meters": statement.meters,
        "months": [
            {
                **_span(each.span),
                "observed_kwh": each.observed_kwh,
                "expected_kwh": each.expected_kwh,
                "avoided_kwh": each.avoided_kwh,
                "cumulative_kwh": each.cumulative_kwh,
                "low_kwh": each.low_kwh,
                "high_kwh": each.high_kwh,
            }
            for each in statement.months
        ],
        "excluded": _reasons(dict(statement.excluded)),
    }


def _day(each: MeterDay) -> Said:
    return {
        "day": each.day.isoformat(),
        "observed_kwh": each.observed_kwh,
        "expected_kwh": each.expected_kwh,
        "avoided_kwh": each.avoided_kwh,
    }


def _scatter(scatter: TemperatureScatter) -> Said:
    return {
        "zone": scatter.zone,
        "model": scatter.model,
        "refused": asdict(scatter.refused) if scatter.refused else None,
        "days": [{**asdict(each), "day": each.day.isoformat()} for each in scatter.days],
        "workday_line": [list(each) for each in scatter.workday_line],
        "weekend_line": [list(each) for each in scatter.weekend_line],
    }


def _load(heat: HeatMap) -> Said:
    return {"zone": heat.zone, "cells": [asdict(each) for each in heat.cells]}


def _reasons(excluded: Mapping[str, Text]) -> list[Said]:
    return [
        {"building": name, "reason": asdict(why)}
        for name, why in sorted(excluded.items(), key=lambda each: _place(each[0]))
    ]


def _time(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
