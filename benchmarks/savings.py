"""The savings engine beside OpenDSM, on every electricity meter of the example.

Fit on a calendar year, predict the next one; both sides get the same hours, the same temperatures
and the same zone. Speed is the fit alone, after a warm-up, with the data already in each side's
own form. Run it by ``python -m benchmarks.savings``.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from benchmarks import opendsm_environment  # noqa: E402
from unipact.campus.engine.baseline import Baseline, Method, expect, fit_baseline  # noqa: E402
from unipact.campus.engine.calibration import Calibration  # noqa: E402
from unipact.campus.engine.changepoint import fit_changepoint  # noqa: E402
from unipact.campus.engine.days import day_profile, days_of_hours, hours_of  # noqa: E402
from unipact.campus.engine.hourly_profile import fit_hourly  # noqa: E402
from unipact.campus.engine.placebo import add_months, placebos  # noqa: E402
from unipact.campus.engine.series import Hourly, Window  # noqa: E402
from unipact.campus.engine.temperature import DAILY_MEMORY_H, HOURLY_MEMORY_H  # noqa: E402
from unipact.campus.formats.meters import read_meters  # noqa: E402
from unipact.campus.formats.series import read_series  # noqa: E402

DATA = Path(__file__).resolve().parent.parent / "examples" / "usst-huawei-2019" / "data"
ZONE = "Europe/London"
YEARS: dict[Method, tuple[int, ...]] = {
    "daily": (2016, 2017),
    "hourly": (2016, 2017, 2018),
}
EVERY_YEAR = (2014, 2015, 2016, 2017, 2018)
REPEATS = 5

Row = dict[str, Any]
Pair = tuple[str, int]


@dataclass(frozen=True)
class Sides:
    """Out-of-year CV(RMSE) and fit seconds of both sides, by meter and baseline year."""

    cv_ours: dict[Pair, float]
    cv_peer: dict[Pair, float]
    fit_ours: dict[Pair, float]
    fit_peer: dict[Pair, float]
    failed: list[str]
    version: str


def run(*, long: bool = False) -> list[Row]:
    """Measure both methods; ``long`` takes every pair of years that the data have."""
    meters = read_meters(DATA / "readings.parquet", zeros_missing=True)
    weather = read_series(DATA / "weather.parquet", "temp_c").hourly
    rows: list[Row] = []
    for method in ("daily", "hourly"):
        rows += _beside(method, meters, weather, EVERY_YEAR if long else YEARS[method])
    rows += _coverage(meters, weather)
    rows += _growth(meters, weather)
    return rows


def _beside(
    method: Method, meters: dict[str, Hourly], weather: Hourly, years: tuple[int, ...]
) -> list[Row]:
    sides = _both(method, meters, weather, years)
    pairs = sorted(sides.cv_peer)
    quotients = {pair: sides.cv_ours[pair] / sides.cv_peer[pair] for pair in pairs}
    by_meter: dict[str, list[float]] = {}
    for (name, _), quotient in quotients.items():
        by_meter.setdefault(name, []).append(quotient)
    mean = {name: float(np.exp(np.mean(np.log(each)))) for name, each in by_meter.items()}
    worst_meter = max(mean, key=lambda name: mean[name])
    worst = max(quotients, key=lambda pair: quotients[pair])
    cv_ours = statistics.median(sides.cv_ours[pair] for pair in pairs)
    cv_peer = statistics.median(sides.cv_peer[pair] for pair in pairs)
    fit_ours = statistics.median(sides.fit_ours[pair] for pair in pairs)
    fit_peer = statistics.median(sides.fit_peer[pair] for pair in pairs)
    speed = statistics.median(sides.fit_peer[pair] / sides.fit_ours[pair] for pair in pairs)
    total = sum(sides.fit_peer[p] for p in pairs) / sum(sides.fit_ours[p] for p in pairs)
    span = ", ".join(f"{year}→{year + 1}" for year in sorted(years))
    note = (
        f"OpenDSM {sides.version}, {len(by_meter)} meters, {len(pairs)} pairs of years ({span}); "
        f"it could not fit: {', '.join(sides.failed) or 'none'}"
    )
    median = statistics.median(quotients.values())
    return [
        {
            "name": f"savings: {method} model, out-of-year CV(RMSE), median",
            "ours": round(cv_ours, 4),
            "peer": round(cv_peer, 4),
            "unit": "share of the mean",
            "ratio": round(1 / median, 3),
            "note": f"ratio is the median over pairs, ours/peer {median:.3f}; {note}",
        },
        {
            "name": f"savings: {method} model, out-of-year CV(RMSE), worst meter",
            "ours": round(mean[worst_meter], 3),
            "peer": 1.0,
            "unit": "times the peer's",
            "ratio": round(1 / mean[worst_meter], 3),
            "note": f"{worst_meter}, geometric mean over its years; {note}",
        },
        {
            "name": f"savings: {method} model, out-of-year CV(RMSE), worst single year",
            "ours": round(sides.cv_ours[worst], 4),
            "peer": round(sides.cv_peer[worst], 4),
            "unit": "share of the mean",
            "ratio": round(1 / quotients[worst], 3),
            "note": f"{worst[0]}, {worst[1]}→{worst[1] + 1}; {note}",
        },
        {
            "name": f"savings: {method} model, fit",
            "ours": round(fit_ours, 6),
            "peer": round(fit_peer, 6),
            "unit": "s",
            "ratio": round(speed, 1),
            "note": f"fit alone, median over pairs; by the sums {total:.0f} times; {note}",
        },
    ]


def _both(
    method: Method, meters: dict[str, Hourly], weather: Hourly, years: tuple[int, ...]
) -> Sides:
    start, until = weather.start, weather.until
    kwh = np.stack([meter.between(start, until) for meter in meters.values()])
    report, said = opendsm_environment.fit_and_predict(
        method,
        ids=np.array(list(meters)),
        kwh=kwh,
        temp_c=weather.values,
        start=start,
        zone=ZONE,
        years=np.array(years),
    )
    sides = Sides({}, {}, {}, {}, [], report["version"])
    for fit in report["fits"]:
        name, year = fit["id"], fit["year"]
        if "error" in fit:
            sides.failed.append(f"{name} {year} ({fit['error']})")
            continue
        window, later = _year(year), _year(year + 1)
        fitted = fit_baseline(meters[name], weather, window, zone=ZONE, method=method)
        if not isinstance(fitted, Baseline):
            raise RuntimeError(f"{name} {year}: {fitted.en}")
        rows = expect(fitted, meters[name], weather, later, zone=ZONE)
        key = f"{name}_{year}"
        if method == "hourly":
            observed, ours = rows.observed, rows.expected
            place = said[key + "_hours"].astype(np.int64) - int(rows.starts[0])
        else:
            # Whole days only, so that both sides are asked for the same energy.
            bounds = np.append(rows.starts, rows.starts[-1] + 24)
            hours = meters[name].between(int(bounds[0]), int(bounds[-1]))
            observed = np.add.reduceat(hours, rows.starts - rows.starts[0])
            ours = rows.expected
            place = np.searchsorted(bounds, said[key + "_hours"].astype(np.int64), "right") - 1
        peer = np.full(len(ours), np.nan)
        inside = (place >= 0) & (place < len(ours))
        peer[place[inside]] = said[key][inside]
        both = np.isfinite(observed) & np.isfinite(ours) & np.isfinite(peer)
        pair = (name, year)
        sides.cv_ours[pair] = _cv(observed[both], ours[both])
        sides.cv_peer[pair] = _cv(observed[both], peer[both])
        sides.fit_peer[pair] = fit["fit_s"]
        sides.fit_ours[pair] = _fit_seconds(method, meters[name], weather, window)
    return sides


def _cv(observed: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean((observed - expected) ** 2)) / observed.mean())


def _year(year: int) -> Window:
    return Window(date(year, 1, 1), date(year + 1, 1, 1))


def _fit(method: Method, meter: Hourly, weather: Hourly, window: Window) -> Callable[[], object]:
    """The fit alone, with its arrays made."""
    memory = DAILY_MEMORY_H if method == "daily" else HOURLY_MEMORY_H
    hours = hours_of(meter, weather, window, ZONE, memory)
    calendar = hours.clock
    if method == "daily":
        days = days_of_hours(hours, day_profile(hours))
        good = days.counted
        day = np.flatnonzero(good)
        kwh, temp = days.observed[good] / days.share[good], days.temp_c[good]
        weekday, yearday = calendar.weekday[good], calendar.yearday[good]
        return lambda: fit_changepoint(kwh, temp, weekday, yearday, day)
    used = hours.counted
    kwh, temp, week = hours.kwh[used], hours.temp_c[used], hours.hour_of_week[used]
    days_used = calendar.day[used]
    dates = calendar.yearday[days_used]
    return lambda: fit_hourly(kwh, temp, week, dates, days_used)


def _seconds(act: Callable[[], object]) -> float:
    act()
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def _fit_seconds(method: Method, meter: Hourly, weather: Hourly, window: Window) -> float:
    return _seconds(_fit(method, meter, weather, window))


def _coverage(meters: dict[str, Hourly], weather: Hourly) -> list[Row]:
    """Whether a 90 % interval holds zero where nothing was done, after the calibration's end."""
    path = Path(__file__).resolve().parent.parent / "src/unipact/campus/calibration/cambridge.json"
    calibration = Calibration.from_document(json.loads(path.read_text(encoding="utf-8")))
    first = date.fromisoformat(calibration.document["until"])
    starts = [add_months(first, k - 12) for k in range(18)]
    ours, textbook = [], []
    for name, meter in meters.items():
        for window in placebos(
            name, meter, weather, starts, date(2020, 1, 1), zone=ZONE, method="daily"
        ):
            half = calibration.half_width("daily", window.wander, window.days, 0.9)
            ours.append(abs(window.error) <= half)
            textbook.append(abs(window.error) <= _guideline_14(meter, weather, window))
    return [
        {
            "name": "savings: 90 % interval covers zero on placebo windows after its calibration",
            "ours": round(float(np.mean(ours)), 3),
            "peer": round(float(np.mean(textbook)), 3),
            "unit": "share of windows (want 0.90)",
            "ratio": round(float(np.mean(ours) / np.mean(textbook)), 2),
            "note": (
                f"{len(ours)} windows of one week to 18 months from {first} on; peer: the "
                "fractional savings uncertainty of ASHRAE Guideline 14 with its correction for "
                "autocorrelation, our own coding"
            ),
        }
    ]


