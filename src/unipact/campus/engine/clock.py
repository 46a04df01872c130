"""The local clock of a site as integer arrays: which day, which hour, which day type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from unipact.campus.engine.series import Ints, Window, midnights

# Day of year on a leap-year calendar, so that the same date has the same number every year.
YEAR_DAYS = 366


@dataclass(frozen=True, slots=True)
class Clock:
    """The local calendar of every hour and day of a window.

    Attributes:
        bounds: int64[days + 1], UTC hour of each local midnight, and of the window's end.
        day: int64[hours], index of the local day that each UTC hour lies in.
        hour: int64[hours], local hour on the clock, 0–23 (one is skipped or repeated where the
            clocks change).
        weekday: int64[days], 0 = Monday.
        yearday: int64[days], 0–365 on a leap-year calendar.
    """

    bounds: Ints
    day: Ints
    hour: Ints
    weekday: Ints
    yearday: Ints


@lru_cache(maxsize=512)
def clock(window: Window, zone: str) -> Clock:
    """Return the local calendar of ``window`` in the IANA ``zone``; its length is its days."""
    bounds = midnights(window, zone)
    lengths = np.diff(bounds)
    day = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    since_midnight = np.arange(len(day), dtype=np.int64) - (bounds[:-1] - bounds[0])[day]
    hour = since_midnight.copy()
    for index in np.flatnonzero(lengths != 24):
        start = int(bounds[index])
        hour[bounds[index] - bounds[0] : bounds[index + 1] - bounds[0]] = [
            _local_hour(start + k, zone) for k in range(int(lengths[index]))
        ]
    dates = [window.start + timedelta(days=k) for k in range(window.days)]
    weekday = np.array([d.weekday() for d in dates], dtype=np.int64)
    yearday = np.array(
        [d.replace(year=2000).timetuple().tm_yday - 1 for d in dates], dtype=np.int64
    )
    return Clock(bounds, day, hour, weekday, yearday)


def _local_hour(utc_hour: int, zone: str) -> int:
    return datetime.fromtimestamp(utc_hour * 3600, UTC).astimezone(ZoneInfo(zone)).hour
