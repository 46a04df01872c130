"""Avoided energy for the pages: day by day, month by month, and what could be detected at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np

from unipact.agreement.engine.terms import Span, Text
from unipact.analysis.evaluation.session import Session
from unipact.campus.calibration import shipped_calibration
from unipact.campus.engine.baseline import fit_baseline
from unipact.campus.engine.calibration import Calibration
from unipact.campus.engine.pool import PooledSavings, pooled_savings
from unipact.campus.engine.savings import Savings, savings
from unipact.campus.engine.series import Hourly, Refusal
from unipact.campus.metrics.series import daily_sums, window_of
from unipact.campus.queries.series import (
    instant,
    meter_series,
    one_series,
    weather_series,
)

_METHOD: Literal["daily"] = "daily"


@dataclass(frozen=True, slots=True)
class MeterDay:
    """One day of one meter; expected and avoided are None where the day does not count."""

    day: date
    observed_kwh: float | None
    expected_kwh: float | None
    avoided_kwh: float | None


@dataclass(frozen=True, slots=True)
class StatementMonth:
    """One calendar month of a statement, and everything since the period began.

    ``low_kwh`` and ``high_kwh`` bound the cumulative avoided energy at the statement's level.
    """

    span: Span
    observed_kwh: float
    expected_kwh: float
    avoided_kwh: float
    cumulative_kwh: float
    low_kwh: float
    high_kwh: float


@dataclass(frozen=True, slots=True)
class SavingsStatement:
    """What was saved in a period: of one meter, or of all meters together.

    When ``refused`` says why there is no answer, there are no months and no figures. ``excluded``
    says of each building that is not in it why.
    """

    zone: str
    level: float
    refused: Text | None
    months: tuple[StatementMonth, ...] = ()
    share: float = float("nan")
    low_share: float = float("nan")
    high_share: float = float("nan")
    avoided_kwh: float = float("nan")
    expected_kwh: float = float("nan")
    coverage: float = float("nan")
    cv_rmse: float = float("nan")
    nmbe: float = float("nan")
    detectable_share: float = float("nan")
    meters: int = 0
    excluded: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest saving, a share, that a period of ``days`` would show with 80 % power.

    Attributes:
        meters: building id → share, of each meter alone.
        pool: of all meters together.
        excluded: building id → why its meter has no baseline.
    """

    days: int
    level: float
    meters: Mapping[str, float]
    pool: float | None
    excluded: Mapping[str, Text]


def meter_days(
    session: Session,
    *,
    building: str,
    baseline: Span,
    reporting: Span,
    zone: str,
    meter: str = "electricity",
    level: float = 0.9,
) -> tuple[MeterDay, ...]:
    """Observed, expected and avoided energy of one meter on each day of ``reporting``.

    Raises:
        NotFound: the meter has no readings.
    """
    end = instant(reporting.until, zone)
    series = one_series(session, meter=meter, building=building, until=end)
    found = savings(
        series,
        weather_series(session, until=end),
        window_of(baseline),
        window_of(reporting),
        shipped_calibration(),
        zone=zone,
        level=level,
    )
    if found.intervals is None:
        return ()
    rows = found.intervals
    return tuple(
        MeterDay(day.item(), _known(observed), _known(expected), _known(avoided))
        for day, observed, expected, avoided in zip(
            rows.days, rows.observed, rows.expected, rows.avoided, strict=True
        )
    )


def savings_statement(
    session: Session,
    *,
    baseline: Span,
    reporting: Span,
    zone: str,
    meter: str = "electricity",
    building: str | None = None,
    level: float = 0.9,
) -> SavingsStatement:
    """The statement of ``reporting`` against ``baseline``, month by month.

    The band widens with the length of the time since the period began, by the same calibration
    that gives the interval of the whole.
    """
    end = instant(reporting.until, zone)
    meters = meter_series(session, meter=meter, building=building, until=end)
    weather, calibration = weather_series(session, until=end), shipped_calibration()
    windows = window_of(baseline), window_of(reporting)
    answers: Mapping[str, Savings]
    said: Savings | PooledSavings
    excluded: tuple[tuple[str, Text], ...] = ()
    if building is not None and building in meters:
        said = savings(meters[building], weather, *windows, calibration, zone=zone, level=level)
        answers = {building: said}
        cv_rmse, nmbe = (said.fit.cv_rmse, said.fit.nmbe) if said.fit else (np.nan, np.nan)
    else:
        said = pooled_savings(meters, weather, *windows, calibration, zone=zone, level=level)
        answers = said.meters
        excluded = tuple(
            (name, Text(why, said.excluded_zh[name])) for name, why in sorted(said.excluded.items())
        )
        cv_rmse, nmbe = said.cv_rmse, said.nmbe
    if said.refused:
        refused = Text(said.refused, said.refused_zh or said.refused)
        return SavingsStatement(zone, level, refused, excluded=excluded)
    return SavingsStatement(
        zone=zone,
        level=level,
        refused=None,
        months=_months(answers, reporting, calibration, level, is_pool=building is None),
        share=said.share,
        low_share=said.low_share,
        high_share=said.high_share,
        avoided_kwh=said.avoided_kwh,
        expected_kwh=said.expected_kwh,
        coverage=said.coverage,
        cv_rmse=float(cv_rmse),
        nmbe=float(nmbe),
        detectable_share=said.detectable_share,
        meters=len(answers),
        excluded=excluded,
    )


