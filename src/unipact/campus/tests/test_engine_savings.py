"""Savings of one meter and of a pool: sums, refusals, and a change that was planted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unipact.campus.calibration import shipped_calibration
from unipact.campus.engine.pool import pooled_savings
from unipact.campus.engine.savings import Savings, savings
from unipact.campus.engine.series import Hourly, Window
from unipact.campus.tests.synthetic import BASELINE, REPORTING, meter_of, weather_of

WEATHER = weather_of()
METER = meter_of(WEATHER)
CALIBRATION = shipped_calibration()
POOL = {f"m{k}": meter_of(WEATHER, seed=k, noise=1 + k) for k in range(1, 6)}


def _savings(meter: Hourly, method: str = "daily", **change: Window) -> Savings:
    windows = {"baseline": BASELINE, "reporting": REPORTING} | change
    return savings(meter, WEATHER, calibration=CALIBRATION, method=method, **windows)


@pytest.mark.parametrize("method", ["daily", "hourly"])
@settings(max_examples=10, deadline=None)
@given(share=st.floats(-0.5, 0.5), seed=st.integers(0, 1000))
def test_a_planted_change_is_found_to_a_thousandth(method, share, seed):
    rng = np.random.default_rng(seed)
    planted = METER.values.copy()
    planted[8760:] *= 1 - share * rng.uniform(0.5, 1.5, 8760)
    change = float((METER.values - planted)[8760:].sum())
    found = _savings(replace(METER, values=planted), method).avoided_kwh
    found -= _savings(METER, method).avoided_kwh
    assert found == pytest.approx(change, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("method", ["daily", "hourly"])
def test_the_intervals_add_up_to_the_answer(method):
    said = _savings(METER, method)
    rows = said.intervals
    counted = rows.counted
    assert rows.observed[counted].sum() == pytest.approx(said.observed_kwh)
    assert rows.expected[counted].sum() == pytest.approx(said.expected_kwh)
    assert rows.avoided[counted].sum() == pytest.approx(said.avoided_kwh)
    assert said.expected_kwh - said.observed_kwh == pytest.approx(said.avoided_kwh)
    assert said.low_share < said.share < said.high_share
    assert said.detectable_share > (said.high_share - said.low_share) / 2


def test_daily_and_hourly_agree_on_a_steady_meter():
    daily, hourly = _savings(METER), _savings(METER, "hourly")
    assert daily.share == pytest.approx(hourly.share, abs=0.01)


def test_a_gap_counts_on_neither_side():
    values = METER.values.copy()
    values[8760 : 8760 + 24 * 100] = np.nan
    said = _savings(replace(METER, values=values))
    assert said.refused is None
    assert said.coverage == pytest.approx(265 / 365)
    assert not said.intervals.counted[:100].any()
    assert said.intervals.counted[100:].all()


def test_missing_weather_counts_as_a_gap_and_no_meter_reading_is_used_alone():
    weather = WEATHER.values.copy()
    weather[9000:9100] = np.nan
    said = savings(METER, replace(WEATHER, values=weather), BASELINE, REPORTING, CALIBRATION)
    assert 0.98 < said.coverage < 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"reporting": Window(date(2018, 1, 1), date(2018, 1, 1))}, "ends before it starts"),
        ({"reporting": Window(date(2017, 6, 1), date(2018, 6, 1))}, "inside the baseline"),
        ({"baseline": Window(date(2017, 6, 1), date(2018, 1, 1))}, "at least 330"),
        ({"reporting": Window(date(2018, 9, 1), date(2019, 9, 1))}, "only 33% of the reporting"),
        ({"reporting": Window(date(2024, 1, 1), date(2025, 1, 1))}, "only 0% of the reporting"),
    ],
)
def test_too_little_to_go_on_is_refused_in_both_languages(change, reason):
    said = _savings(METER, **change)
    assert reason in said.refused
    assert said.refused_zh
    assert np.isnan(said.avoided_kwh)
    assert said.intervals is None


def test_a_meter_without_energy_is_refused():
    said = _savings(replace(METER, values=np.zeros(len(METER.values))))
    assert "no energy" in said.refused


def test_the_pool_is_the_sum_of_its_meters():
    pool = pooled_savings(POOL, WEATHER, BASELINE, REPORTING, CALIBRATION)
    alone = [_savings(meter) for meter in POOL.values()]
    assert pool.avoided_kwh == pytest.approx(sum(each.avoided_kwh for each in alone))
    assert pool.expected_kwh == pytest.approx(sum(each.expected_kwh for each in alone))
    assert pool.share == pytest.approx(pool.avoided_kwh / pool.expected_kwh)
    rows = [each.intervals for each in pool.meters.values()]
    total = sum(float(each.avoided[each.counted].sum()) for each in rows)
    assert total == pytest.approx(pool.avoided_kwh)
    assert 4 < pool.effective_meters <= 5


def test_the_pool_is_surer_than_its_meters():
    pool = pooled_savings(POOL, WEATHER, BASELINE, REPORTING, CALIBRATION)
    halves = [(each.high_share - each.low_share) / 2 for each in pool.meters.values()]
    assert (pool.high_share - pool.low_share) / 2 < min(halves)
    assert pool.detectable_share < min(each.detectable_share for each in pool.meters.values())


def test_a_meter_that_cannot_be_answered_leaves_the_pool_with_its_reason():
    broken = replace(METER, values=np.full(len(METER.values), np.nan))
    pool = pooled_savings(POOL | {"x": broken}, WEATHER, BASELINE, REPORTING, CALIBRATION)
    assert set(pool.meters) == set(POOL)
    assert "only 0 of the 365" in pool.excluded["x"]
    only = pooled_savings({"x": broken}, WEATHER, BASELINE, REPORTING, CALIBRATION)
    assert only.refused


def test_the_order_of_the_meters_does_not_matter():
    one = pooled_savings(POOL, WEATHER, BASELINE, REPORTING, CALIBRATION)
    turned = dict(reversed(POOL.items()))
    other = pooled_savings(turned, WEATHER, BASELINE, REPORTING, CALIBRATION)
    assert (one.share, one.low_share) == (other.share, other.low_share)
