"""Avoided energy of one meter, with an interval that was calibrated on placebo years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unipact.campus.engine.calibration import Calibration
from unipact.campus.engine.series import Hourly, Intervals, Window

Method = Literal["daily", "hourly"]


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a model fits its baseline window (ASHRAE Guideline 14 measures).

    ``cv_rmse`` and ``nmbe`` are shares of the mean; ``rho1`` is the lag-one autocorrelation of
    the residuals; ``n`` intervals were fitted with ``parameters`` coefficients.
    """

    cv_rmse: float
    nmbe: float
    r2: float
    rho1: float
    n: int
    parameters: int


@dataclass(frozen=True, slots=True)
class Savings:
    """The answer for one meter. Energies in kWh, shares 0–1 of the expected energy.

    When ``refused`` says why there is no answer, every figure is NaN and ``fit`` is None.
    ``low_share`` and ``high_share`` bound the savings share at the level asked for.
    ``coverage`` is the share of reporting intervals that count.
    """

    model: str
    refused: str | None
    avoided_kwh: float
    expected_kwh: float
    observed_kwh: float
    share: float
    low_share: float
    high_share: float
    coverage: float
    fit: Fit | None
    intervals: Intervals | None
    detectable_share: float


def savings(
    meter: Hourly,
    weather: Hourly,
    baseline: Window,
    reporting: Window,
    calibration: Calibration,
    *,
    zone: str = "UTC",
    method: Method = "daily",
    level: float = 0.9,
) -> Savings:
    """Compute what one meter avoided in the reporting window against its baseline model."""
    raise NotImplementedError
