"""Hourly energy against time of week and temperature, with an own slope for each hour of day.

A time-of-week-and-temperature (TOWT) model whose temperature response differs by hour of the
day and day type, pulled towards the response of the whole meter: a building that heats at night
and one that cools at noon are both met. Season, latest level and the seasonal change of the
day's shape are carried over from the residuals, damped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unipact.campus.engine.clock import YEAR_DAYS
from unipact.campus.engine.memory import season_and_level, season_freedom, smooth_year
from unipact.campus.engine.series import Floats, Ints

HOURS_OF_WEEK = 168
CELLS = 48
_KNOTS = (1 / 3, 2 / 3)
_RIDGE_H = 20.0
SHAPE_SHARE = 0.7
SHAPE_WIDTH_D = 10.0
_SHAPE_STEP_D = 6
_LEAST_HOURS = 12


@dataclass(frozen=True, slots=True)
class HourlyModel:
    """A fitted hourly model; all energies are kWh in the hour.

    Attributes:
        base: float64[168], by hour of the week (Monday 0 h first).
        slopes: float64[48, 3], temperature response by cell (24 hours of a workday, then 24 of
            a weekend day) on the piecewise linear basis.
        knots: degC where the response may bend; ``low`` and ``high`` bound what was seen.
        centre, spread: of the basis columns, float64[3].
        season: float64[366], what each date adds.
        shape: float64[48, 61], what each cell adds in each six days of the year.
        level: what the latest level adds after the baseline window.
        parameters: effective number of coefficients.
    """

    base: Floats
    slopes: Floats
    knots: Floats
    low: float
    high: float
    centre: Floats
    spread: Floats
    season: Floats
    shape: Floats
    level: float
    parameters: float

    @property
    def name(self) -> str:
        """The form in one word for reports."""
        return "hourly time-of-week and temperature"


def _cells(hour_of_week: Ints) -> Ints:
    return np.asarray(hour_of_week % 24 + 24 * (hour_of_week >= 120), dtype=np.int64)


_CELL_OF_WEEK = _cells(np.arange(HOURS_OF_WEEK, dtype=np.int64))


def _basis(temp_c: Floats, knots: Floats, low: float, high: float) -> Floats:
    """float64[3, n]: the clipped temperature and its excess over each knot."""
    t = np.clip(temp_c, low, high)
    return np.stack([t, *(np.maximum(t - knot, 0.0) for knot in knots)])


def fit_hourly(
    kwh: Floats, temp_c: Floats, hour_of_week: Ints, yearday: Ints, day: Ints
) -> HourlyModel:
    """Fit the hourly model to one baseline window.

    Args:
        kwh: float64[n], energy in the hour, finite.
        temp_c: float64[n], felt temperature, finite.
        hour_of_week: int64[n], 0 = Monday 0 h, local clock.
        yearday: int64[n], 0–365 on a leap-year calendar.
        day: int64[n], local day number, ascending.

    Raises:
        ValueError: when the arrays differ in length or are empty.

    Notes:
        Hour-of-week means are absorbed (Frisch–Waugh), then 48 systems of three unknowns are
        solved in one batch: O(n).

    References:
        Mathieu, Price, Kiliccote, Piette (2011), Quantifying changes in building electricity
        use, with application to demand response. IEEE Transactions on Smart Grid 2(3).
    """
    if not 0 < len(kwh) == len(temp_c) == len(hour_of_week) == len(yearday) == len(day):
        raise ValueError("the arrays must have the same length, and at least one value")
    knots = np.quantile(temp_c, _KNOTS)
    low, high = float(temp_c.min()), float(temp_c.max())
    basis = _basis(temp_c, knots, low, high)
    centre = basis.mean(axis=1)
    spread = np.maximum(basis.std(axis=1), 1e-9)
    basis = (basis - centre[:, None]) / spread[:, None]
    counts = np.maximum(np.bincount(hour_of_week, minlength=HOURS_OF_WEEK), 1)
    mean_kwh = np.bincount(hour_of_week, kwh, minlength=HOURS_OF_WEEK) / counts
    mean_basis = np.stack(
        [np.bincount(hour_of_week, row, minlength=HOURS_OF_WEEK) / counts for row in basis]
    )
    slopes = _slopes(
        kwh - mean_kwh[hour_of_week], basis - mean_basis[:, hour_of_week], hour_of_week
    )
    base = mean_kwh - np.einsum("ij,ji->i", slopes[_CELL_OF_WEEK], mean_basis)
    cell = _CELL_OF_WEEK[hour_of_week]
    residual = kwh - base[hour_of_week] - sum(slopes[cell, k] * basis[k] for k in range(len(basis)))
    season, level, shape = _carried_over(residual, cell, yearday, day)
    parameters = HOURS_OF_WEEK + slopes.size + season_freedom() + SHAPE_SHARE * _shape_freedom()
    return HourlyModel(
        base, slopes, knots, low, high, centre, spread, season, shape, level, parameters
    )


def _slopes(kwh: Floats, basis: Floats, hour_of_week: Ints) -> Floats:
    """float64[48, p]: least squares by cell, each pulled towards that of all hours."""
    cell = _CELL_OF_WEEK[hour_of_week]
    p = len(basis)
    gram = np.empty((CELLS, p, p))
    right = np.empty((CELLS, p))
    for i in range(p):
        right[:, i] = np.bincount(cell, basis[i] * kwh, minlength=CELLS)
        for j in range(i, p):
            gram[:, i, j] = np.bincount(cell, basis[i] * basis[j], minlength=CELLS)
            gram[:, j, i] = gram[:, i, j]
    eye = np.eye(p)
    common = np.linalg.solve(gram.sum(axis=0) + 1e-6 * len(kwh) * eye, right.sum(axis=0))
    own = np.linalg.solve(gram + _RIDGE_H * eye, (right - gram @ common)[..., None])[..., 0]
    return np.asarray(common + own)


def _carried_over(
    residual: Floats, cell: Ints, yearday: Ints, day: Ints
) -> tuple[Floats, float, Floats]:
    first = int(day[0])
    index = day - first
    hours = np.bincount(index)
    sums = np.bincount(index, residual)
    used = hours >= min(_LEAST_HOURS, int(hours.max()))
    mean = np.zeros(len(hours))
    mean[used] = sums[used] / hours[used]
    date_of_day = np.zeros(len(hours), dtype=np.int64)
    date_of_day[index] = yearday
    days = np.flatnonzero(used)
    season, level = season_and_level(mean[days], days, date_of_day[days])
    flat = yearday * CELLS + cell
    shape = (YEAR_DAYS, CELLS)
    cell_sums = np.bincount(flat, residual - mean[index], minlength=YEAR_DAYS * CELLS)
    left: Floats = np.asarray(cell_sums, dtype=np.float64).reshape(shape)
    counts = np.bincount(flat, minlength=YEAR_DAYS * CELLS)
    weight: Floats = counts.astype(np.float64).reshape(shape)
    smooth = smooth_year(left, weight, width=SHAPE_WIDTH_D, step=_SHAPE_STEP_D)
    return season, level, np.ascontiguousarray(SHAPE_SHARE * smooth.T)


def _shape_freedom() -> float:
    """Effective coefficients of the seasonal shape of a full year: 366 / (2 sqrt(pi) width)."""
    return CELLS * YEAR_DAYS / (2 * float(np.sqrt(np.pi)) * SHAPE_WIDTH_D) * 0.5


def predict_hourly(
    model: HourlyModel,
    temp_c: Floats,
    hour_of_week: Ints,
    yearday: Ints,
    *,
    after_baseline: bool = True,
) -> Floats:
    """float64[n], kWh in the hour: what the model expects; NaN where ``temp_c`` is NaN.

    Temperatures beyond those of the baseline window count as the nearest that was seen.
    ``after_baseline`` adds the latest level, which belongs to the time after the window only.
    """
    basis = _basis(temp_c, model.knots, model.low, model.high)
    basis = (basis - model.centre[:, None]) / model.spread[:, None]
    cell = _CELL_OF_WEEK[hour_of_week]
    expected = model.base[hour_of_week] + model.season[yearday]
    for k in range(len(basis)):
        expected = expected + model.slopes[cell, k] * basis[k]
    expected = expected + model.shape[cell, yearday // _SHAPE_STEP_D]
    return expected + model.level if after_baseline else expected
