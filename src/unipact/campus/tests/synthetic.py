"""A made-up meter and its weather, for tests that need to know the truth."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from unipact.campus.engine.series import Hourly, Window

START = int(datetime(2017, 1, 1, tzinfo=UTC).timestamp()) // 3600
HOURS = 2 * 8760
BASELINE = Window(date(2017, 1, 1), date(2018, 1, 1))
REPORTING = Window(date(2018, 1, 1), date(2019, 1, 1))


def weather_of(seed: int = 0) -> Hourly:
    """Two years of hourly temperature: a season, a day, and weather that lasts."""
    rng = np.random.default_rng(seed)
    hour = np.arange(HOURS)
    lasting = np.convolve(rng.normal(0, 0.4, HOURS + 200), np.exp(-np.arange(200) / 60), "same")
    season = 10 - 8 * np.cos(2 * np.pi * (hour / 24 - 15) / 365)
    return Hourly(START, season + 3 * np.sin(2 * np.pi * (hour - 9) / 24) + lasting[:HOURS])


def meter_of(weather: Hourly, seed: int = 1, noise: float = 1.0) -> Hourly:
    """Energy with a workday, a night, heating below 14 degC, and noise."""
    rng = np.random.default_rng(seed)
    hour = np.arange(HOURS)
    weekday = (hour // 24 + 6) % 7
    busy = (weekday < 5) & (hour % 24 >= 8) & (hour % 24 < 18)
    heat = np.maximum(14 - weather.values, 0)
    return Hourly(START, 30 + 20 * busy + 1.5 * heat + rng.normal(0, noise, HOURS))


def times_of(hourly: Hourly) -> list[str]:
    """The start of each hour as ISO text with Z."""
    return [
        datetime.fromtimestamp((hourly.start + k) * 3600, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for k in range(len(hourly.values))
    ]


def write_csv(path: Path, column: str, hourly: Hourly) -> Path:
    """Write a series as the command reads it, NaN as an empty cell."""
    lines = [f"ts_utc,{column}"]
    for time, value in zip(times_of(hourly), hourly.values.tolist(), strict=True):
        lines.append(f"{time},{'' if np.isnan(value) else f'{value:.4f}'}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
