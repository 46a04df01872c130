"""Outdoor temperature as a building feels it: short gaps bridged, fast swings smoothed."""

from __future__ import annotations

import numpy as np

from unipact.campus.engine.series import Floats, Hourly

# How long a day's energy and an hour's remember the weather. Fixed on placebo years of many
# meters, see the decision record.
DAILY_MEMORY_H = 4.0
HOURLY_MEMORY_H = 12.0
BRIDGED_H = 3
_REACH_H = 72


def bridge(values: Floats, longest: int = BRIDGED_H) -> Floats:
    """Interpolate gaps of at most ``longest`` values linearly; leave the others NaN.

    Args:
        values: float64[n]; NaN is missing. Gaps at either end stay.
        longest: the longest gap that is bridged, in values.
    """
    missing = np.isnan(values)
    if not missing.any() or missing.all():
        return values
    edges = np.diff(np.concatenate(([0], missing.astype(np.int8), [0])))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    known = np.flatnonzero(~missing)
    out = values.copy()
    for start, stop in zip(starts, stops, strict=True):
        if stop - start <= longest and start > 0 and stop < len(values):
            gap = np.arange(start, stop)
            out[gap] = np.interp(gap, known, values[known])
    return out


def felt(weather: Hourly, start: int, until: int, memory_h: float) -> Floats:
    """float64[until - start], degC: exponentially smoothed temperature of those hours.

    Each value weighs the hours before it (up to three days) by exp(-age / memory_h), over the
    hours that are known; it is NaN where the hour itself is missing. Hours before ``start`` are
    used where the weather has them, so a reporting window remembers the day before it.
    """
    raw = bridge(weather.between(start - _REACH_H, until))
    known = np.isfinite(raw)
    weights = np.exp(-np.arange(_REACH_H + 1) / memory_h)
    total = np.convolve(np.where(known, raw, 0.0), weights)[: len(raw)]
    mass = np.convolve(known.astype(np.float64), weights)[: len(raw)]
    with np.errstate(invalid="ignore", divide="ignore"):
        smooth = np.where(known, total / mass, np.nan)
    return smooth[_REACH_H:]