def _guideline_14(meter: Hourly, weather: Hourly, window: Any) -> float:
    end = add_months(window.start, 12)
    fitted = fit_baseline(meter, weather, Window(window.start, end), zone=ZONE, method="daily")
    if not isinstance(fitted, Baseline):
        raise TypeError(fitted.en)
    n, rho = fitted.fit.n, fitted.fit.rho1
    effective = n * (1 - rho) / (1 + rho)
    spread = n / effective * (1 + 2 / effective) / window.days
    return float(1.645 * 1.26 * fitted.fit.cv_rmse * np.sqrt(spread))


def _growth(meters: dict[str, Hourly], weather: Hourly) -> list[Row]:
    meter = meters["b2"]
    rows: list[Row] = []
    for method in ("daily", "hourly"):
        one = _seconds(_fit(method, meter, weather, _year(2014)))
        four = _seconds(_fit(method, meter, weather, Window(date(2014, 1, 1), date(2018, 1, 1))))
        rows.append(
            {
                "name": f"savings: {method} fit, four years beside one",
                "ours": round(four / one, 2),
                "peer": 4.0,
                "unit": "times the cost of one year",
                "ratio": round(4.0 / (four / one), 2),
                "note": "peer: growth in proportion to the hours",
            }
        )
    few = dict(list(meters.items())[:8])
    cost = {len(group): _seconds(partial(_fit_all, group, weather)) for group in (few, meters)}
    small, large = sorted(cost)
    rows.append(
        {
            "name": f"savings: {large} meters beside {small}, reading to answer",
            "ours": round(cost[large] / cost[small], 2),
            "peer": round(large / small, 2),
            "unit": f"times the cost of {small} meters",
            "ratio": round(large / small / (cost[large] / cost[small]), 2),
            "note": "daily model; peer: growth in proportion to the meters",
        }
    )
    return rows


def _fit_all(meters: dict[str, Hourly], weather: Hourly) -> None:
    later = Window(date(2018, 1, 1), date(2018, 1, 1) + timedelta(days=365))
    for meter in meters.values():
        fitted = fit_baseline(meter, weather, _year(2017), zone=ZONE, method="daily")
        if isinstance(fitted, Baseline):
            expect(fitted, meter, weather, later, zone=ZONE)


if __name__ == "__main__":
    print(json.dumps(run(), indent=1, ensure_ascii=False))
