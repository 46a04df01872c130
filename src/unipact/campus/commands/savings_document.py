"""The answer of ``unipact campus savings`` as one document."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from unipact import __version__
from unipact.campus.engine.baseline import Method
from unipact.campus.engine.calibration import Calibration
from unipact.campus.engine.savings import Savings
from unipact.campus.engine.series import Hourly, Window
from unipact.campus.formats.series import HOUR_S, Series

FORMAT = "unipact-campus-savings/1"


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: the files as read, the windows, and how to take them."""

    meter: Series
    weather: Series
    baseline: Window
    reporting: Window
    zone: str
    method: Method
    zeros: Literal["missing", "keep"]

    @property
    def zero_hours(self) -> int:
        """Hours of exactly 0 kWh in the file."""
        return int((self.meter.hourly.values == 0).sum())

    @property
    def counted_meter(self) -> Hourly:
        """The meter's hours, with exact zeros as missing unless they are kept."""
        series = self.meter.hourly
        if self.zeros == "keep":
            return series
        return Hourly(series.start, np.where(series.values == 0, np.nan, series.values))


def document(
    question: Question, answer: Savings, calibration: Calibration, digest: str
) -> dict[str, Any]:
    """The whole answer: energies in kWh with three decimals, shares 0–1 with six."""
    half = (answer.high_share - answer.low_share) / 2
    fit = answer.fit
    return {
        "format": FORMAT,
        "refused": answer.refused,
        "refused_zh": answer.refused_zh,
        "avoided_energy_kwh": _energy(answer.avoided_kwh),
        "expected_energy_kwh": _energy(answer.expected_kwh),
        "observed_energy_kwh": _energy(answer.observed_kwh),
        "uncertainty_kwh_90": _energy(half * answer.expected_kwh),
        "savings_share": _share(answer.share),
        "savings_share_low_90": _share(answer.low_share),
        "savings_share_high_90": _share(answer.high_share),
        "detectable_saving_share": _share(answer.detectable_share),
        "verdict": verdict(answer),
        "model": answer.model,
        "method": question.method,
        "cv_rmse": _share(fit.cv_rmse) if fit else None,
        "nmbe": _share(fit.nmbe) if fit else None,
        "r2": _share(fit.r2) if fit else None,
        "rho1": _share(fit.rho1) if fit else None,
        "fitted_intervals": fit.n if fit else None,
        "effective_parameters": round(fit.parameters, 1) if fit else None,
        "coverage_share": _share(answer.coverage),
        "baseline_coverage_share": _share(answer.baseline_counted),
        "baseline": _window(question.baseline),
        "reporting": _window(question.reporting),
        "zone": question.zone,
        "units": {"energy": "kWh", "temperature": "degC", "share": "1", "time": "UTC"},
        "meter": {
            **_rows(question.meter),
            "zeros": question.zeros,
            "zero_hours": question.zero_hours,
        },
        "weather": _rows(question.weather),
        "calibration": _calibration(question, calibration, digest),
        "software": {"unipact": __version__},
    }


def verdict(answer: Savings) -> dict[str, str]:
    """What the interval says, in one sentence of each language."""
    if answer.refused:
        return {"code": "refused", "en": answer.refused, "zh": answer.refused_zh or ""}
    low, high = f"{answer.low_share:.1%}", f"{answer.high_share:.1%}"
    if answer.low_share > 0:
        return {
            "code": "saving",
            "en": f"A saving: the 90 % interval, {low} to {high}, lies above zero.",
            "zh": f"有节能：90% 区间（{low} 至 {high}）高于零。",
        }
    if answer.high_share < 0:
        return {
            "code": "increase",
            "en": f"An increase: the 90 % interval, {low} to {high}, lies below zero.",
            "zh": f"能耗增加：90% 区间（{low} 至 {high}）低于零。",
        }
    detectable = f"{answer.detectable_share:.1%}"
    return {
        "code": "undecided",
        "en": (
            f"Cannot be decided: the 90 % interval, {low} to {high}, holds zero. "
            f"A saving of {detectable} would show."
        ),
        "zh": f"无法判定：90% 区间（{low} 至 {high}）包含零。达到 {detectable} 的节能才能检出。",
    }


def _rows(series: Series) -> dict[str, Any]:
    return {
        "rows": series.rows,
        "rows_accepted": series.accepted,
        "rows_missing": series.missing,
        "rows_duplicate": series.duplicates,
        "rows_bad": series.bad,
        "rows_without_offset": series.naive,
        "unsorted": series.unsorted,
        "minutes_between_readings": series.step_s * 60 // HOUR_S,
        "incomplete_hours": series.incomplete_hours,
        "findings": [str(finding) for finding in series.findings],
    }


def _window(window: Window) -> dict[str, Any]:
    return {
        "start": window.start.isoformat(),
        "end": window.until.isoformat(),
        "days": window.days,
    }


def _calibration(question: Question, calibration: Calibration, digest: str) -> dict[str, Any]:
    made = calibration.document
    return {
        "sha256": digest,
        "data": made["data"],
        "meters": len(made["meters"]),
        "first_start": made["first_start"],
        "until": made["until"],
        "windows": {str(row["days"]): row["windows"] for row in made["methods"][question.method]},
    }


def _energy(value: float) -> float | None:
    return round(float(value), 3) + 0.0 if math.isfinite(value) else None


def _share(value: float) -> float | None:
    return round(float(value), 6) + 0.0 if math.isfinite(value) else None
