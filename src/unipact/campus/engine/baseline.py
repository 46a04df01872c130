"""A baseline model of one meter, fitted on its baseline window alone, and what it expects later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from unipact.campus.engine.changepoint import (
    ChangePointModel,
    fit_changepoint,
    predict_changepoint,
)
from unipact.campus.engine.days import Days, day_profile, days_of_hours, hours_of
from unipact.campus.engine.fit_quality import Fit, goodness
from unipact.campus.engine.hourly_profile import HourlyModel, fit_hourly, predict_hourly
from unipact.campus.engine.series import (
    Floats,
    Hourly,
    Intervals,
    Ints,
    Refusal,
    Window,
    days_of,
)
from unipact.campus.engine.temperature import DAILY_MEMORY_H, HOURLY_MEMORY_H

Method = Literal["daily", "hourly"]

LEAST_BASELINE_DAYS = 330
_BLOCK_D = 28
_MEMORY_H = {"daily": DAILY_MEMORY_H, "hourly": HOURLY_MEMORY_H}


@dataclass(frozen=True, slots=True)
class Baseline:
    """A fitted baseline: the model, how well it fits, and how steady the meter was.

    Attributes:
        method: "daily" or "hourly".
        model: the fitted model.
        profile: float64[48], the day's profile, for days with gaps.
        fit: goodness of fit in the window, before the latest level is added.
        wander: root mean square of the residual over blocks of 28 days, share of the mean: how
            far the meter's level strays in the baseline window itself.
        counted, days: how many days of the window count, and how many it has.
    """

    method: Method
    model: ChangePointModel | HourlyModel
    profile: Floats
    fit: Fit
    wander: float
    counted: int
    days: int


def fit_baseline(
    meter: Hourly, weather: Hourly, window: Window, *, zone: str, method: Method
) -> Baseline | Refusal:
    """Fit a model to the baseline window, or say why that cannot be done."""
    if window.days < LEAST_BASELINE_DAYS:
        return Refusal(
            f"the baseline window has {max(window.days, 0)} days; "
            f"at least {LEAST_BASELINE_DAYS} are needed to see all seasons",
            f"基准期只有 {max(window.days, 0)} 天；至少需要 {LEAST_BASELINE_DAYS} 天才能覆盖各季节",
        )
    hours = hours_of(meter, weather, window, zone, _MEMORY_H[method])
    profile = day_profile(hours)
    days = days_of_hours(hours, profile)
    counted = int(days.counted.sum())
    if counted < LEAST_BASELINE_DAYS:
        return _too_patchy(days, window.days, counted)
    good = days.counted
    mean = float(days.observed[good].sum()) / float(days.share[good].sum())
    if not mean > 0:
        return Refusal(
            "the baseline window holds no energy: the mean of its readings is not positive",
            "基准期内没有能耗：读数均值不为正",
        )
    calendar = days.clock
    order = np.arange(window.days, dtype=np.int64)
    model: ChangePointModel | HourlyModel
    if method == "daily":
        observed = days.observed[good] / days.share[good]
        model = fit_changepoint(
            observed, days.temp_c[good], calendar.weekday[good], calendar.yearday[good], order[good]
        )
        fitted = predict_changepoint(
            model,
            days.temp_c[good],
            calendar.weekday[good],
            calendar.yearday[good],
            after_baseline=False,
        )
        day = order[good]
    else:
        used = hours.counted
        day = calendar.day[used]
        how, dates = hours.hour_of_week[used], calendar.yearday[day]
        observed, temp = hours.kwh[used], hours.temp_c[used]
        model = fit_hourly(observed, temp, how, dates, day)
        fitted = predict_hourly(model, temp, how, dates, after_baseline=False)
    fit = goodness(observed, fitted, model.parameters)
    wander = _wander(observed - fitted, day) / float(observed.mean())
    return Baseline(method, model, profile, fit, wander, counted, window.days)


def _too_patchy(days: Days, total: int, counted: int) -> Refusal:
    energy = int(np.isfinite(days.observed).sum())
    temperature = int(np.isfinite(days.temp_c).sum())
    return Refusal(
        f"only {counted} of the {total} baseline days count ({energy} have readings, "
        f"{temperature} have temperatures); at least {LEAST_BASELINE_DAYS} are needed",
        f"基准期 {total} 天中仅 {counted} 天可用（{energy} 天有读数，{temperature} 天有气温）；"
        f"至少需要 {LEAST_BASELINE_DAYS} 天",
    )


def _wander(residual: Floats, day: Ints) -> float:
    block = day // _BLOCK_D
    counts = np.bincount(block)
    means = np.bincount(block, residual)[counts > 0] / counts[counts > 0]
    return float(np.sqrt(np.mean(means**2)))


def expect(
    fitted: Baseline, meter: Hourly, weather: Hourly, window: Window, *, zone: str
) -> Intervals:
    """What the baseline expects in ``window``, beside what was observed.

    On a day with gaps (daily method) the expected energy is that of the measured hours only.
    """
    hours = hours_of(meter, weather, window, zone, _MEMORY_H[fitted.method])
    calendar = hours.clock
    if isinstance(fitted.model, ChangePointModel):
        days = days_of_hours(hours, fitted.profile)
        plain = predict_changepoint(fitted.model, days.temp_c, calendar.weekday, calendar.yearday)
        observed, expected = days.observed, plain * days.share
        starts, labels = calendar.bounds[:-1], days_of(window)
    else:
        dates = calendar.yearday[calendar.day]
        expected = predict_hourly(fitted.model, hours.temp_c, hours.hour_of_week, dates)
        observed = hours.kwh
        starts = np.arange(calendar.bounds[0], calendar.bounds[-1], dtype=np.int64)
        labels = days_of(window)[calendar.day]
    return Intervals(starts, labels, observed, expected, expected - observed)
