"""Reading a series: what is accepted, what is counted, and what is told with its place."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unipact.campus.formats.meters import read_meters
from unipact.campus.formats.series import read_series
from unipact.errors import Invalid, NotFound, UnipactError

START = datetime(2019, 1, 1, tzinfo=UTC)


def _lines(n: int = 300, step_min: int = 60) -> list[str]:
    return [
        f"{(START + timedelta(minutes=step_min * k)).strftime('%Y-%m-%dT%H:%M:%SZ')},{k % 7 + 1}"
        for k in range(n)
    ]


def _csv(tmp_path: Path, lines: list[str], header: str = "ts_utc,kwh") -> Path:
    path = tmp_path / "meter.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def _told(path: Path, kind: str = "kwh") -> str:
    with pytest.raises(Invalid) as caught:
        read_series(path, kind)
    return "\n".join(str(finding) for finding in caught.value.findings)


def test_a_plain_file_is_read_whole(tmp_path):
    series = read_series(_csv(tmp_path, _lines()), "kwh")
    assert (series.rows, series.accepted, series.bad, series.duplicates) == (300, 300, 0, 0)
    assert series.hourly.start == int(START.timestamp()) // 3600
    assert series.hourly.values[:8].tolist() == [1, 2, 3, 4, 5, 6, 7, 1]


def test_one_bad_row_is_told_with_its_line_and_left_out(tmp_path):
    lines = _lines()
    lines[9] = lines[9].split(",")[0] + ",lots"
    series = read_series(_csv(tmp_path, lines), "kwh")
    assert series.bad == 1
    assert str(series.findings[0]).endswith("meter.csv:line 11: 'lots' is no number")
    assert np.isnan(series.hourly.values[9])


@pytest.mark.parametrize(
    ("cell", "what"),
    [("-3", "cannot be negative"), ("inf", "not finite"), ("1,5", "3 cells"), ("1;5", "no number")],
)
def test_a_value_that_no_meter_can_say_is_bad(tmp_path, cell, what):
    lines = _lines()
    lines[0] = lines[0].split(",")[0] + "," + cell
    series = read_series(_csv(tmp_path, lines), "kwh")
    assert what in str(series.findings[0])


@pytest.mark.parametrize("cell", ["", "NaN", "null", " "])
def test_a_cell_that_says_missing_is_missing_and_not_bad(tmp_path, cell):
    lines = _lines()
    lines[3] = lines[3].split(",")[0] + "," + cell
    series = read_series(_csv(tmp_path, lines), "kwh")
    assert (series.bad, series.missing, series.accepted) == (0, 1, 299)
    assert np.isnan(series.hourly.values[3])


def test_an_equal_repeat_is_counted_once(tmp_path):
    lines = _lines()
    series = read_series(_csv(tmp_path, [*lines, lines[5], lines[5]]), "kwh")
    assert (series.duplicates, series.bad, series.accepted) == (2, 0, 300)
    assert series.hourly.values[5] == 6


def test_of_values_that_contradict_each_other_none_counts(tmp_path):
    lines = _lines()
    lines.insert(6, lines[5].split(",")[0] + ",99")
    series = read_series(_csv(tmp_path, lines), "kwh")
    assert (series.duplicates, series.bad) == (0, 2)
    assert np.isnan(series.hourly.values[5])
    assert "line 7" in str(series.findings[0])
    assert "line 8" in str(series.findings[1])


def test_a_repeat_that_says_nothing_does_not_contradict(tmp_path):
    lines = _lines()
    series = read_series(_csv(tmp_path, [*lines, lines[5].split(",")[0] + ","]), "kwh")
    assert (series.duplicates, series.bad) == (1, 0)
    assert series.hourly.values[5] == 6


def test_rows_in_any_order_are_the_same_series(tmp_path):
    lines = _lines()
    plain = read_series(_csv(tmp_path, lines), "kwh")
    turned = read_series(_csv(tmp_path, lines[::-1]), "kwh")
    assert turned.unsorted
    assert not plain.unsorted
    np.testing.assert_array_equal(plain.hourly.values, turned.hourly.values)


def test_offsets_are_respected_and_a_time_without_one_is_utc(tmp_path):
    lines = [
        "2019-01-01T00:00:00,1",
        "2019-01-01 02:00+01:00,2",
        "2019-01-01T10:00:00+08:00,3",
        "2019-01-01T03:00:00Z,4",
    ]
    series = read_series(_csv(tmp_path, lines), "kwh")
    assert series.hourly.values.tolist() == [1, 2, 3, 4]
    assert series.naive == 1


def test_local_times_with_offsets_keep_both_hours_of_a_clock_change(tmp_path):
    lines = [
        "2019-10-27T01:00:00+01:00,1",
        "2019-10-27T01:00:00+00:00,2",
        "2019-10-27T02:00:00+00:00,3",
    ]
    assert read_series(_csv(tmp_path, lines), "kwh").hourly.values.tolist() == [1, 2, 3]


def test_quarter_hours_are_summed_and_an_hour_that_lacks_one_is_missing(tmp_path):
    lines = _lines(400, step_min=15)
    del lines[5]
    series = read_series(_csv(tmp_path, lines), "kwh")
    assert series.step_s == 900
    assert series.hourly.values[0] == 1 + 2 + 3 + 4
    assert np.isnan(series.hourly.values[1])
    assert series.incomplete_hours == 1


def test_half_hourly_temperatures_are_averaged(tmp_path):
    path = _csv(tmp_path, _lines(300, step_min=30), "ts_utc,temp_c")
    assert read_series(path, "temp_c").hourly.values[:2].tolist() == [1.5, 3.5]


def test_temperatures_every_three_hours_leave_the_hours_between_missing(tmp_path):
    path = _csv(tmp_path, _lines(300, step_min=180), "ts_utc,temp_c")
    values = read_series(path, "temp_c").hourly.values
    assert np.isfinite(values[::3]).all()
    assert np.isnan(values[1::3]).all()


@pytest.mark.parametrize(
    ("lines", "kind", "what"),
    [
        (_lines(100, step_min=24 * 60), "kwh", "every 24 hours"),
        (_lines(100, step_min=24 * 60), "temp_c", "at most four hours"),
        (_lines(100, step_min=7), "kwh", "does not divide an hour"),
        ([], "kwh", "no data rows"),
        (_lines(1), "kwh", "one moment only"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(tmp_path, lines, kind, what):
    assert what in _told(_csv(tmp_path, lines, f"ts_utc,{kind}"), kind)


def test_times_off_the_step_are_bad(tmp_path):
    lines = _lines()
    lines[40] = "2019-01-02T16:20:00Z,5"
    series = read_series(_csv(tmp_path, lines), "kwh")
    assert "not a multiple of 3600 s" in str(series.findings[0])
    assert "line 42" in str(series.findings[0])


@pytest.mark.parametrize(
    "time", ["", "yesterday", "2019-01-01", "2019-02-30T00:00:00Z", "1546300800"]
)
def test_what_is_no_time_is_bad(tmp_path, time):
    lines = _lines()
    lines[7] = f"{time},3"
    series = read_series(_csv(tmp_path, lines), "kwh")
    assert series.bad == 1
    assert "ts_utc" in str(series.findings[0])


def test_a_missing_column_is_named_with_those_that_there_are(tmp_path):
    told = _told(_csv(tmp_path, _lines(), "time,energy"))
    assert "lacks the column ts_utc and kwh" in told
    assert "time, energy" in told


def test_too_many_bad_rows_stop_the_reading_with_twenty_of_them(tmp_path):
    lines = [line.split(",")[0] + ",x" for line in _lines()]
    told = _told(_csv(tmp_path, lines)).splitlines()
    assert len(told) == 22
    assert "line 2:" in told[0]
    assert "280 more bad rows" in told[20]
    assert "300 of 300 rows are bad; at most 1%" in told[21]


def test_impossible_temperatures_are_bad(tmp_path):
    lines = _lines()
    lines[2] = lines[2].split(",")[0] + ",451"
    series = read_series(_csv(tmp_path, lines, "ts_utc,temp_c"), "temp_c")
    assert "expected -90 to 60" in str(series.findings[0])


def test_a_byte_order_mark_capitals_and_other_columns_do_no_harm(tmp_path):
    path = tmp_path / "meter.csv"
    lines = [f"b1,{line}" for line in _lines()]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(["Building, TS_UTC ,kWh", *lines]).encode())
    assert read_series(path, "kwh").accepted == 300


def test_a_file_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="no such file"):
        read_series(tmp_path / "none.csv", "kwh")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "meter.csv"
    path.write_bytes(b"ts_utc,kwh\n\xff\xfe\n")
    assert "not UTF-8" in _told(path)


def test_a_cut_off_parquet_file_is_refused(tmp_path):
    path = _parquet(tmp_path, [float(k) for k in range(300)])
    path.write_bytes(path.read_bytes()[:500])
    assert "damaged Parquet" in _told(path)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_give_a_series_or_one_of_our_errors(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "meter.csv"
    path.write_bytes(b"ts_utc,kwh\n" + content)
    with suppress(UnipactError):
        assert read_series(path, "kwh").accepted >= 0


def _parquet(tmp_path: Path, kwh: list[object], unit: str = "us", **more: object) -> Path:
    times = [START + timedelta(hours=k) for k in range(len(kwh))]
    columns = {"ts_utc": pa.array(times, pa.timestamp(unit, tz="UTC")), "kwh": kwh} | more
    path = tmp_path / "meter.parquet"
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_in_any_unit_of_time_is_the_same_as_csv(tmp_path, unit):
    kwh = [float(k % 7 + 1) for k in range(300)]
    from_parquet = read_series(_parquet(tmp_path, kwh, unit), "kwh")
    from_csv = read_series(_csv(tmp_path, _lines()), "kwh")
    np.testing.assert_array_equal(from_parquet.hourly.values, from_csv.hourly.values)
    assert from_parquet.hourly.start == from_csv.hourly.start


def test_a_column_named_twice_in_parquet_is_refused(tmp_path):
    assert "kwh more than once" in _told(_parquet(tmp_path, [1.0] * 300, KWH=[2.0] * 300))


def test_decimals_and_nulls_of_parquet_are_read(tmp_path):
    kwh = [Decimal("1.5"), None, *[Decimal("2.5")] * 298]
    series = read_series(_parquet(tmp_path, kwh), "kwh")
    assert series.hourly.values[0] == 1.5
    assert series.missing == 1


def test_a_bad_row_of_parquet_is_told_by_its_number(tmp_path):
    kwh = [1.0] * 300
    kwh[4] = -1.0
    assert "row 5" in str(read_series(_parquet(tmp_path, kwh), "kwh").findings[0])


def test_a_file_of_many_buildings_asks_for_one(tmp_path):
    path = _parquet(tmp_path, [1.0] * 300, building_id=["a"] * 200 + ["b"] * 100)
    assert "holds 2 buildings. Choose one with --building ID" in _told(path)
    assert read_series(path, "kwh", building="b").accepted == 100


def test_a_meter_twice_at_one_hour_cannot_be_calibrated_on(tmp_path):
    path = tmp_path / "readings.parquet"
    table = pa.table({"building_id": ["a", "a"], "ts_utc": [START, START], "kwh": [1.0, 2.0]})
    pq.write_table(table, path)
    with pytest.raises(Invalid, match="has a twice at one hour"):
        read_meters(path, zeros_missing=True)


def test_a_decimal_comma_is_told_and_never_read_as_its_first_half(tmp_path):
    lines = _lines()
    lines[4] = lines[4].split(",")[0] + ",1,5"
    series = read_series(_csv(tmp_path, lines), "kwh")
    assert series.bad == 1
    assert "line 6: 3 cells where the first line has 2" in str(series.findings[0])
    assert np.isnan(series.hourly.values[4])


def test_empty_cells_at_the_end_of_a_row_do_no_harm(tmp_path):
    assert read_series(_csv(tmp_path, [f"{line},," for line in _lines()]), "kwh").accepted == 300


def test_a_column_named_twice_is_refused(tmp_path):
    lines = [f"{line},9" for line in _lines()]
    assert "kwh more than once" in _told(_csv(tmp_path, lines, "ts_utc,kwh,kwh"))


def test_stored_times_without_a_zone_are_counted(tmp_path):
    times = [START.replace(tzinfo=None) + timedelta(hours=k) for k in range(30)]
    path = tmp_path / "meter.parquet"
    pq.write_table(pa.table({"ts_utc": pa.array(times), "kwh": [1.0] * 30}), path)
    series = read_series(path, "kwh")
    assert (series.naive, series.accepted) == (30, 30)
