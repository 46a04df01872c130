"""What is shown of the campus, whole: to people on pages, to programs by the API and commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from unipact.agreement.engine.terms import Text
from unipact.analysis.evaluation.session import Session
from unipact.campus.queries.buildings import BuildingSummary, building_list
from unipact.campus.queries.load import HeatMap, load_heat_map
from unipact.campus.queries.savings import (
    Detectable,
    MeterDay,
    SavingsStatement,
    detectable_savings,
    meter_days,
    savings_statement,
)
from unipact.campus.queries.weather import TemperatureScatter, temperature_scatter
from unipact.campus.queries.windows import Windows
from unipact.errors import NotFound

LEVEL = 0.9
METER = "electricity"

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class PoolShown:
    """All meters together."""

    statement: SavingsStatement
    detectable: Detectable
    heat: HeatMap


@dataclass(frozen=True, slots=True)
class MeterShown:
    """One meter; ``why_not`` says why it has no baseline, where it has none."""

    summary: BuildingSummary
    statement: SavingsStatement
    days: tuple[MeterDay, ...]
    scatter: TemperatureScatter
    heat: HeatMap
    detectable: float | None
    why_not: Text | None


def buildings_shown(session: Session, windows: Windows) -> tuple[BuildingSummary, ...]:
    """Every meter of every building, with its last year."""
    return building_list(session, until=windows.until, zone=windows.zone)


def pool_shown(session: Session, windows: Windows) -> PoolShown:
    """The statement of all meters, what they could show at all, and when they need energy."""
    statement = _kept(
        (session.snapshot.id, "statement", windows),
        lambda: savings_statement(
            session,
            baseline=windows.baseline,
            reporting=windows.reporting,
            zone=windows.zone,
            level=LEVEL,
        ),
    )
    heat = load_heat_map(session, span=windows.reporting, zone=windows.zone, meter=METER)
    return PoolShown(statement, detectable_shown(session, windows), heat)


def detectable_shown(session: Session, windows: Windows) -> Detectable:
    """The smallest saving that the time since the term began could show."""
    return _kept(
        (session.snapshot.id, "detectable", windows),
        lambda: detectable_savings(
            session,
            baseline=windows.baseline,
            days=max(1, windows.reporting.days),
            zone=windows.zone,
            level=LEVEL,
        ),
    )


def meter_shown(session: Session, windows: Windows, building: str) -> MeterShown:
    """One building's meter: what it used, what was expected, and how it follows the weather.

    Raises:
        NotFound: there is no such building, or its meter has no readings.
    """
    found = [
        each
        for each in buildings_shown(session, windows)
        if each.building_id == building and each.meter == METER
    ]
    if not found:
        raise NotFound(f"there is no building {building}")
    baseline, reporting, zone = windows.baseline, windows.reporting, windows.zone
    detectable = detectable_shown(session, windows)
    return MeterShown(
        summary=found[0],
        statement=savings_statement(
            session,
            baseline=baseline,
            reporting=reporting,
            zone=zone,
            building=building,
            level=LEVEL,
        ),
        days=meter_days(
            session, building=building, baseline=baseline, reporting=reporting, zone=zone
        ),
        scatter=temperature_scatter(session, building=building, baseline=baseline, zone=zone),
        heat=load_heat_map(session, span=reporting, zone=zone, meter=METER, building=building),
        detectable=detectable.meters.get(building),
        why_not=detectable.excluded.get(building),
    )


# What the whole pool says costs seconds and follows from the snapshot alone: kept in the worker.
_KEPT: dict[tuple[str, str, Windows], Any] = {}


def _kept(key: tuple[str, str, Windows], compute: Callable[[], _Found]) -> _Found:
    if key not in _KEPT:
        answer = compute()
        while len(_KEPT) >= 8:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[key] = answer
    found: _Found = _KEPT[key]
    return found
