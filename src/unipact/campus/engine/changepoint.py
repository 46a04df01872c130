"""Daily energy against temperature: a change-point line for each day type.

Each day type (Monday–Friday, Saturday–Sunday) has its own line of up to five parameters: base
load, heating slope and balance point, cooling slope and balance point. Days of the week move the
base load a little, and the residuals' season and latest level are carried over damped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unipact.campus.engine.memory import season_and_level, season_freedom
from unipact.campus.engine.series import Floats, Ints

BALANCE_POINTS = 13
# Weeks of weight that pull a day of the week towards its day type.
_WEEKDAY_PRIOR = 10.0


@dataclass(frozen=True, slots=True)
class Line:
    """``base + heating * max(heat_below - t, 0) + cooling * max(t - cool_above, 0)``."""

    base: float
    heating: float
    heat_below: float
    cooling: float
    cool_above: float

    @property
    def form(self) -> str:
        """Name of the form in the inverse-modelling toolkit's words: 1P, 3PH, 3PC, 4P or 5P."""
        if self.heating == 0 and self.cooling == 0:
            return "1P"
        if self.cooling == 0:
            return "3PH"
        if self.heating == 0:
            return "3PC"
        return "4P" if self.heat_below == self.cool_above else "5P"

    @property
    def parameters(self) -> int:
        """Number of coefficients, balance points included."""
        return int(self.form[0])

    def __call__(self, temp_c: Floats) -> Floats:
        """float64[n]: energy at each temperature."""
        return (
            self.base
            + self.heating * np.maximum(self.heat_below - temp_c, 0.0)
            + self.cooling * np.maximum(temp_c - self.cool_above, 0.0)
        )


@dataclass(frozen=True, slots=True)
class ChangePointModel:
    """A fitted daily model; all energies are kWh per 24 hours.

    Attributes:
        workday, weekend: the line of each day type.
        weekday: float64[7], what each day of the week adds (Monday first).
        season: float64[366], what each date adds.
        level: what the latest level adds after the baseline window.
        parameters: effective number of coefficients.
    """

    workday: Line
    weekend: Line
    weekday: Floats
    season: Floats
    level: float
    parameters: float

    @property
    def name(self) -> str:
        """The form in one word for reports."""
        return f"daily change-point {self.workday.form}/{self.weekend.form}"


