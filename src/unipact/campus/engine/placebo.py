"""Placebo windows: what a savings figure says where nothing was done on purpose.

A baseline year is followed by a reporting window of the same meter, as if a measure had been
taken at its end. Whatever "saving" comes out is error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from unipact.campus.engine.baseline import Method, expect, fit_baseline
from unipact.campus.engine.series import Hourly, Refusal, Window

BASELINE_MONTHS = 12
LENGTHS_D = (7, 14, 30, 61, 91, 182, 273, 365, 547, 730)
# A window whose days were measured less than this is no evidence of anything.
LEAST_COVERAGE = 0.9


@dataclass(frozen=True, slots=True)
class Placebo:
    """One placebo window: ``avoided_kwh`` over ``expected_kwh`` is the error, a share."""

    meter: str
    start: date
    days: int
    avoided_kwh: float
    expected_kwh: float
    cv_rmse: float
    wander: float

    @property
    def error(self) -> float:
        """The share "avoided" although nothing was done."""
        return self.avoided_kwh / self.expected_kwh

    @property
    def until(self) -> date:
        """The first day after the reporting window."""
        return add_months(self.start, BASELINE_MONTHS) + timedelta(days=self.days)


def add_months(day: date, months: int) -> date:
    """The first of the month that lies ``months`` after ``day``, which is a first of a month."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def first_of_months(first: date, until: date) -> list[date]:
    """Every first of a month from ``first`` on, before ``until``."""
    start = date(first.year, first.month, 1)
    if start < first:
        start = add_months(start, 1)
    months = []
    while start < until:
        months.append(start)
        start = add_months(start, 1)
    return months


def placebos(
    name: str,
    meter: Hourly,
    weather: Hourly,
    starts: Sequence[date],
    last: date,
    *,
    zone: str,
    method: Method,
) -> Iterator[Placebo]:
    """Yield every placebo window of one meter that ends by ``last`` and was measured well.

    Args:
        name: the meter's id.
        meter: hourly energy, kWh.
        weather: hourly temperature, degC.
        starts: firsts of months at which a baseline year begins.
        last: the first day that no reporting window may hold.
        zone: IANA zone of the site.
        method: which model.
    """
    for start in starts:
        middle = add_months(start, BASELINE_MONTHS)
        lengths = [k for k in LENGTHS_D if middle + timedelta(days=k) <= last]
        if not lengths:
            continue
        fitted = fit_baseline(meter, weather, Window(start, middle), zone=zone, method=method)
        if isinstance(fitted, Refusal):
            continue
        whole = Window(middle, middle + timedelta(days=lengths[-1]))
        rows = expect(fitted, meter, weather, whole, zone=zone)
        for length in lengths:
            inside = rows.days < np.datetime64(middle + timedelta(days=length), "D")
            counted = rows.counted & inside
            expected = float(rows.expected[counted].sum())
            if counted.sum() < LEAST_COVERAGE * inside.sum() or expected <= 0:
                continue
            avoided = float(rows.avoided[counted].sum())
            yield Placebo(name, start, length, avoided, expected, fitted.fit.cv_rmse, fitted.wander)
