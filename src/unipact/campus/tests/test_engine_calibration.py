"""The calibrated interval: what it promises is held on windows that it has never seen."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

import unipact.campus.calibration as shipped
from unipact import __version__
from unipact.campus.commands import app
from unipact.campus.engine.calibrate import artefact, weighted_quantiles
from unipact.campus.engine.calibration import Calibration, student
from unipact.campus.engine.placebo import Placebo, add_months, first_of_months, placebos
from unipact.campus.formats.meters import read_meters
from unipact.campus.formats.series import read_series

DATA = Path(__file__).resolve().parents[4] / "examples" / "usst-huawei-2019" / "data"
ZONE = "Europe/London"
CUT = date(2018, 7, 1)
END = date(2020, 1, 1)


@cache
def _windows() -> tuple[Placebo, ...]:
    """Every third month as a start: a reduced set, all meters and lengths."""
    meters = read_meters(DATA / "readings.parquet", zeros_missing=True)
    weather = read_series(DATA / "weather.parquet", "temp_c").hourly
    starts = [day for day in first_of_months(date(2014, 1, 1), END) if day.month % 3 == 1]
    return tuple(
        window
        for name, meter in meters.items()
        for window in placebos(name, meter, weather, starts, END, zone=ZONE, method="daily")
    )


def _calibrated(windows: list[Placebo]) -> Calibration:
    document = artefact({"daily": windows}, data={}, until=CUT, zone=ZONE, software="test")
    return Calibration.from_document(document)


def _covered(calibration: Calibration, windows: list[Placebo]) -> list[bool]:
    return [
        abs(each.error) <= calibration.half_width("daily", each.wander, each.days, 0.9)
        for each in windows
    ]


def _later(windows: list[Placebo], days: int) -> list[Placebo]:
    """Windows whose whole reporting period lies after the calibration's end."""
    return [w for w in windows if w.days == days and add_months(w.start, 12) >= CUT]


@pytest.mark.parametrize("days", [30, 91, 182, 365])
def test_zero_is_covered_in_other_buildings_and_later_years(days):
    windows = _windows()
    names = sorted({window.meter for window in windows})
    covered: list[bool] = []
    for fold in range(5):
        left_out = set(names[fold::5])
        taught = [w for w in windows if w.meter not in left_out and w.until <= CUT]
        asked = _later([w for w in windows if w.meter in left_out], days)
        covered += _covered(_calibrated(taught), asked)
    assert len(covered) > 60
    assert 0.84 <= np.mean(covered) <= 0.96


@pytest.mark.parametrize("days", [30, 91, 182, 365])
@pytest.mark.parametrize("method", ["daily"])
def test_the_shipped_calibration_covers_zero_in_later_years(days, method):
    covered = _covered(shipped.shipped_calibration(), _later(list(_windows()), days))
    assert 0.84 <= np.mean(covered) <= 0.96


def test_the_pool_of_all_buildings_is_covered_before_the_calibration_ends():
    calibration = shipped.shipped_calibration()
    windows = [w for w in _windows() if w.days == 182 and w.until <= CUT]
    covered = []
    for start in sorted({w.start for w in windows}):
        here = [w for w in windows if w.start == start]
        expected = np.array([w.expected_kwh for w in here])
        error = sum(w.avoided_kwh for w in here) / expected.sum()
        wanders = np.array([w.wander for w in here])
        half = calibration.pool_half_width("daily", wanders, expected / expected.sum(), 182, 0.9)
        covered.append(abs(error) <= half)
    assert len(covered) >= 10
    assert np.mean(covered) >= 0.84


def test_the_artefact_is_made_again_to_the_byte(tmp_path):
    out = tmp_path / "again.json"
    arguments = ["calibrate", "--readings", str(DATA / "readings.parquet")]
    arguments += ["--weather", str(DATA / "weather.parquet"), "--out", str(out)]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    kept = Path(shipped.__file__).with_name(shipped.SHIPPED)
    assert out.read_bytes() == kept.read_bytes()


def test_the_artefact_names_its_data_windows_and_version():
    made = shipped.shipped_calibration().document
    assert made["software"] == f"unipact {__version__}"
    assert made["until"] == CUT.isoformat()
    assert len(made["meters"]) == 31
    assert made["data"]["readings"]["sha256"].startswith("sha256:")


def test_no_window_of_the_artefact_reaches_past_its_end():
    windows = [w for w in _windows() if w.until <= CUT]
    assert max(w.until for w in windows) <= CUT
    rows = shipped.shipped_calibration().document["methods"]["daily"]
    year = next(row for row in rows if row["days"] == 365)
    # Baselines start in 2014-01 … 2016-07, monthly: 31 starts of 31 meters at most.
    assert year["starts"] == 31
    assert year["windows"] <= 31 * 31


@pytest.mark.parametrize("freedom", [1, 2, 3, 7, 30])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_student_agrees_with_scipy(level, freedom):
    assert student(level, freedom) == pytest.approx(stats.t.ppf((1 + level) / 2, freedom), rel=1e-4)


def test_a_higher_level_or_a_restless_meter_widens_the_interval():
    calibration = shipped.shipped_calibration()
    widths = [calibration.half_width("daily", 0.05, 182, level) for level in (0.5, 0.8, 0.9, 0.95)]
    assert widths == sorted(widths)
    restless = [calibration.half_width("daily", wander, 182, 0.9) for wander in (0.01, 0.05, 0.2)]
    assert restless == sorted(restless)


def test_a_pool_of_more_meters_is_surer():
    calibration = shipped.shipped_calibration()
    halves = [
        calibration.pool_half_width("daily", np.full(n, 0.05), np.full(n, 1 / n), 182, 0.9)
        for n in (1, 4, 16, 64)
    ]
    assert halves == sorted(halves, reverse=True)
    # Its own parts shrink about with the root of n.
    assert halves[2] < halves[0] / 2


@pytest.mark.parametrize("method", ["daily", "hourly"])
def test_a_pool_keeps_a_shared_part_at_every_length(method):
    rows = shipped.shipped_calibration().lengths[method]
    assert all(row.common > 0 for row in rows)


def test_the_width_is_continuous_in_the_length():
    calibration = shipped.shipped_calibration()
    widths = [calibration.half_width("daily", 0.05, days, 0.9) for days in range(1, 900)]
    assert max(abs(np.diff(widths)[20:])) < 0.01
    assert all(width > 0 for width in widths)


def test_weighted_quantiles_of_equal_weights_are_order_statistics():
    values = np.array([5.0, 1.0, 4.0, 2.0, 3.0])
    found = weighted_quantiles(values, np.ones(5), (0.2, 0.4, 0.9, 1.0))
    assert found.tolist() == [1.0, 2.0, 5.0, 5.0]


def test_another_file_is_no_calibration():
    with pytest.raises(ValueError, match="unipact-campus-calibration/1"):
        Calibration.from_document(json.loads("{}"))
