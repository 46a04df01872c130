"""Avoided energy of a pool of meters: one figure, one interval, rows that add up to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from unipact.campus.engine.baseline import Method
from unipact.campus.engine.calibration import Calibration
from unipact.campus.engine.savings import Savings, savings
from unipact.campus.engine.series import Hourly, Window

_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class PooledSavings:
    """The answer for a pool. Energies in kWh, shares 0–1 of the expected energy.

    Attributes:
        refused, refused_zh: why there is no answer, in English and Chinese, or None.
        share: avoided_kwh / expected_kwh.
        low_share, high_share: the interval of the share at the level asked for.
        avoided_kwh, expected_kwh, observed_kwh: sums over all meters and counted intervals.
        coverage: counted share of the (meter, interval) pairs of the meters in the pool.
        cv_rmse, nmbe: of the meters in the baseline window, weighed by expected energy.
        meters: id → answer of each meter in the pool; the sums over the counted intervals of
            ``meters[id].intervals`` are the pool's sums.
        excluded, excluded_zh: id → why the meter is not in the pool, in English and Chinese.
        effective_meters: as how many equal meters the pool counts, (sum w)^2 / sum w^2.
        independent_windows: placebo windows without overlap behind the shared part.
        detectable_share: the smallest saving that such a pool would show (80 % power).
    """

    refused: str | None
    refused_zh: str | None = None
    share: float = _NAN
    low_share: float = _NAN
    high_share: float = _NAN
    avoided_kwh: float = _NAN
    expected_kwh: float = _NAN
    observed_kwh: float = _NAN
    coverage: float = _NAN
    cv_rmse: float = _NAN
    nmbe: float = _NAN
    meters: Mapping[str, Savings] = field(default_factory=dict)
    excluded: Mapping[str, str] = field(default_factory=dict)
    excluded_zh: Mapping[str, str] = field(default_factory=dict)
    effective_meters: float = _NAN
    independent_windows: int = 0
    detectable_share: float = _NAN


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
    """Compute what all meters together avoided in the reporting window.

    A meter whose data do not carry an answer is left out with its reason, never guessed. No
    meter is left out for what its answer is.

    Args:
        meters: id → hourly energy, kWh; NaN where nothing was measured.
        weather: hourly outdoor temperature, degC, for all of them.
        baseline: the only window that the models are fitted on.
        reporting: the window of the answer.
        calibration: what placebo windows taught.
        zone: IANA zone whose local days and hours count.
        method: "daily" (the reported default) or "hourly".
        level: of the interval, 0–1.
    """
    answers = {
        name: savings(
            meters[name],
            weather,
            baseline,
            reporting,
            calibration,
            zone=zone,
            method=method,
            level=level,
        )
        for name in sorted(meters)
    }
    excluded = {n: a.refused for n, a in answers.items() if a.refused is not None}
    excluded_zh = {n: answers[n].refused_zh or said for n, said in excluded.items()}
    inside = {n: a for n, a in answers.items() if a.refused is None}
    if not inside:
        return PooledSavings(
            "no meter of the pool has an answer",
            "没有一只电表可以给出结果",
            excluded=excluded,
            excluded_zh=excluded_zh,
        )
    expected = np.array([a.expected_kwh for a in inside.values()])
    observed = np.array([a.observed_kwh for a in inside.values()])
    avoided = np.array([a.avoided_kwh for a in inside.values()])
    weights = expected / expected.sum()
    wanders = np.array([a.wander for a in inside.values()])
    fits = [a.fit for a in inside.values() if a.fit is not None]
    share = float(avoided.sum() / expected.sum())
    half = calibration.pool_half_width(method, wanders, weights, reporting.days, level)
    return PooledSavings(
        refused=None,
        share=share,
        low_share=share - half,
        high_share=share + half,
        avoided_kwh=float(avoided.sum()),
        expected_kwh=float(expected.sum()),
        observed_kwh=float(observed.sum()),
        coverage=float(np.mean([a.coverage for a in inside.values()])),
        cv_rmse=float(weights @ np.array([f.cv_rmse for f in fits])),
        nmbe=float(weights @ np.array([f.nmbe for f in fits])),
        meters=inside,
        excluded=excluded,
        excluded_zh=excluded_zh,
        effective_meters=float(1.0 / (weights @ weights)),
        independent_windows=min(
            row.independent_windows
            for row in calibration.lengths[method]
            if row.days <= max(reporting.days, calibration.lengths[method][0].days)
        ),
        detectable_share=calibration.pool_detectable(
            method, wanders, weights, reporting.days, level=level
        ),
    )
