"""Avoided energy of a pool of meters: one figure, one interval, rows that add up to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unipact.campus.engine.calibration import Calibration
from unipact.campus.engine.savings import Method, Savings
from unipact.campus.engine.series import Hourly, Window


@dataclass(frozen=True, slots=True)
class PooledSavings:
    """The answer for a pool. Energies in kWh, shares 0–1 of the expected energy.

    Attributes:
        share: avoided_kwh / expected_kwh; NaN when ``refused`` says why there is no answer.
        low_share, high_share: the interval of the share at the level asked for.
        coverage: share of the (meter, interval) pairs of the included meters that count.
        cv_rmse, nmbe: of the pool's daily sums in the baseline window.
        meters: id → answer of each included meter; the sum over meters and counted intervals of
            ``meters[id].intervals`` is ``avoided_kwh``, ``expected_kwh`` and ``observed_kwh``.
        excluded: id → why the meter is not in the pool.
        detectable_share: the smallest saving that such a pool would show (80 % power).
    """

    refused: str | None
    share: float
    low_share: float
    high_share: float
    avoided_kwh: float
    expected_kwh: float
    observed_kwh: float
    coverage: float
    cv_rmse: float
    nmbe: float
    meters: Mapping[str, Savings]
    excluded: Mapping[str, str]
    detectable_share: float


def pooled_savings(
    meters: Mapping[str, Hourly],
    weather: Hourly,
    baseline: Window,
    reporting: Window,
    calibration: Calibration,
    *,
    zone: str = "UTC",
    method: Method = "daily",
    level: float = 0.9,
) -> PooledSavings:
    """Compute what all meters together avoided in the reporting window."""
    raise NotImplementedError