def detectable_savings(
    session: Session,
    *,
    baseline: Span,
    days: int,
    zone: str,
    meter: str = "electricity",
    level: float = 0.9,
) -> Detectable:
    """What a reporting period of ``days`` could show, known before any target is agreed.

    Only the baseline is read: how far each meter strays from its own model there.
    """
    end = instant(baseline.until, zone)
    meters = meter_series(session, meter=meter, building=None, until=end)
    weather, calibration = weather_series(session, until=end), shipped_calibration()
    window = window_of(baseline)
    wanders, energies, excluded = {}, [], {}
    for name, series in sorted(meters.items()):
        fitted = fit_baseline(series, weather, window, zone=zone, method=_METHOD)
        if isinstance(fitted, Refusal):
            excluded[name] = Text(fitted.en, fitted.zh)
            continue
        wanders[name] = fitted.wander
        energies.append(_energy_in(series, baseline, zone))
    single = {
        name: calibration.detectable(_METHOD, wander, days, level=level)
        for name, wander in wanders.items()
    }
    pool = None
    if wanders:
        weights = np.array(energies) / sum(energies)
        strays = np.array(list(wanders.values()))
        pool = calibration.pool_detectable(_METHOD, strays, weights, days, level=level)
    return Detectable(days, level, single, pool, excluded)


def _months(
    answers: Mapping[str, Savings],
    reporting: Span,
    calibration: Calibration,
    level: float,
    *,
    is_pool: bool,
) -> tuple[StatementMonth, ...]:
    rows = daily_sums({name: each.intervals for name, each in answers.items() if each.intervals})
    days = np.array(rows["start"].to_numpy(), dtype="datetime64[D]")
    sums = {
        name: np.array(rows[f"{name}_kwh"].to_numpy())
        for name in ("observed", "expected", "avoided")
    }
    wanders = np.array([each.wander for each in answers.values()])
    weights = np.array([each.expected_kwh for each in answers.values()])
    weights = weights / weights.sum()
    found, cumulative, expected_so_far = [], 0.0, 0.0
    for span in month_spans(reporting):
        inside = (days >= np.datetime64(span.start)) & (days < np.datetime64(span.until))
        if not inside.any():
            continue
        month = {name: float(values[inside].sum()) for name, values in sums.items()}
        cumulative += month["avoided"]
        expected_so_far += month["expected"]
        elapsed = (span.until - reporting.start).days
        half = (
            calibration.pool_half_width(_METHOD, wanders, weights, elapsed, level)
            if is_pool
            else calibration.half_width(_METHOD, float(wanders[0]), elapsed, level)
        )
        found.append(
            StatementMonth(
                span=span,
                observed_kwh=month["observed"],
                expected_kwh=month["expected"],
                avoided_kwh=month["avoided"],
                cumulative_kwh=cumulative,
                low_kwh=cumulative - half * expected_so_far,
                high_kwh=cumulative + half * expected_so_far,
            )
        )
    return tuple(found)


def month_spans(span: Span) -> tuple[Span, ...]:
    """The calendar months of ``span``, its first and last one cut to it."""
    edges = [span.start]
    while edges[-1] < span.until:
        last = edges[-1]
        following = date(last.year + last.month // 12, last.month % 12 + 1, 1)
        edges.append(min(following, span.until))
    return tuple(Span(first, last) for first, last in pairwise(edges))


def _energy_in(series: Hourly, span: Span, zone: str) -> float:
    start, until = (int(instant(day, zone).timestamp()) // 3600 for day in (span.start, span.until))
    return float(np.nansum(series.between(start, until)))


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
