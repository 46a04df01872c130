"""Hold the forecast against the straight burn line, on years that it has not seen.

``python -m benchmarks.metrics_forecast`` prints every figure of ADR 0006. Each case is a meter (or
a made-up series) and a year of which a quarter, a half or three quarters are known; the targets are
last year's total less or more a few per cent. The Brier score is the mean square error of the
stated probability, so that smaller is better; an interval of level 0.90 should cover 90 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from unipact.analysis.engine.forecast import Course, Floats, Outcome, forecast

ROOT = Path(__file__).resolve().parent.parent
READINGS = ROOT / "examples" / "usst-huawei-2019" / "data" / "readings.parquet"
KNOWN_SHARES = (0.25, 0.5, 0.75)
AGAINST_LAST_YEAR = (0.9, 0.95, 0.98, 1.0, 1.02, 1.05, 1.1)
_DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Case:
    """A year of which the first ``course.num.size`` days are known."""

    name: str
    course: Course
    truth: float
    last: float


@dataclass(frozen=True)
class Score:
    """What the forecast did over many cases, and ``burn``: the Brier score of the burn line."""

    cases: int
    brier: float
    burn: float
    climatology: float
    cover_90: float
    half_width: float


def meter_days(readings: Path = READINGS) -> dict[str, tuple[Floats, Floats]]:
    """Daily kWh of each electricity meter, whole day and 0–6 o'clock UTC, from 2014-01-01."""
    first, days = _number(date(2014, 1, 1)), _number(date(2020, 1, 1)) - _number(date(2014, 1, 1))
    rows = (
        duckdb.connect()
        .execute(
            f"SELECT building_id, (epoch_us(ts_utc) // {_DAY_US})::INT - {first} AS day, "
            "sum(kwh::DOUBLE), sum(CASE WHEN hour(ts_utc) < 6 THEN kwh::DOUBLE ELSE 0 END) "
            f"FROM '{readings}' WHERE meter = 'electricity' GROUP BY ALL ORDER BY ALL"
        )
        .fetchall()
    )
    found: dict[str, tuple[Floats, Floats]] = {}
    for building, day, whole, night in rows:
        if 0 <= day < days:
            series = found.setdefault(building, (np.zeros(days), np.zeros(days)))
            series[0][day], series[1][day] = whole or 0.0, night or 0.0
    return found


def real_years(shares: bool = False, readings: Path = READINGS) -> Iterator[Case]:
    """Calendar and July years of each meter; with ``shares`` the night's share of the day."""
    for name, (whole, night) in meter_days(readings).items():
        for year in range(2015, 2020):
            for month in (1, 7):
                start = _number(date(year, month, 1)) - _number(date(2014, 1, 1))
                end = _number(date(year + 1, month, 1)) - _number(date(2014, 1, 1))
                if end > whole.size or np.mean(whole[start - 364 : end] == 0) > 0.02:
                    continue
                num, den = (night, whole) if shares else (whole, None)
                yield from _cases(name, num, den, start, end)


def made_up_years(rate: tuple[float, float], drift: float, seed: int = 7) -> Iterator[Case]:
    """Poisson counts by weekday with a summer and a winter gap; ``drift`` by year, as a share."""
    rng = np.random.default_rng(seed)
    for number in range(150):
        day = np.arange(1_100)
        season = np.where((day % 365 >= 190) & (day % 365 < 245), 0.05, 1.0)
        season[(day % 365 >= 20) & (day % 365 < 45)] = 0.05
        weekday = np.array([1.2, 1.2, 1.2, 1.2, 1.0, 0.1, 0.1])[day % 7]
        walk = np.exp(np.cumsum(rng.normal(0, drift / np.sqrt(364), day.size)))
        level = np.exp(rng.uniform(*np.log(rate)))
        counts = rng.poisson(level * season * weekday * walk).astype(np.float64)
        start = int(rng.integers(364, 700))
        yield from _cases(f"made up {number}", counts, None, start, start + 365)


