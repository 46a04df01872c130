"""Energy against temperature, with the line that the baseline model drew through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from unipact.agreement.engine.terms import Span, Text
from unipact.analysis.evaluation.session import Session
from unipact.campus.engine.baseline import fit_baseline
from unipact.campus.engine.changepoint import ChangePointModel
from unipact.campus.engine.days import day_profile, days_of_hours, hours_of
from unipact.campus.engine.series import Refusal
from unipact.campus.engine.temperature import DAILY_MEMORY_H
from unipact.campus.metrics.series import window_of
from unipact.campus.queries.series import instant, one_series, weather_series

_LINE_POINTS = 60


@dataclass(frozen=True, slots=True)
class ScatterDay:
    """One day: mean temperature as the building felt it, and the day's energy."""

    day: date
    temp_c: float
    kwh: float
    is_weekend: bool


@dataclass(frozen=True, slots=True)
class TemperatureScatter:
    """The days of a baseline and the fitted lines, each a row of (temperature, kWh a day).

    ``refused`` says why there is no line; ``model`` names its form.
    """

    zone: str
    days: tuple[ScatterDay, ...]
    model: str
    workday_line: tuple[tuple[float, float], ...]
    weekend_line: tuple[tuple[float, float], ...]
    refused: Text | None


def temperature_scatter(
    session: Session, *, building: str, baseline: Span, zone: str, meter: str = "electricity"
) -> TemperatureScatter:
    """The whole days of one meter in ``baseline`` against the weather.

    Raises:
        NotFound: the meter has no readings.
    """
    end = instant(baseline.until, zone)
    series = one_series(session, meter=meter, building=building, until=end)
    weather = weather_series(session, until=end)
    window = window_of(baseline)
    hours = hours_of(series, weather, window, zone, DAILY_MEMORY_H)
    days = days_of_hours(hours, day_profile(hours))
    found = []
    for index in np.flatnonzero(days.counted):
        day = date.fromordinal(baseline.start.toordinal() + int(index))
        share = float(days.share[index])
        kwh = float(days.observed[index]) / share
        found.append(ScatterDay(day, float(days.temp_c[index]), kwh, day.weekday() >= 5))
    fitted = fit_baseline(series, weather, window, zone=zone, method="daily")
    if isinstance(fitted, Refusal) or not isinstance(fitted.model, ChangePointModel):
        reason = Text(fitted.en, fitted.zh) if isinstance(fitted, Refusal) else None
        return TemperatureScatter(zone, tuple(found), "", (), (), reason)
    span = [each.temp_c for each in found]
    grid = np.linspace(min(span), max(span), _LINE_POINTS)
    lines = [
        tuple((float(t), float(e)) for t, e in zip(grid, line(grid), strict=True))
        for line in (fitted.model.workday, fitted.model.weekend)
    ]
    return TemperatureScatter(zone, tuple(found), fitted.model.name, lines[0], lines[1], None)
