"""The local calendar: clock changes neither lose nor invent an hour."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from unipact.campus.engine.clock import clock
from unipact.campus.engine.days import day_profile, days_of_hours, hours_of
from unipact.campus.engine.series import Hourly, Window, days_of
from unipact.campus.engine.temperature import bridge, felt

YEAR = Window(date(2019, 1, 1), date(2020, 1, 1))


def _hour(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) // 3600


def test_the_days_of_the_clock_changes_have_23_and_25_hours():
    calendar = clock(YEAR, "Europe/London")
    lengths = dict(zip(days_of(YEAR).astype(str).tolist(), np.diff(calendar.bounds), strict=True))
    assert lengths["2019-03-31"] == 23
    assert lengths["2019-10-27"] == 25
    assert sum(lengths.values()) == 8760


def test_the_repeated_hour_carries_its_clock_reading_twice_and_the_skipped_one_never():
    calendar = clock(YEAR, "Europe/London")
    spring = calendar.hour[calendar.day == (date(2019, 3, 31) - YEAR.start).days]
    autumn = calendar.hour[calendar.day == (date(2019, 10, 27) - YEAR.start).days]
    assert 1 not in spring.tolist()
    assert autumn.tolist().count(1) == 2


def test_a_leap_day_has_a_date_of_its_own_and_the_others_keep_theirs():
    leap = clock(Window(date(2016, 1, 1), date(2017, 1, 1)), "UTC")
    plain = clock(Window(date(2017, 1, 1), date(2018, 1, 1)), "UTC")
    assert leap.yearday.tolist() == list(range(366))
    assert plain.yearday.tolist() == [k for k in range(366) if k != 59]


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "Asia/Shanghai", "America/Phoenix"])
def test_daily_sums_hold_every_kilowatt_hour_in_every_zone(zone):
    rng = np.random.default_rng(5)
    meter = Hourly(_hour(2018, 12, 30), rng.uniform(1, 9, 24 * 370))
    weather = Hourly(meter.start, rng.normal(10, 3, 24 * 370))
    hours = hours_of(meter, weather, YEAR, zone, 4.0)
    days = days_of_hours(hours, day_profile(hours))
    first, last = int(hours.clock.bounds[0]), int(hours.clock.bounds[-1])
    assert days.observed.sum() == pytest.approx(meter.between(first, last).sum(), rel=1e-12)


def test_a_whole_day_has_a_share_of_one_and_the_long_day_of_a_little_more():
    meter = Hourly(_hour(2018, 12, 30), np.ones(24 * 370))
    weather = Hourly(meter.start, np.zeros(24 * 370))
    hours = hours_of(meter, weather, YEAR, "Europe/London", 4.0)
    share = days_of_hours(hours, day_profile(hours)).share
    assert share[0] == pytest.approx(1)
    assert share[(date(2019, 3, 31) - YEAR.start).days] == pytest.approx(23 / 24)
    assert share[(date(2019, 10, 27) - YEAR.start).days] == pytest.approx(25 / 24)


def test_short_gaps_of_the_weather_are_bridged_and_long_ones_stay():
    values = np.array([0.0, np.nan, np.nan, np.nan, 4.0, np.nan, np.nan, np.nan, np.nan, 9.0])
    found = bridge(values)
    assert found[:5].tolist() == [0, 1, 2, 3, 4]
    assert np.isnan(found[5:9]).all()


def test_felt_temperature_remembers_the_hours_before_the_window():
    warm = Hourly(0, np.concatenate([np.full(72, 20.0), np.zeros(24)]))
    found = felt(warm, 72, 96, 12.0)
    assert 0 < found[0] < 20
    assert (np.diff(found) < 0).all()
    alone = felt(Hourly(72, np.zeros(24)), 72, 96, 12.0)
    assert (alone == 0).all()


def test_readings_in_any_order_make_the_same_series():
    rng = np.random.default_rng(2)
    hours = np.arange(100, 200)
    values = rng.normal(size=100)
    order = rng.permutation(100)
    one = Hourly.from_hours(hours, values)
    other = Hourly.from_hours(hours[order], values[order])
    assert one.start == other.start
    assert (one.values == other.values).all()
