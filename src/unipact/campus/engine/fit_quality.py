"""Goodness of fit in the sense of ASHRAE Guideline 14."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unipact.campus.engine.series import Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a model fits its baseline window.

    ``cv_rmse`` and ``nmbe`` are shares of the mean; ``rho1`` is the lag-one autocorrelation of
    the residuals; ``n`` intervals were fitted with ``parameters`` (effective) coefficients.
    """

    cv_rmse: float
    nmbe: float
    r2: float
    rho1: float
    n: int
    parameters: float


def goodness(observed: Floats, fitted: Floats, parameters: float) -> Fit:
    """Compare ``observed`` and ``fitted`` (float64[n], same unit, finite).

    ``cv_rmse = sqrt(sum((o - f)^2) / (n - p)) / mean(o)`` and
    ``nmbe = sum(o - f) / ((n - p) * mean(o))``, so a model that reads too low has nmbe > 0.
    Both are NaN where the mean is not positive or n <= p.

    References:
        ASHRAE Guideline 14-2014, 5.2.11.3 (normalised mean bias error, CV(RMSE)).
    """
    n = len(observed)
    error = observed - fitted
    mean = float(observed.mean()) if n else float("nan")
    freedom = n - parameters
    if not (mean > 0 and freedom > 0):
        return Fit(float("nan"), float("nan"), float("nan"), 0.0, n, parameters)
    squares = float(error @ error)
    centred = observed - mean
    spread = float(centred @ centred)
    lagged = float(error[1:] @ error[:-1])
    tiny = squares <= 1e-20 * max(float(observed @ observed), 1e-300)
    return Fit(
        cv_rmse=float(np.sqrt(squares / freedom)) / mean,
        nmbe=float(error.sum()) / (freedom * mean),
        r2=1.0 - squares / spread if spread > 0 else float("nan"),
        rho1=0.0 if tiny else lagged / squares,
        n=n,
        parameters=parameters,
    )
