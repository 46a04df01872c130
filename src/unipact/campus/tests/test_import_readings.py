"""What the readers of data files accept, flag and refuse, and how they say it."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unipact.campus.formats.buildings import BuildingRow, read_buildings
from unipact.campus.formats.hourly import read_grid_carbon, read_weather
from unipact.campus.formats.readings import Readings, Rules, read_readings
from unipact.errors import Invalid, NotFound

LISTED = tuple(
    BuildingRow(name, f"Building {name}", f"建筑 {name}", "Europe/London", kinds, None, None)
    for name, kinds in (("b1", ("electricity",)), ("b2", ("electricity", "gas")))
)
HEADER = "building_id,meter,ts_utc,kwh\n"


def rows_of(path: Path, rules: Rules | None = None) -> list[dict[str, Any]]:
    with read_readings(path, LISTED, rules or Rules()) as found:
        rows: list[dict[str, Any]] = pa.Table.from_batches(list(found.batches())).to_pylist()
    return rows


def report_of(path: Path) -> Readings:
    with read_readings(path, LISTED, Rules()) as found:
        return found


def csv_file(folder: Path, *lines: str) -> Path:
    path = folder / "readings.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def parquet_file(folder: Path, **columns: pa.Array) -> Path:
    path = folder / "readings.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def findings_of(path: Path) -> list[str]:
    with pytest.raises(Invalid) as caught, read_readings(path, LISTED, Rules()):
        pass
    return [str(each) for each in caught.value.findings]


def test_a_row_becomes_an_exact_decimal_at_its_utc_hour(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "b1,electricity,2019-07-01T08:00:00+08:00,12.5")
    assert rows_of(path) == [
        {
            "building_id": "b1",
            "meter": "electricity",
            "ts": datetime(2019, 7, 1, tzinfo=UTC),
            "kwh": Decimal("12.500"),
            "quality": "valid",
        }
    ]


def test_rows_come_out_in_order_of_building_meter_and_hour(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "b2,gas,2019-07-01T00:00Z,1",
        "b1,electricity,2019-07-01T01:00Z,2",
        "b1,electricity,2019-07-01T00:00Z,3",
    )
    assert [row["kwh"] for row in rows_of(path)] == [3, 2, 1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("b1,electricity,2019-07-01 00:00,1", "has no offset from UTC"),
        ("b1,electricity,2019-02-30T00:00:00Z,1", "is not a date and time"),
        ("b1,electricity,yesterday,1", "is not a date and time"),
        ("b1,electricity,,1", "ts_utc has no value"),
        ("b1,electricity,2019-07-01T00:30:00Z,1", "is not at the start of an hour"),
        ("b1,electricity,2019-07-01T00:00:00Z,-0.0001", "is lower than can be"),
        ("b1,electricity,2019-07-01T00:00:00Z,nan", "is not a finite number"),
        ("b1,electricity,2019-07-01T00:00:00Z,-inf", "is not a finite number"),
        ("b1,electricity,2019-07-01T00:00:00Z,twelve", "is not a number"),
        ('b1,electricity,2019-07-01T00:00:00Z,"1,5"', "is not a number"),
        ("b1,electricity,2019-07-01T00:00:00Z,1e12", "has more digits than are kept"),
        (",electricity,2019-07-01T00:00:00Z,1", "building_id has no value"),
        ("b9,electricity,2019-07-01T00:00:00Z,1", "no electricity meter of building b9 is listed"),
        ("b1,gas,2019-07-01T00:00:00Z,1", "no gas meter of building b1 is listed"),
        ("b1,electricity,2019-07-01T00:00:00Z", "has 3 values where the header has 4"),
        ("b1,electricity,2019-07-01T00:00:00Z,1,2", "has 5 values where the header has 4"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = csv_file(tmp_path, "b1,electricity,2019-06-30T22:00:00Z,1", "", line)
    (only,) = findings_of(path)
    assert only.startswith("readings.csv:4: ")
    assert said in only


def test_lines_are_counted_through_rows_that_cannot_be_cut_into_columns(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "b1,electricity,2019-07-01T00:00Z",
        "b1,electricity,2019-07-01T01:00Z,1",
        "b1,electricity,2019-07-01T02:00Z,x",
    )
    first, second = findings_of(path)
    assert first.startswith("readings.csv:2: ")
    assert second.startswith("readings.csv:4: ")


def test_a_row_that_is_said_twice_counts_once(tmp_path: Path) -> None:
    line = "b1,electricity,2019-07-01T00:00:00Z,1.5"
    same_hour = "b1,electricity,2019-07-01T01:00:00+01:00,1.50"
    found = report_of(csv_file(tmp_path, line, line, same_hour))
    assert (found.report.rows, found.report.repeated) == (3, 2)
    assert found.report.quality["valid"] == 1


def test_two_values_for_one_hour_are_refused_with_both_places(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "b1,electricity,2019-07-01T00:00:00Z,1.5",
        "b1,electricity,2019-07-01T01:00:00Z,2",
        "b1,electricity,2019-07-01T00:00:00Z,1.6",
    )
    (only,) = findings_of(path)
    assert only.startswith("readings.csv:2: ")
    assert "again with another value in row 4" in only


def test_an_empty_and_a_filled_value_for_one_hour_conflict(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "b1,electricity,2019-07-01T00:00:00Z,",
        "b1,electricity,2019-07-01T00:00:00Z,1",
    )
    assert len(findings_of(path)) == 1


def test_twenty_findings_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    lines = [f"b1,electricity,2019-07-{day:02d}T00:00:00Z,-1" for day in range(1, 31)]
    found = findings_of(csv_file(tmp_path, *lines))
    assert len(found) == 21
    assert found[-1] == "readings.csv: 10 more things are wrong"


def test_the_clock_change_makes_days_of_23_and_25_hours(tmp_path: Path) -> None:
    spring = [
        f"b1,electricity,2019-03-31T0{hour}:00:00+0{zone}:00,1"
        for hour, zone in ((0, 0), (2, 1), (3, 1))
    ]
    autumn = [
        f"b1,electricity,2019-10-27T0{hour}:00:00+0{zone}:00,1"
        for hour, zone in ((0, 1), (1, 1), (1, 0), (2, 0))
    ]
    hours = [row["ts"] for row in rows_of(csv_file(tmp_path, *spring, *autumn))]
    start = datetime(2019, 3, 31, tzinfo=UTC)
    assert hours[:3] == [start + timedelta(hours=n) for n in range(3)]
    start = datetime(2019, 10, 26, 23, tzinfo=UTC)
    assert hours[3:] == [start + timedelta(hours=n) for n in range(4)]


def test_doubtful_readings_are_kept_and_flagged(tmp_path: Path) -> None:
    lines = [f"b1,electricity,2019-07-{day:02d}T00:00:00Z,10" for day in range(1, 29)]
    lines += [
        "b1,electricity,2019-08-01T00:00:00Z,0",
        "b1,electricity,2019-08-01T01:00:00Z,5000",
        "b1,electricity,2019-08-01T02:00:00Z,",
        "b2,gas,2019-08-01T00:00:00Z,0",
    ]
    found = report_of(csv_file(tmp_path, *lines)).report
    assert found.quality == {"valid": 29, "missing": 1, "zero_as_missing": 1, "out_of_range": 1}
    rows = rows_of(tmp_path / "readings.csv")
    assert [row["quality"] for row in rows[-4:]] == [
        "zero_as_missing",
        "out_of_range",
        "missing",
        "valid",
    ]
    assert rows[-3]["kwh"] == 5000


def test_zeros_stand_where_the_options_say_that_they_are_real(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "b1,electricity,2019-08-01T00:00:00Z,0")
    (row,) = rows_of(path, Rules(zero_is_missing=False))
    assert row["quality"] == "valid"


def test_gaps_are_counted_between_first_and_last_reading(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "b1,electricity,2019-07-01T00:00:00Z,1",
        "b1,electricity,2019-07-01T05:00:00Z,1",
        "b2,gas,2019-07-01T00:00:00Z,1",
    )
    assert report_of(path).report.gaps == 4


def test_parquet_floats_become_the_decimals_that_they_stand_for(tmp_path: Path) -> None:
    path = parquet_file(
        tmp_path,
        building_id=pa.array(["b1"]).dictionary_encode(),
        meter=pa.array(["electricity"]),
        ts_utc=pa.array([datetime(2019, 7, 1, tzinfo=UTC)], pa.timestamp("ms", tz="Asia/Shanghai")),
        kwh=pa.array([13.6], pa.float32()),
    )
    (row,) = rows_of(path)
    assert row["kwh"] == Decimal("13.600")


def test_a_bad_parquet_row_is_named_by_its_number(tmp_path: Path) -> None:
    hours = [datetime(2019, 7, 1, hour, tzinfo=UTC) for hour in range(3)]
    path = parquet_file(
        tmp_path,
        building_id=pa.array(["b1"] * 3),
        meter=pa.array(["electricity"] * 3),
        ts_utc=pa.array(hours, pa.timestamp("us", tz="UTC")),
        kwh=pa.array([1.0, float("nan"), float("inf")]),
    )
    first, second = findings_of(path)
    assert first.startswith("readings.parquet row 2: kwh 'nan' is not a finite number")
    assert second.startswith("readings.parquet row 3: ")


def test_parquet_times_without_a_zone_are_refused(tmp_path: Path) -> None:
    path = parquet_file(
        tmp_path,
        building_id=pa.array(["b1"]),
        meter=pa.array(["electricity"]),
        ts_utc=pa.array([1_561_939_200_000_000], pa.timestamp("us")),
        kwh=pa.array([1.0]),
    )
    (only,) = findings_of(path)
    assert "column ts_utc: its times have no offset from UTC" in only


def test_a_column_of_another_type_is_refused(tmp_path: Path) -> None:
    path = parquet_file(
        tmp_path,
        building_id=pa.array(["b1"]),
        meter=pa.array(["electricity"]),
        ts_utc=pa.array([1_561_939_200]),
        kwh=pa.array([True]),
    )
    assert [each.split(":")[0] for each in findings_of(path)] == [
        "readings.parquet column ts_utc",
        "readings.parquet column kwh",
    ]


def test_a_missing_and_a_doubled_column_are_named(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text("building_id,meter,kwh,meter\nb1,electricity,1,gas\n")
    first, second = findings_of(path)
    assert "has no column ts_utc" in first
    assert "has the column meter 2 times" in second


def test_a_parquet_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, building_id=pa.array(["b1"]))
    path.write_bytes(path.read_bytes()[:-20])
    assert "damaged" in findings_of(path)[0]


def test_a_parquet_file_with_damaged_pages_is_refused(tmp_path: Path) -> None:
    path = parquet_file(
        tmp_path,
        building_id=pa.array(["b1"] * 500),
        meter=pa.array(["electricity"] * 500),
        ts_utc=pa.array(
            [datetime(2019, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(500)],
            pa.timestamp("us", tz="UTC"),
        ),
        kwh=pa.array([float(n) for n in range(500)]),
    )
    content = bytearray(path.read_bytes())
    content[8:1500] = bytes(1492)
    path.write_bytes(content)
    assert "damaged" in findings_of(path)[0]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"PAR1", b"a\n\xff\xff\n"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "readings.csv"
    path.write_bytes(content)
    assert findings_of(path)


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound), read_readings(tmp_path / "no.csv", LISTED, Rules()):
        pass


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda t: (HEADER + t).encode("utf-8", "surrogatepass"))
)
def test_any_bytes_give_rows_or_one_of_our_errors(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    with contextlib.suppress(Invalid):
        assert rows_of(path)


def test_buildings_keep_their_names_zone_and_meters(tmp_path: Path) -> None:
    path = tmp_path / "buildings.csv"
    path.write_text(
        "building_id,name_en,name_zh,zone,meters\n"
        "b2,Library,图书馆,Asia/Shanghai,gas electricity\n",
        encoding="utf-8",
    )
    (only,) = read_buildings(path)
    assert only == BuildingRow(
        "b2", "Library", "图书馆", "Asia/Shanghai", ("electricity", "gas"), None, None
    )


def test_a_building_with_an_unknown_zone_meter_or_id_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "buildings.csv"
    path.write_text(
        "building_id,name_en,name_zh,zone,meters\nb 2,Library,图书馆,Asia/Nowhere,steam\n",
        encoding="utf-8",
    )
    with pytest.raises(Invalid) as caught:
        read_buildings(path)
    assert [each.where for each in caught.value.findings] == ["buildings.csv:2"] * 3


def test_a_temperature_beyond_any_on_earth_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weather.csv"
    path.write_text("ts_utc,temp_c\n2019-07-01T00:00Z,294.2\n")
    with pytest.raises(Invalid), read_weather(path):
        pass


def test_an_hour_without_a_temperature_stays_empty(tmp_path: Path) -> None:
    path = tmp_path / "weather.csv"
    path.write_text("ts_utc,temp_c\n2019-07-01T00:00Z,\n2019-07-01T01:00Z,-3.25\n")
    with read_weather(path) as batches:
        rows = pa.Table.from_batches(list(batches)).to_pylist()
    assert [row["temp_c"] for row in rows] == [None, Decimal("-3.25")]


def test_grams_in_place_of_kilograms_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "carbon.csv"
    path.write_text("ts_utc,kgco2_per_kwh\n2019-07-01T00:00Z,203\n")
    with pytest.raises(Invalid), read_grid_carbon(path):
        pass
