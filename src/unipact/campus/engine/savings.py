"""Avoided energy of one meter, with an interval that was calibrated on placebo years."""

from __future__ import annotations

from dataclasses import dataclass

from unipact.campus.engine.baseline import Baseline, Method, expect, fit_baseline
from unipact.campus.engine.calibration import Calibration
from unipact.campus.engine.fit_quality import Fit
from unipact.campus.engine.series import Hourly, Intervals, Refusal, Window

LEAST_COVERAGE = 0.5
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Savings:
    """The answer for one meter. Energies in kWh, shares 0–1 of the expected energy.

    When ``refused`` says why there is no answer, every figure is NaN and ``fit`` and
    ``intervals`` are None.

    Attributes:
        model: name of the fitted form.
        refused, refused_zh: why there is no answer, in English and Chinese, or None.
        avoided_kwh, expected_kwh, observed_kwh: sums over the intervals that count.
        share: avoided_kwh / expected_kwh.
        low_share, high_share: the interval of the share at the level asked for.
        coverage: share of the reporting intervals that count.
        fit: goodness of fit in the baseline window.
        wander: how far the level strays in the baseline window, a share.
        baseline_counted: share of the baseline days that count.
        intervals: observed, expected and avoided energy, interval by interval.
        detectable_share: the smallest saving that such a window would show (80 % power).
    """

    model: str
    refused: str | None
    refused_zh: str | None = None
    avoided_kwh: float = _NAN
    expected_kwh: float = _NAN
    observed_kwh: float = _NAN
    share: float = _NAN
    low_share: float = _NAN
    high_share: float = _NAN
    coverage: float = _NAN
    fit: Fit | None = None
    wander: float = _NAN
    baseline_counted: float = _NAN
    intervals: Intervals | None = None
    detectable_share: float = _NAN


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
    """Compute what one meter avoided in the reporting window against its baseline model.

    Args:
        meter: hourly energy, kWh; NaN where nothing was measured.
        weather: hourly outdoor temperature, degC.
        baseline: the only window that the model is fitted on.
        reporting: the window of the answer.
        calibration: what placebo windows taught.
        zone: IANA zone whose local days and hours count.
        method: "daily" (the reported default) or "hourly".
        level: of the interval, 0–1.

    References:
        ASHRAE Guideline 14-2014, whole-building approach; IPMVP option C (avoided energy).
    """
    if reporting.days <= 0:
        return _refused(
            method, Refusal("the reporting window ends before it starts", "报告期的结束早于开始")
        )
    if reporting.start < baseline.until:
        return _refused(
            method,
            Refusal("the reporting window starts inside the baseline window", "报告期与基准期重叠"),
        )
    fitted = fit_baseline(meter, weather, baseline, zone=zone, method=method)
    if isinstance(fitted, Refusal):
        return _refused(method, fitted)
    return _answer(fitted, meter, weather, reporting, calibration, zone, level)


def _refused(model: str, why: Refusal) -> Savings:
    return Savings(model, why.en, why.zh)


def _answer(
    fitted: Baseline,
    meter: Hourly,
    weather: Hourly,
    reporting: Window,
    calibration: Calibration,
    zone: str,
    level: float,
) -> Savings:
    rows = expect(fitted, meter, weather, reporting, zone=zone)
    counted = rows.counted
    coverage = float(counted.mean())
    if coverage < LEAST_COVERAGE:
        reason = Refusal(
            f"only {coverage:.0%} of the reporting period has both reading and temperature; "
            f"at least {LEAST_COVERAGE:.0%} is needed",
            f"报告期仅 {coverage:.0%} 同时有读数和气温；至少需要 {LEAST_COVERAGE:.0%}",
        )
        return _refused(fitted.model.name, reason)
    expected = float(rows.expected[counted].sum())
    observed = float(rows.observed[counted].sum())
    if not expected > 0:
        reason = Refusal(
            "the baseline expects no energy in the reporting period",
            "按基准模型，报告期没有预期能耗",
        )
        return _refused(fitted.model.name, reason)
    avoided = float(rows.avoided[counted].sum())
    share = avoided / expected
    half = calibration.half_width(fitted.method, fitted.wander, reporting.days, level)
    return Savings(
        model=fitted.model.name,
        refused=None,
        avoided_kwh=avoided,
        expected_kwh=expected,
        observed_kwh=observed,
        share=share,
        low_share=share - half,
        high_share=share + half,
        coverage=coverage,
        fit=fitted.fit,
        wander=fitted.wander,
        baseline_counted=fitted.counted / fitted.days,
        intervals=rows,
        detectable_share=calibration.detectable(
            fitted.method, fitted.wander, reporting.days, level=level
        ),
    )
