"""Hourly series, windows of days, and per-interval results: what the savings engine speaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Hourly:
    """A gapless hourly series in UTC.

    Attributes:
        start: hours from 1970-01-01T00:00Z to the first value.
        values: float64[n]; energy in the hour that starts there (kWh), or the mean of the hour
            (degC). NaN where nothing was measured.
    """

    start: int
    values: Floats

    @property
    def until(self) -> int:
        """Hours from 1970-01-01T00:00Z to the end of the last value."""
        return self.start + len(self.values)

    @classmethod
    def from_hours(cls, hours: Ints, values: Floats) -> Hourly:
        """Lay readings on the gapless hour axis.

        Args:
            hours: int64[n], hours from 1970-01-01T00:00Z, each at most once, in any order.
            values: float64[n].
        """
        if len(hours) == 0:
            return cls(0, np.empty(0))
        start = int(hours.min())
        dense = np.full(int(hours.max()) - start + 1, np.nan)
        dense[hours - start] = values
        return cls(start, dense)

    def between(self, start: int, until: int) -> Floats:
        """float64[until - start]: the values of those hours, NaN outside the series."""
        out = np.full(max(until - start, 0), np.nan)
        low, high = max(start, self.start), min(until, self.until)
        if low < high:
            out[low - start : high - start] = self.values[low - self.start : high - self.start]
        return out


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Window:
    """Whole local days, half open: ``until`` is the first day out."""

    start: date
    until: date

    @property
    def days(self) -> int:
        """Number of days in the window; not positive when the dates are reversed."""
        return (self.until - self.start).days


@dataclass(frozen=True, slots=True)
class Intervals:
    """Observed, expected and avoided energy of one meter, interval by interval.

    Attributes:
        starts: int64[n], hours from 1970-01-01T00:00Z to the start of each interval.
        days: datetime64[D][n], the local day that each interval lies in.
        observed, expected, avoided: float64[n], kWh. ``avoided`` is expected minus observed, and
            NaN where reading or weather is missing: no gap is ever filled.
    """

    starts: Ints
    days: Days
    observed: Floats
    expected: Floats
    avoided: Floats

    @property
    def counted(self) -> NDArray[np.bool_]:
        """bool[n]: the intervals that have both sides, which alone enter every sum."""
        return np.isfinite(self.avoided)


@lru_cache(maxsize=4096)
def _midnight(day: int, zone: str) -> int:
    local = datetime(1970, 1, 1, tzinfo=ZoneInfo(zone)) + timedelta(days=day)
    return int(local.timestamp() // 3600)


def midnights(window: Window, zone: str) -> Ints:
    """int64[days + 1]: the UTC hour at which each local day of ``window`` starts, and the end.

    A local day has 23 or 25 hours where the clocks change. In a zone whose offset is not a whole
    number of hours the day starts with the UTC hour that holds its midnight.
    """
    first = (window.start - _EPOCH).days
    return np.array([_midnight(first + k, zone) for k in range(window.days + 1)], dtype=np.int64)


def days_of(window: Window) -> Days:
    """datetime64[D][days]: the local days of ``window``."""
    start = np.datetime64(window.start, "D")
    return start + np.arange(max(window.days, 0)).astype("timedelta64[D]")