def score(cases: Iterable[Case], *, history: bool = True) -> Score:
    """Forecast every case at every target, with the year before or without it."""
    stated: list[float] = []
    straight: list[float] = []
    happened: list[float] = []
    covered: list[bool] = []
    widths: list[float] = []
    for case in cases:
        course = case.course
        if not history:
            none = None if course.den is None else np.empty(0)
            course = replace(course, before_num=np.empty(0), before_den=none)
        for factor in AGAINST_LAST_YEAR:
            target = case.last * factor
            found = forecast(course, target=target, direction="at_most", level=0.9, seed=1)
            if not isinstance(found, Outcome):
                continue
            stated.append(found.probability)
            straight.append(float(found.burn <= target))
            happened.append(float(case.truth <= target))
            if factor == 1.0:
                covered.append(found.low <= case.truth <= found.high)
                widths.append((found.high - found.low) / 2 / case.truth)
    truth = np.array(happened)
    base = float(np.mean(happened))
    return Score(
        len(covered),
        float(np.mean((np.array(stated) - truth) ** 2)),
        float(np.mean((np.array(straight) - truth) ** 2)),
        base * (1 - base),
        float(np.mean(covered)),
        float(np.median(widths)),
    )


def sets(readings: Path = READINGS) -> dict[str, list[Case]]:
    """Every set of cases by name; the drift factor was chosen on the first."""
    real = list(real_years(readings=readings))
    return {
        "kWh, buildings it was chosen on": [each for each in real if _is_even(each.name)],
        "kWh, other buildings": [each for each in real if not _is_even(each.name)],
        "night share": list(real_years(shares=True, readings=readings)),
        "counts, low rate": list(made_up_years((0.3, 6.0), 0.0)),
        "counts, low rate, drifting": list(made_up_years((0.3, 6.0), 0.15)),
        "counts, high rate": list(made_up_years((20.0, 60.0), 0.0)),
    }


def run() -> list[dict[str, Any]]:
    """Brier score beside the burn line, on buildings that nothing was chosen on."""
    rows = []
    held = sets()
    for name in ("kWh, other buildings", "counts, low rate, drifting"):
        ours = score(held[name])
        rows.append(
            {
                "name": f"forecast of meeting a target: {name}",
                "ours": round(ours.brier, 4),
                "peer": round(ours.burn, 4),
                "unit": "Brier score (smaller is better)",
                "ratio": round(ours.burn / ours.brier, 3),
                "note": f"peer: straight burn line; {ours.cases} cases x 7 targets, held out; "
                f"climatology {ours.climatology:.3f}; the interval of level 0.90 covers "
                f"{ours.cover_90:.1%}, median half-width {ours.half_width:.1%}",
            }
        )
    return rows


def _cases(name: str, num: Floats, den: Floats | None, start: int, end: int) -> Iterator[Case]:
    for share in KNOWN_SHARES:
        known = start + int((end - start) * share)
        course = Course(
            num[start:known],
            None if den is None else den[start:known],
            num[start - 364 : start],
            None if den is None else den[start - 364 : start],
            end - known,
        )
        before = slice(start - 364, start)
        if den is None:
            truth, last = num[start:end].sum(), num[before].sum() * (end - start) / 364
        else:
            truth = num[start:end].sum() / den[start:end].sum()
            last = num[before].sum() / den[before].sum()
        if last > 0:
            yield Case(name, course, float(truth), float(last))


def _is_even(name: str) -> bool:
    return int(name.lstrip("b")) % 2 == 0


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


if __name__ == "__main__":
    print("set | year before | cases | Brier | burn line | climatology | covers 90 % | half-width")
    for title, chosen in sets().items():
        for known in (True, False):
            figures = score(chosen, history=known)
            print(
                f"{title} | {'known' if known else 'unknown'} | {figures.cases} | "
                f"{figures.brier:.4f} | {figures.burn:.4f} | {figures.climatology:.4f} | "
                f"{figures.cover_90:.3f} | {figures.half_width:.3f}"
            )
