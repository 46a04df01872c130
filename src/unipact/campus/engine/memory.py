"""What a baseline's residuals tell about the year to come: its season and its latest level.

A temperature model leaves two things over that come back: what the calendar does (vacations,
dark afternoons) and where the level stood at the end. Both are taken over damped: how much of
each comes back was fixed on placebo years (see the decision record), never on the meter at hand.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from unipact.campus.engine.clock import YEAR_DAYS
from unipact.campus.engine.series import Floats, Ints

SEASON_SHARE = 0.35
SEASON_WIDTH_D = 5.0
LEVEL_SHARE = 0.35
LEVEL_MEMORY_D = 60.0
# Days of weight that pull a sparse date towards no season at all.
_PRIOR_D = 0.5


@lru_cache(maxsize=8)
def _kernel(width: float, step: int) -> Floats:
    """float64[ceil(366 / step), 366]: Gaussian weight of each date, around the year's circle."""
    centres = np.arange(0, YEAR_DAYS, step) + (step - 1) / 2
    apart = np.abs(centres[:, None] - np.arange(YEAR_DAYS)[None, :])
    apart = np.minimum(apart, YEAR_DAYS - apart)
    return np.asarray(np.exp(-0.5 * (apart / width) ** 2))


def smooth_year(
    residual: Floats, weight: Floats, *, width: float, step: int = 1, prior: float = _PRIOR_D
) -> Floats:
    """Smooth residuals around the year.

    Args:
        residual: float64[366] or float64[366, k], sums of residuals by date.
        weight: the same shape, how many residuals each sum holds.
        width: standard deviation of the kernel, days.
        step: one row of the answer stands for this many dates.
        prior: weight that pulls towards 0.

    Returns:
        float64[ceil(366 / step)] or [.., k], the weighted means.
    """
    kernel = _kernel(width, step)
    return np.asarray((kernel @ residual) / (kernel @ weight + prior))


def season_and_level(residual: Floats, day: Ints, yearday: Ints) -> tuple[Floats, float]:
    """Return the damped season and the damped latest level of daily residuals.

    Args:
        residual: float64[n], observed minus fitted, finite.
        day: int64[n], day number; its differences are ages in days.
        yearday: int64[n], 0–365.

    Returns:
        (float64[366] to be added by date, the level to be added after the window), both in the
        unit of ``residual``.
    """
    sums = np.asarray(np.bincount(yearday, residual, minlength=YEAR_DAYS), dtype=np.float64)
    counts = np.bincount(yearday, minlength=YEAR_DAYS).astype(np.float64)
    season = SEASON_SHARE * smooth_year(sums, counts, width=SEASON_WIDTH_D)
    left = residual - season[yearday]
    weight = np.exp((day - day.max()) / LEVEL_MEMORY_D)
    level = LEVEL_SHARE * float(weight @ left) / float(weight.sum())
    return season, level


@lru_cache(maxsize=1)
def season_freedom() -> float:
    """Effective number of coefficients of the season of a full year: the smoother's trace."""
    kernel = _kernel(SEASON_WIDTH_D, 1)
    return SEASON_SHARE * float(np.trace(kernel) / (kernel[0].sum() + _PRIOR_D))