def fit_line(kwh: Floats, temp_c: Floats) -> Line:
    """Fit the best change-point line by least squares.

    Every pair of balance points on a grid between the 6th and 94th percentile of ``temp_c`` is
    solved in one batch; slopes must be positive; the form is chosen by the Bayesian information
    criterion.

    Args:
        kwh: float64[n], n >= 1, finite.
        temp_c: float64[n], finite.

    References:
        ASHRAE RP-1050, Inverse Modeling Toolkit (change-point models).
    """
    n = len(kwh)
    mean = float(kwh.mean())
    y = kwh - mean
    low, high = (float(q) for q in np.quantile(temp_c, (0.06, 0.94)))
    grid = np.linspace(low, high, BALANCE_POINTS)
    heat = np.maximum(grid[:, None] - temp_c, 0.0)
    cool = np.maximum(temp_c - grid[:, None], 0.0)
    heat_mean, cool_mean = heat.mean(axis=1), cool.mean(axis=1)
    heat -= heat_mean[:, None]
    cool -= cool_mean[:, None]
    hh = np.einsum("ij,ij->i", heat, heat)
    cc = np.einsum("ij,ij->i", cool, cool)
    hc = heat @ cool.T
    hy, cy, yy = heat @ y, cool @ y, float(y @ y)
    floor = max(1e-12 * float(kwh @ kwh), 1e-300)

    def criterion(squares: float, extra: int) -> float:
        return n * float(np.log(max(squares, floor) / n)) + extra * float(np.log(n))

    best = (criterion(yy, 0), Line(mean, 0.0, 0.0, 0.0, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        for own, sums, means, is_heat in ((hh, hy, heat_mean, True), (cc, cy, cool_mean, False)):
            slope = np.where(own > 0, sums / own, 0.0)
            squares = np.where(slope > 0, yy - slope * sums, np.inf)
            k = int(np.argmin(squares))
            if np.isfinite(squares[k]):
                s, t = float(slope[k]), float(grid[k])
                base = mean - s * float(means[k])
                line = Line(base, s, t, 0.0, 0.0) if is_heat else Line(base, 0.0, 0.0, s, t)
                best = min(best, (criterion(float(squares[k]), 2), line), key=lambda b: b[0])
        det = hh[:, None] * cc[None, :] - hc**2
        heating = (hy[:, None] * cc[None, :] - cy[None, :] * hc) / det
        cooling = (cy[None, :] * hh[:, None] - hy[:, None] * hc) / det
        squares2 = yy - heating * hy[:, None] - cooling * cy[None, :]
    good = (heating > 0) & (cooling > 0) & (det > 1e-9 * hh[:, None] * cc[None, :])
    squares2 = np.where(np.triu(good), squares2, np.inf)
    i, j = np.unravel_index(int(np.argmin(squares2)), squares2.shape)
    if np.isfinite(squares2[i, j]):
        h, c = float(heating[i, j]), float(cooling[i, j])
        base = mean - h * float(heat_mean[i]) - c * float(cool_mean[j])
        line = Line(base, h, float(grid[i]), c, float(grid[j]))
        extra = line.parameters - 1
        best = min(best, (criterion(float(squares2[i, j]), extra), line), key=lambda b: b[0])
    return best[1]


def fit_changepoint(
    kwh: Floats, temp_c: Floats, weekday: Ints, yearday: Ints, day: Ints
) -> ChangePointModel:
    """Fit the daily model to one baseline window.

    Args:
        kwh: float64[n], energy per 24 hours, finite.
        temp_c: float64[n], mean felt temperature of the day, finite.
        weekday: int64[n], 0 = Monday.
        yearday: int64[n], 0–365 on a leap-year calendar.
        day: int64[n], day number, ascending.

    Raises:
        ValueError: when the arrays differ in length or a day type has fewer than two days.
    """
    if not len(kwh) == len(temp_c) == len(weekday) == len(yearday) == len(day):
        raise ValueError("kwh, temp_c, weekday, yearday and day must have the same length")
    residual = np.empty(len(kwh))
    lines: list[Line] = []
    for is_weekend in (False, True):
        mine = (weekday >= 5) == is_weekend
        if int(mine.sum()) < 2:
            raise ValueError("each day type needs at least two days")
        line = fit_line(kwh[mine], temp_c[mine])
        residual[mine] = kwh[mine] - line(temp_c[mine])
        lines.append(line)
    counts = np.bincount(weekday, minlength=7)
    moves = np.bincount(weekday, residual, minlength=7) / (counts + _WEEKDAY_PRIOR)
    residual -= moves[weekday]
    season, level = season_and_level(residual, day, yearday)
    weekday_freedom = float((counts / (counts + _WEEKDAY_PRIOR)).sum()) - 2.0
    parameters = sum(line.parameters for line in lines) + weekday_freedom + season_freedom()
    return ChangePointModel(lines[0], lines[1], moves, season, level, parameters)


def predict_changepoint(
    model: ChangePointModel,
    temp_c: Floats,
    weekday: Ints,
    yearday: Ints,
    *,
    after_baseline: bool = True,
) -> Floats:
    """float64[n], kWh per 24 hours: what the model expects; NaN where ``temp_c`` is NaN.

    ``after_baseline`` adds the latest level, which belongs to the time after the window only.
    """
    weekend = weekday >= 5
    line = np.where(weekend, model.weekend(temp_c), model.workday(temp_c))
    expected = line + model.weekday[weekday] + model.season[yearday]
    return expected + model.level if after_baseline else expected
