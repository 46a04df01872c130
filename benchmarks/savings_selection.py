"""Would the savings model's constants be chosen by other meters and earlier years?

The shares and memories of the season and the latest level (``campus.engine.memory``) were fixed
with every year of the 31 meters in view. Here half of the meters, and only windows that end by
2018-07-01, choose from a grid by the geometric mean of the out-of-year CV(RMSE); the other half
judges the choice beside the shipped constants, on the same windows and on the later ones.

Run it by ``python -m benchmarks.savings_selection``; it takes about a minute and prints JSON.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from unipact.campus.engine import memory  # noqa: E402
from unipact.campus.engine.changepoint import (  # noqa: E402
    ChangePointModel,
    fit_changepoint,
)
from unipact.campus.engine.clock import YEAR_DAYS  # noqa: E402
from unipact.campus.engine.days import Days, day_profile, days_of_hours, hours_of  # noqa: E402
from unipact.campus.engine.placebo import add_months  # noqa: E402
from unipact.campus.engine.series import Hourly, Window  # noqa: E402
from unipact.campus.engine.temperature import DAILY_MEMORY_H  # noqa: E402
from unipact.campus.formats.meters import read_meters  # noqa: E402
from unipact.campus.formats.series import read_series  # noqa: E402

DATA = Path(__file__).resolve().parent.parent / "examples" / "usst-huawei-2019" / "data"
ZONE = "Europe/London"
CUT = date(2018, 7, 1)
LAST = date(2020, 1, 1)
LEAST_DAYS = 330

Floats = NDArray[np.float64]
# Level share, level memory in days, season share, season width in days.
Constants = tuple[float, float, float, float]
SHIPPED: Constants = (
    memory.LEVEL_SHARE,
    memory.LEVEL_MEMORY_D,
    memory.SEASON_SHARE,
    memory.SEASON_WIDTH_D,
)
GRID: tuple[Constants, ...] = tuple(
    itertools.product(
        (0.0, 0.2, 0.35, 0.5, 0.7), (30.0, 60.0, 120.0), (0.0, 0.2, 0.35, 0.5), (5.0, 10.0)
    )
)


@dataclass(frozen=True)
class Pair:
    """One baseline year and the next year of a meter, before season and level are added."""

    meter: str
    until: date
    residual: Floats
    day: NDArray[np.int64]
    yearday: NDArray[np.int64]
    later_residual: Floats
    later_yearday: NDArray[np.int64]
    later_mean: float

    def cv_rmse(self, constants: Constants) -> float:
        """Out-of-year CV(RMSE) with these constants."""
        level_share, memory_d, season_share, width_d = constants
        sums = np.asarray(
            np.bincount(self.yearday, self.residual, minlength=YEAR_DAYS), dtype=np.float64
        )
        counts = np.bincount(self.yearday, minlength=YEAR_DAYS).astype(np.float64)
        season = season_share * memory.smooth_year(sums, counts, width=width_d)
        left = self.residual - season[self.yearday]
        weight = np.exp((self.day - self.day.max()) / memory_d)
        level = level_share * float(weight @ left) / float(weight.sum())
        error = self.later_residual - season[self.later_yearday] - level
        return float(np.sqrt(np.mean(error**2)) / self.later_mean)


def _days(meter: Hourly, weather: Hourly, window: Window, profile: Floats | None) -> Days:
    hours = hours_of(meter, weather, window, ZONE, DAILY_MEMORY_H)
    return days_of_hours(hours, day_profile(hours) if profile is None else profile)


def _plain(model: ChangePointModel, days: Days) -> Floats:
    weekday = days.clock.weekday
    line = np.where(weekday >= 5, model.weekend(days.temp_c), model.workday(days.temp_c))
    return line + model.weekday[weekday]


def pairs(meters: dict[str, Hourly], weather: Hourly) -> list[Pair]:
    """Every pair of years of every meter, from four start months a year."""
    found = []
    for name, meter in meters.items():
        for start in (
            date(year, month, 1) for year in range(2014, 2019) for month in (1, 4, 7, 10)
        ):
            middle, until = add_months(start, 12), add_months(start, 24)
            if until > LAST:
                continue
            window = Window(start, middle)
            hours = hours_of(meter, weather, window, ZONE, DAILY_MEMORY_H)
            profile = day_profile(hours)
            now = days_of_hours(hours, profile)
            later = _days(meter, weather, Window(middle, until), profile)
            good, counted = now.counted, later.counted
            if good.sum() < LEAST_DAYS or counted.sum() < LEAST_DAYS:
                continue
            order = np.flatnonzero(good)
            observed = now.observed / now.share
            clock = now.clock
            model = fit_changepoint(
                observed[good], now.temp_c[good], clock.weekday[good], clock.yearday[good], order
            )
            after = later.observed / later.share
            found.append(
                Pair(
                    meter=name,
                    until=until,
                    residual=(observed - _plain(model, now))[good],
                    day=order,
                    yearday=clock.yearday[good],
                    later_residual=(after - _plain(model, later))[counted],
                    later_yearday=later.clock.yearday[counted],
                    later_mean=float(after[counted].mean()),
                )
            )
    return found


def score(asked: Sequence[Pair], constants: Constants) -> float:
    """Geometric mean of the out-of-year CV(RMSE)."""
    return float(np.exp(np.mean([np.log(pair.cv_rmse(constants)) for pair in asked])))


def measured() -> list[dict[str, object]]:
    """What each half chooses, and how the choice and the shipped constants do on the other."""
    meters = read_meters(DATA / "readings.parquet", zeros_missing=True)
    weather = read_series(DATA / "weather.parquet", "temp_c").hourly
    every = pairs(meters, weather)
    names = sorted(meters)
    halves = (set(names[::2]), set(names[1::2]))
    rows: list[dict[str, object]] = []
    for here, there in (halves, halves[::-1]):
        taught = [pair for pair in every if pair.meter in here and pair.until <= CUT]
        chosen = min(GRID, key=lambda constants: score(taught, constants))
        for span, asked in {
            "windows that end by 2018-07-01": [p for p in every if p.until <= CUT],
            "windows that end later": [p for p in every if p.until > CUT],
        }.items():
            others = [pair for pair in asked if pair.meter in there]
            ratios = [pair.cv_rmse(chosen) / pair.cv_rmse(SHIPPED) for pair in others]
            rows.append(
                {
                    "chosen_on": f"{len(here)} meters, {len(taught)} pairs",
                    "chosen": chosen,
                    "judged_on": f"{len(there)} other meters, {len(others)} pairs, {span}",
                    "cv_chosen": round(score(others, chosen), 4),
                    "cv_shipped": round(score(others, SHIPPED), 4),
                    "cv_without_memory": round(score(others, (0.0, 60.0, 0.0, 5.0)), 4),
                    "worst_pair_chosen_over_shipped": round(max(ratios), 3),
                }
            )
    return rows


if __name__ == "__main__":
    print(json.dumps({"shipped": SHIPPED, "rows": measured()}, indent=1))
