"""The baseline models beside statsmodels, and what must hold for any meter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.stattools import acf

from unipact.campus.engine.baseline import Baseline, expect, fit_baseline
from unipact.campus.engine.changepoint import fit_changepoint, fit_line, predict_changepoint
from unipact.campus.engine.fit_quality import goodness
from unipact.campus.engine.hourly_profile import fit_hourly, predict_hourly
from unipact.campus.engine.series import Hourly, Refusal
from unipact.campus.tests.synthetic import BASELINE, REPORTING, meter_of, weather_of

WEATHER = weather_of()
METER = meter_of(WEATHER)


def _temperatures(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-5, 35, n)


@pytest.mark.parametrize(
    ("heating", "cooling", "form"),
    [(0.0, 0.0, "1P"), (3.0, 0.0, "3PH"), (0.0, 4.0, "3PC"), (3.0, 4.0, "5P")],
)
def test_the_form_of_the_line_is_found(heating, cooling, form):
    temp = _temperatures(400)
    grid = np.linspace(*np.quantile(temp, (0.06, 0.94)), 13)
    kwh = 100 + heating * np.maximum(grid[4] - temp, 0) + cooling * np.maximum(temp - grid[8], 0)
    kwh = kwh + np.random.default_rng(1).normal(0, 1, 400)
    assert fit_line(kwh, temp).form == form


def test_the_line_is_least_squares_at_its_balance_points():
    temp = _temperatures(300)
    kwh = 50 + 2 * np.maximum(10 - temp, 0) + 3 * np.maximum(temp - 20, 0)
    kwh = kwh + np.random.default_rng(3).normal(0, 2, 300)
    line = fit_line(kwh, temp)
    design = sm.add_constant(
        np.column_stack(
            [np.maximum(line.heat_below - temp, 0), np.maximum(temp - line.cool_above, 0)]
        )
    )
    peer = sm.OLS(kwh, design).fit()
    assert [line.base, line.heating, line.cooling] == pytest.approx(peer.params.tolist(), rel=1e-9)


def test_no_other_pair_of_balance_points_fits_better():
    temp = _temperatures(200, seed=7)
    kwh = 50 + 2 * np.maximum(10 - temp, 0) + 3 * np.maximum(temp - 20, 0)
    kwh = kwh + np.random.default_rng(8).normal(0, 2, 200)
    line = fit_line(kwh, temp)
    ours = float(((kwh - line(temp)) ** 2).sum())
    grid = np.linspace(*np.quantile(temp, (0.06, 0.94)), 13)
    for k, heat in enumerate(grid):
        for cool in grid[k:]:
            design = sm.add_constant(
                np.column_stack([np.maximum(heat - temp, 0), np.maximum(temp - cool, 0)])
            )
            peer = sm.OLS(kwh, design).fit()
            if (peer.params[1:] > 0).all():
                assert ours <= peer.ssr * (1 + 1e-9)


def test_the_hourly_model_is_ordinary_least_squares_where_all_hours_answer_alike():
    rng = np.random.default_rng(4)
    n = 168 * 60
    week = np.tile(np.arange(168), 60)
    day = np.arange(n) // 24
    temp = rng.uniform(0, 30, n)
    truth = np.sin(week) * 5 + 40 + 0.8 * np.maximum(temp - 12, 0)
    model = fit_hourly(truth, temp, week, day % 366, day)
    basis = np.column_stack([temp, *(np.maximum(temp - knot, 0) for knot in model.knots)])
    peer = sm.OLS(truth, np.column_stack([np.eye(168)[week], basis])).fit()
    ours = predict_hourly(model, temp, week, day % 366, after_baseline=False)
    # The ridge and the small season pull by less than a thousandth of the mean.
    assert np.abs(ours - peer.fittedvalues).max() < 0.02 * truth.mean()
    assert np.sqrt(np.mean((ours - peer.fittedvalues) ** 2)) < 2e-3 * truth.mean()


def test_goodness_of_fit_agrees_with_statsmodels():
    rng = np.random.default_rng(6)
    x = rng.normal(size=200)
    y = 20 + 3 * x + rng.normal(size=200)
    peer = sm.OLS(y, sm.add_constant(x)).fit()
    fit = goodness(y, peer.fittedvalues, 2)
    assert fit.cv_rmse == pytest.approx(np.sqrt(peer.mse_resid) / y.mean(), rel=1e-12)
    assert fit.r2 == pytest.approx(peer.rsquared, rel=1e-12)
    assert fit.rho1 == pytest.approx(acf(peer.resid, nlags=1)[1], abs=1e-12)
    assert fit.nmbe == pytest.approx(0, abs=1e-12)


def test_nmbe_is_positive_where_the_model_reads_too_low():
    observed = np.full(50, 10.0)
    assert goodness(observed, np.full(50, 9.0), 0).nmbe == pytest.approx(0.1)


@pytest.mark.parametrize("method", ["daily", "hourly"])
@settings(max_examples=8, deadline=None)
@given(scale=st.floats(1e-3, 1e6))
def test_ten_times_the_energy_has_ten_times_the_expectation(method, scale):
    plain = _expected(METER, method)
    scaled = _expected(replace(METER, values=METER.values * scale), method)
    np.testing.assert_allclose(scaled, plain * scale, rtol=1e-6)


@pytest.mark.parametrize("method", ["daily", "hourly"])
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_is_read_after_the_baseline_cannot_move_the_model(method, seed):
    rng = np.random.default_rng(seed)
    later = METER.values.copy()
    later[8760:] = rng.uniform(0.1, 500, 8760)
    other = _expected(replace(METER, values=later), method)
    np.testing.assert_array_equal(other, _expected(METER, method))


@pytest.mark.parametrize("method", ["daily", "hourly"])
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_gaps_in_the_reporting_period_leave_the_other_hours_as_they_are(method, seed):
    rng = np.random.default_rng(seed)
    gaps = METER.values.copy()
    gaps[8760:][rng.random(8760) < 0.05] = np.nan
    fitted = _fitted(METER, method)
    whole = expect(fitted, METER, WEATHER, REPORTING, zone="UTC")
    holed = expect(fitted, replace(METER, values=gaps), WEATHER, REPORTING, zone="UTC")
    same = holed.counted & (holed.observed == whole.observed)
    np.testing.assert_array_equal(holed.expected[same], whole.expected[same])
    assert np.nansum(holed.observed[holed.counted]) == pytest.approx(
        np.nansum(gaps[8760:][np.repeat(holed.counted, 24 if method == "daily" else 1)])
    )
    # The measured hours alone carry about the share of expectation that they should.
    ratio = np.nansum(holed.expected[holed.counted]) / whole.expected.sum()
    assert ratio == pytest.approx(np.isfinite(gaps[8760:]).mean(), abs=0.01)


@pytest.mark.parametrize("method", ["daily", "hourly"])
def test_a_meter_without_change_is_predicted_within_its_noise(method):
    fitted = _fitted(METER, method)
    rows = expect(fitted, METER, WEATHER, REPORTING, zone="UTC")
    assert abs(rows.avoided.sum() / rows.expected.sum()) < 0.01
    assert fitted.fit.cv_rmse < 0.1


@pytest.mark.parametrize("method", ["daily", "hourly"])
def test_a_constant_meter_is_expected_to_stay_constant(method):
    constant = replace(METER, values=np.full(len(METER.values), 7.0))
    rows = expect(_fitted(constant, method), constant, WEATHER, REPORTING, zone="UTC")
    np.testing.assert_allclose(rows.expected, rows.observed, rtol=1e-6)


def test_a_level_that_rose_at_the_end_of_the_baseline_is_partly_carried_over():
    n = 365
    day = np.arange(n)
    kwh = np.where(day < 305, 100.0, 120.0)
    temp = _temperatures(n)
    model = fit_changepoint(kwh, temp, day % 7, day, day)
    assert 0 < model.level < 20
    before = predict_changepoint(model, temp, day % 7, day, after_baseline=False)
    after = predict_changepoint(model, temp, day % 7, day)
    np.testing.assert_allclose(after - before, model.level)


@pytest.mark.parametrize("method", ["daily", "hourly"])
def test_a_short_baseline_is_refused_with_its_reason(method):
    short = replace(BASELINE, until=BASELINE.start.replace(month=9))
    refused = fit_baseline(METER, WEATHER, short, zone="UTC", method=method)
    assert isinstance(refused, Refusal)
    assert "243 days" in refused.en
    assert "243" in refused.zh


def test_a_patchy_baseline_is_refused_and_says_which_side_lacks():
    values = METER.values.copy()
    values[: 24 * 60] = np.nan
    refused = fit_baseline(
        replace(METER, values=values), WEATHER, BASELINE, zone="UTC", method="daily"
    )
    assert isinstance(refused, Refusal)
    assert "only 305 of the 365" in refused.en


def _fitted(meter: Hourly, method: str) -> Baseline:
    fitted = fit_baseline(meter, WEATHER, BASELINE, zone="UTC", method=method)
    assert isinstance(fitted, Baseline)
    return fitted


def _expected(meter: Hourly, method: str) -> np.ndarray:
    return expect(_fitted(meter, method), meter, WEATHER, REPORTING, zone="UTC").expected
