"""Each metric beside the same figure in plain SQL on the shipped files, and on a few rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from unipact.agreement.engine.terms import Span
from unipact.analysis.lake import Lake
from unipact.campus.metrics import METRICS
from unipact.campus.tests.lakes import DATA, answer, example_lake, lake_of, request, written

# The half year in days of Asia/Shanghai, as UTC.
START, UNTIL = "2019-06-30 16:00+00", "2019-12-31 16:00+00"
READINGS = f"'{DATA / 'readings.parquet'}'"
CARBON = f"'{DATA / 'carbon.parquet'}'"
# Zero stands for missing, and so does what is more than ten times the meter's mean.
VALID = f"""
    SELECT r.* FROM {READINGS} AS r
    JOIN (SELECT building_id, avg(kwh) AS mean FROM {READINGS} GROUP BY building_id)
    USING (building_id) WHERE kwh > 0 AND kwh <= 10 * mean
"""
IN_PERIOD = f"ts_utc >= '{START}' AND ts_utc < '{UNTIL}'"
BY_HAND = {
    "campus.electricity_kwh": f"SELECT sum(kwh) FROM ({VALID}) WHERE {IN_PERIOD}",
    "campus.electricity_change_share": f"""
        SELECT (sum(now.kwh) - sum(before.kwh))::DOUBLE / sum(before.kwh)
        FROM ({VALID}) AS now JOIN ({VALID}) AS before
        ON now.building_id = before.building_id
        AND before.ts_utc = now.ts_utc - INTERVAL 364 DAY
        WHERE now.ts_utc >= '{START}' AND now.ts_utc < '{UNTIL}'""",
    "campus.meter_completeness_share": f"""
        SELECT count(*) / (31 * date_diff('hour', TIMESTAMPTZ '{START}', TIMESTAMPTZ '{UNTIL}'))
        FROM ({VALID}) WHERE {IN_PERIOD}""",
    "campus.metered_buildings": f"""
        SELECT count(DISTINCT building_id) FROM ({VALID}) WHERE {IN_PERIOD}""",
    "campus.carbon_kg": f"""
        SELECT sum((kwh * kgco2_per_kwh)::DECIMAL(18, 4))
        FROM ({VALID}) JOIN {CARBON} USING (ts_utc) WHERE {IN_PERIOD}""",
    "campus.carbon_intensity_kg_per_kwh": f"""
        SELECT sum((kwh * kgco2_per_kwh)::DECIMAL(18, 4))::DOUBLE / sum(kwh)
        FROM ({VALID}) JOIN {CARBON} USING (ts_utc) WHERE {IN_PERIOD}""",
}
DECIMALS = {each.name: each.decimals for each in METRICS}


@pytest.mark.parametrize("metric", BY_HAND)
def test_a_metric_equals_plain_sql_on_the_shipped_files(metric: str) -> None:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    by_hand = Decimal(connection.sql(BY_HAND[metric]).fetchall()[0][0])
    found = answer(example_lake(), request(metric))
    assert found.value == round(by_hand, DECIMALS[metric])


def test_the_example_has_the_figures_that_its_story_tells() -> None:
    found = {metric: str(answer(example_lake(), request(metric)).value) for metric in BY_HAND}
    assert found == {
        "campus.electricity_kwh": "22395096.3",
        "campus.electricity_change_share": "-0.0745",
        "campus.meter_completeness_share": "0.9907",
        "campus.metered_buildings": "31",
        "campus.carbon_kg": "4157296",
        "campus.carbon_intensity_kg_per_kwh": "0.1856",
    }


def test_one_building_is_part_of_the_whole() -> None:
    whole = answer(example_lake(), request("campus.electricity_kwh")).value
    parts = [
        answer(example_lake(), request("campus.electricity_kwh", {"building": name})).value
        for name in ("b0", "b7")
    ]
    assert all(part is not None and whole is not None and 0 < part < whole for part in parts)


def test_every_metric_says_what_it_is_in_both_languages() -> None:
    for metric in METRICS:
        for text in (metric.label, metric.description):
            assert text.en
            assert text.zh
            assert text.en != text.zh
        assert metric.source


def small_lake(folder: Path, readings: list[str], carbon: list[str] | None = None) -> Lake:
    files = {
        "buildings": written(
            folder,
            "buildings",
            ["b1,One,一,Asia/Shanghai,electricity", "b2,Two,二,Asia/Shanghai,electricity"],
        ),
        "meter-readings": written(folder, "meter-readings", readings),
    }
    if carbon:
        files["grid-carbon"] = written(folder, "grid-carbon", carbon)
    return lake_of(folder / "lake", files)


def test_a_listed_meter_without_readings_counts_as_missing(tmp_path: Path) -> None:
    readings = [
        f"b1,electricity,2019-07-{day:02d}T{hour:02d}:00:00+08:00,5"
        for day in range(1, 3)
        for hour in range(24)
    ]
    lake = small_lake(tmp_path, readings)
    asked = request("campus.meter_completeness_share")
    found = answer(lake, asked)
    assert found.value == Decimal("0.5000")
    assert found.evidence is not None
    assert found.evidence["rows"]["count"] == 2 * 48


def test_hours_after_the_last_reading_are_not_known_rather_than_missed(tmp_path: Path) -> None:
    # The last rows say themselves that nothing was measured: their hours are known, and missed.
    cells = ["5"] * 18 + [""] * 6
    readings = [
        f"{name},electricity,2019-07-01T{hour:02d}:00:00+08:00,{cell}"
        for name in ("b1", "b2")
        for hour, cell in enumerate(cells)
    ]
    lake = small_lake(tmp_path, readings)
    metric = "campus.meter_completeness_share"
    assert answer(lake, request(metric)).value == Decimal("0.7500")
    later = Span(date(2020, 1, 1), date(2020, 7, 1))
    for as_of in (date(2020, 3, 1), date(2020, 8, 1)):
        found = answer(lake, request(metric, period=later, as_of=as_of))
        assert found.value is None
        assert found.gap is not None


def test_change_counts_only_hours_that_were_measured_in_both(tmp_path: Path) -> None:
    lake = small_lake(
        tmp_path,
        [
            "b1,electricity,2018-07-02T00:00:00+08:00,10",
            "b1,electricity,2019-07-01T00:00:00+08:00,8",
            "b1,electricity,2018-07-02T01:00:00+08:00,10",
            "b1,electricity,2019-07-01T01:00:00+08:00,0",
            "b1,electricity,2019-07-01T02:00:00+08:00,500",
            "b2,electricity,2018-07-02T00:00:00+08:00,10",
            # Measured at the day's end, so that the day is whole; there is no hour to compare.
            "b2,electricity,2019-07-01T23:00:00+08:00,3",
        ],
    )
    found = answer(lake, request("campus.electricity_change_share"))
    assert found.value == Decimal("-0.2000")


def test_carbon_leaves_out_hours_without_a_factor_and_doubles_none(tmp_path: Path) -> None:
    lake = small_lake(
        tmp_path,
        [
            "b1,electricity,2019-07-01T00:00:00+08:00,8",
            "b2,electricity,2019-07-01T00:00:00+08:00,2",
            "b1,electricity,2019-07-01T01:00:00+08:00,7",
            "b1,electricity,2019-07-01T02:00:00+08:00,7",
            "b1,electricity,2019-07-01T23:00:00+08:00,7",
        ],
        ["2019-06-30T16:00:00Z,0.5", "2019-06-30T17:00:00Z,", "2019-07-01T15:00:00Z,"],
    )
    assert answer(lake, request("campus.carbon_kg")).value == 5
    assert answer(lake, request("campus.carbon_intensity_kg_per_kwh")).value == Decimal("0.5")


def test_no_readings_in_the_period_is_a_gap_and_no_zero(tmp_path: Path) -> None:
    lake = small_lake(tmp_path, ["b1,electricity,2017-07-01T00:00:00Z,8"])
    found = answer(lake, request("campus.electricity_kwh"))
    assert found.value is None
    assert found.gap is not None
    assert found.gap.zh
