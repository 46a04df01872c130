"""Local days out of hours: energy, felt temperature, and how much of each day was measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unipact.campus.engine.clock import Clock, clock
from unipact.campus.engine.series import Bools, Floats, Hourly, Ints, Window
from unipact.campus.engine.temperature import felt

# A day counts when the hours that were measured usually hold at least half of its energy.
LEAST_SHARE = 0.5
_LEAST_TEMPERATURES = 20


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a window: ``kwh`` and ``temp_c`` are float64[n], NaN where missing."""

    clock: Clock
    kwh: Floats
    temp_c: Floats

    @property
    def hour_of_week(self) -> Ints:
        """int64[n]: 0 = Monday 0 h on the local clock."""
        return np.asarray(self.clock.weekday[self.clock.day] * 24 + self.clock.hour)

    @property
    def counted(self) -> Bools:
        """bool[n]: hours with both reading and temperature."""
        return np.isfinite(self.kwh) & np.isfinite(self.temp_c)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a window.

    Attributes:
        clock: the local calendar.
        observed: float64[n], kWh of the hours that were measured; NaN on days that do not count.
        share: float64[n], how much of a plain day's energy these hours usually hold: 1 for a
            whole day of 24 hours, about 23/24 and 25/24 where the clocks change.
        temp_c: float64[n], mean felt temperature; NaN with fewer than 20 known hours.
    """

    clock: Clock
    observed: Floats
    share: Floats
    temp_c: Floats

    @property
    def counted(self) -> Bools:
        """bool[n]: days with both energy and temperature."""
        return np.isfinite(self.observed) & np.isfinite(self.temp_c)


def hours_of(meter: Hourly, weather: Hourly, window: Window, zone: str, memory_h: float) -> Hours:
    """Lay meter and weather on the hours of ``window``."""
    calendar = clock(window, zone)
    start, until = int(calendar.bounds[0]), int(calendar.bounds[-1])
    return Hours(calendar, meter.between(start, until), felt(weather, start, until, memory_h))


def day_profile(hours: Hours) -> Floats:
    """float64[48]: share of a day's energy in each hour, workday then weekend, each sums to 1.

    Flat where nothing is known or the energy is not positive.
    """
    known = np.isfinite(hours.kwh)
    cell = (hours.clock.hour + 24 * (hours.clock.weekday[hours.clock.day] >= 5))[known]
    counts = np.bincount(cell, minlength=48)
    sums = np.bincount(cell, hours.kwh[known], minlength=48)
    profile = np.full((2, 24), 1 / 24)
    for kind, (count, total) in enumerate(
        zip(counts.reshape(2, 24), sums.reshape(2, 24), strict=True)
    ):
        if count.all() and (total >= 0).all() and total.sum() > 0:
            mean = total / count
            profile[kind] = mean / mean.sum()
    return profile.reshape(48)


def days_of_hours(hours: Hours, profile: Floats) -> Days:
    """Sum hours to local days; ``profile`` (float64[48]) weighs the hours that are missing.

    No gap is filled: on a day with gaps only the measured hours count, on both sides.
    """
    calendar = hours.clock
    n = len(calendar.weekday)
    known = np.isfinite(hours.kwh)
    day = calendar.day[known]
    weekend = calendar.weekday >= 5
    cell = (calendar.hour + 24 * weekend[calendar.day])[known]
    share = _sums(day, profile[cell], n)
    observed = np.where(share >= LEAST_SHARE, _sums(day, hours.kwh[known], n), np.nan)
    warm = np.isfinite(hours.temp_c)
    warm_hours = np.bincount(calendar.day[warm], minlength=n)
    sums = np.bincount(calendar.day[warm], hours.temp_c[warm], minlength=n)
    temp = np.where(warm_hours >= _LEAST_TEMPERATURES, sums / np.maximum(warm_hours, 1), np.nan)
    return Days(calendar, observed, share, temp)


def _sums(group: Ints, values: Floats, n: int) -> Floats:
    return np.asarray(np.bincount(group, values, minlength=n), dtype=np.float64)
