"""Turn placebo windows into the calibration artefact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from unipact.campus.engine.calibration import FORMAT, LEVELS, OWN_LEVELS, SCALE_FLOOR, error_scale
from unipact.campus.engine.placebo import BASELINE_MONTHS, LENGTHS_D, Placebo
from unipact.campus.engine.series import Floats

_LEAST_METERS = 10
_YEAR_D = 365


def weighted_quantiles(values: Floats, weights: Floats, levels: Sequence[float]) -> Floats:
    """float64[len(levels)]: the smallest value below or at which that share of the weight lies."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order])
    index = np.searchsorted(share / share[-1], np.asarray(levels) - 1e-12)
    return values[order][np.minimum(index, len(values) - 1)]


def summarise(windows: Sequence[Placebo]) -> list[dict[str, Any]]:
    """One row for each reporting length that enough meters show, ready for the artefact.

    Numbers are decimal strings, so that the artefact's bytes do not depend on a float printer.
    """
    rows = []
    for days in LENGTHS_D:
        mine = [w for w in windows if w.days == days]
        meters = sorted({w.meter for w in mine})
        if len(meters) >= _LEAST_METERS:
            rows.append(_row(days, mine, meters))
    for shorter, row in pairwise(rows):
        if float(row["common_rms"]) == 0:
            # Too few separate years to see it is no proof that nothing is shared: what the
            # shorter windows showed stays.
            row["common_rms"] = shorter["common_rms"]
    return rows


def _row(days: int, windows: Sequence[Placebo], meters: Sequence[str]) -> dict[str, Any]:
    score = np.array([w.error / error_scale(w.wander) for w in windows])
    count = {meter: sum(w.meter == meter for w in windows) for meter in meters}
    weight = np.array([1.0 / count[w.meter] for w in windows])
    starts = sorted({w.start for w in windows})
    span = (starts[-1] - starts[0]).days + days
    independent_windows = max(1, span // max(days, _YEAR_D))
    shared: list[float] = []
    own: list[Floats] = []
    by_start = np.array([starts.index(w.start) for w in windows])
    for index in range(len(starts)):
        here = score[by_start == index]
        n = len(here)
        if n >= _LEAST_METERS:
            # Mean product of two different meters: the variance of what they share.
            shared.append((float(here.sum()) ** 2 - float(here @ here)) / (n * (n - 1)))
            own.append((here - here.mean()) * np.sqrt(n / (n - 1)))
    rest = np.concatenate(own)
    return {
        "days": days,
        "windows": len(windows),
        "meters": len(meters),
        "starts": len(starts),
        "independent_windows": independent_windows,
        "score_quantiles": _texts(weighted_quantiles(np.abs(score), weight, LEVELS)),
        "common_rms": f"{np.sqrt(max(float(np.mean(shared)), 0.0)):.5f}",
        "own_quantiles": _texts(np.quantile(rest, OWN_LEVELS)),
    }


def _texts(values: Floats) -> list[str]:
    return [f"{value:.5f}" for value in values]


def artefact(
    methods: Mapping[str, Sequence[Placebo]],
    *,
    data: Mapping[str, Any],
    until: date,
    zone: str,
    software: str,
) -> dict[str, Any]:
    """The whole artefact as plain data.

    Args:
        methods: the placebo windows of each method.
        data: what names the input: files with their digests, source, licence.
        until: the first day that no window held.
        zone: of the site.
        software: version of the code that made it.
    """
    every = [w for windows in methods.values() for w in windows]
    return {
        "format": FORMAT,
        "software": software,
        "data": dict(data),
        "zone": zone,
        "baseline_months": BASELINE_MONTHS,
        "scale_floor": str(SCALE_FLOOR),
        "first_start": min(w.start for w in every).isoformat(),
        "until": until.isoformat(),
        "meters": sorted({w.meter for w in every}, key=lambda name: (len(name), name)),
        "methods": {method: summarise(windows) for method, windows in methods.items()},
    }
