"""How wrong a savings figure may be: what placebo windows of many meters taught.

The error of one meter is taken as ``scale * score``, where the scale is known from the meter's
baseline window alone and the score has the distribution that placebo windows of many meters
showed (split conformal), the asked one perhaps among them. The error of a pool has a part that
all meters share and a part of each meter's own, both measured on the same windows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unipact.campus.engine.series import Floats

# The scale of a meter's error is this share plus how far its level strays in the baseline.
SCALE_FLOOR = 0.03
LEVELS = (*(round(0.02 * k, 2) for k in range(1, 50)), 0.985, 0.99, 0.995, 0.999)
OWN_LEVELS = tuple(round(0.01 * k, 2) for k in range(101))
_DRAWS = 20_000
_SEED = 20190701


def error_scale(wander: float) -> float:
    """Scale of a meter's error share; ``wander`` as in :class:`Baseline`, a share."""
    return SCALE_FLOOR + wander


@dataclass(frozen=True, slots=True)
class Length:
    """What was measured for reporting windows of ``days`` days.

    Attributes:
        windows: how many placebo windows.
        meters: of how many meters.
        scores: float64[len(LEVELS)], quantiles of the absolute score at :data:`LEVELS`.
        common: root mean square of the score that all meters share in a window.
        independent_windows: reporting windows of the pool that do not overlap.
        own: float64[101], quantiles of the rest of the score at 0 %, 1 % … 100 %.
    """

    days: int
    windows: int
    meters: int
    scores: Floats
    common: float
    independent_windows: int
    own: Floats


@dataclass(frozen=True, slots=True)
class Calibration:
    """The shipped artefact, read.

    ``document`` is the artefact itself: data digests, windows, code version.
    ``lengths`` holds, for each method, the measured lengths in ascending order.
    """

    document: Mapping[str, Any]
    lengths: Mapping[str, tuple[Length, ...]]

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Calibration:
        """Read the artefact.

        Raises:
            ValueError: when it is no such artefact.
        """
        if document.get("format") != FORMAT:
            raise ValueError(f"expected an artefact of the format {FORMAT}")
        lengths = {
            method: tuple(_length(row) for row in rows)
            for method, rows in document["methods"].items()
        }
        return cls(document, lengths)

    def half_width(self, method: str, wander: float, days: int, level: float) -> float:
        """Half-width of one meter's interval, as a share of its expected energy.

        Args:
            method: "daily" or "hourly".
            wander: of the fitted baseline.
            days: length of the reporting window.
            level: 0–1.

        Notes:
            The quantile is taken at ``level * (n + 1) / n`` with n the number of meters (years of
            one meter are not independent): the split-conformal step, which keeps the promise
            with few samples.
        """
        width = _at_length(self.lengths[method], lambda row: _score(row, level), days)
        return error_scale(wander) * width

    def pool_half_width(
        self, method: str, wanders: Floats, weights: Floats, days: int, level: float
    ) -> float:
        """Half-width of a pool's interval, as a share of its expected energy.

        Args:
            method: "daily" or "hourly".
            wanders: float64[m], of each meter's baseline.
            weights: float64[m], each meter's share of the expected energy; they sum to 1.
            days: length of the reporting window.
            level: 0–1.

        Notes:
            The part that all meters share is bounded by Student's t with as many degrees of
            freedom as there are windows that do not overlap. The meters' own parts are drawn
            independently from their measured distribution (20,000 draws, fixed seed) with the
            pool's own weights, so a large meter may go wrong as any other may. The two are
            added in quadrature.
        """
        loads = weights * (SCALE_FLOOR + wanders)

        def width(row: Length) -> float:
            common = student(level, row.independent_windows) * row.common * float(loads.sum())
            return float(np.hypot(common, _own_quantile(row, loads, level)))

        return _at_length(self.lengths[method], width, days)

    def detectable(
        self, method: str, wander: float, days: int, *, level: float = 0.9, power: float = 0.8
    ) -> float:
        """The smallest saving of one meter, a share, that would be told from nothing.

        With at least ``power`` the interval at ``level`` then lies above zero.
        """
        return self.half_width(method, wander, days, level) + self.half_width(
            method, wander, days, 2 * power - 1
        )

    def pool_detectable(
        self,
        method: str,
        wanders: Floats,
        weights: Floats,
        days: int,
        *,
        level: float = 0.9,
        power: float = 0.8,
    ) -> float:
        """The smallest saving of a pool, a share, that would be told from nothing."""
        return self.pool_half_width(method, wanders, weights, days, level) + (
            self.pool_half_width(method, wanders, weights, days, 2 * power - 1)
        )


FORMAT = "unipact-campus-calibration/1"


def _length(row: Mapping[str, Any]) -> Length:
    return Length(
        days=int(row["days"]),
        windows=int(row["windows"]),
        meters=int(row["meters"]),
        scores=np.array([float(x) for x in row["score_quantiles"]]),
        common=float(row["common_rms"]),
        independent_windows=int(row["independent_windows"]),
        own=np.array([float(x) for x in row["own_quantiles"]]),
    )


def _score(row: Length, level: float) -> float:
    honest = min(level * (row.meters + 1) / row.meters, LEVELS[-1])
    return float(np.interp(honest, (0.0, *LEVELS), (0.0, *row.scores)))


def _own_quantile(row: Length, loads: Floats, level: float) -> float:
    generator = np.random.default_rng(_SEED)
    total = np.zeros(_DRAWS)
    for load in np.sort(loads)[::-1]:
        uniform = generator.random(_DRAWS)
        total += load * np.interp(uniform, OWN_LEVELS, row.own)
    return float(np.quantile(np.abs(total), level))


def _at_length(rows: Sequence[Length], width: Callable[[Length], float], days: int) -> float:
    """Interpolate over the logarithm of the length; beyond the ends grow as a random walk."""
    first, last = rows[0], rows[-1]
    if days <= first.days:
        return width(first) * float(np.sqrt(first.days / max(days, 1)))
    if days >= last.days:
        return width(last) * float(np.sqrt(days / last.days))
    upper = next(k for k, row in enumerate(rows) if row.days >= days)
    low, high = rows[upper - 1], rows[upper]
    part = float(np.log(days / low.days) / np.log(high.days / low.days))
    return (1 - part) * width(low) + part * width(high)


def student(level: float, freedom: int) -> float:
    """Two-sided quantile of Student's t: |t| stays below it with probability ``level``.

    Args:
        level: 0–1.
        freedom: degrees of freedom, at least 1.

    Notes:
        With t = sqrt(v) tan(a) the density of a is proportional to cos(a)^(v - 1), which is
        summed on a fine grid; the error is below 1e-6 for levels up to 0.99.
    """
    angle = np.linspace(0.0, np.pi / 2, 200_001)
    density = np.cos(angle) ** (freedom - 1)
    mass = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    return float(np.sqrt(freedom) * np.tan(np.interp(level, mass / mass[-1], angle)))
