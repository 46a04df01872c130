"""Savings as metrics: the engine's own answer, rows that sum to it, and planted savings found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
import pytest

from unipact.agreement.engine.ports import MetricAnswer
from unipact.agreement.engine.terms import Span
from unipact.analysis.lake import Lake
from unipact.campus.calibration import shipped_calibration
from unipact.campus.engine.pool import pooled_savings
from unipact.campus.engine.savings import savings
from unipact.campus.engine.series import Hourly, Window
from unipact.campus.tests.lakes import (
    BASELINE,
    DATA,
    HALF_YEAR,
    ZONE,
    answer,
    example_lake,
    lake_of,
    request,
)

SHARE, ENERGY = "campus.energy_savings_share", "campus.avoided_energy_kwh"
# Four meters of different size that missed no hour of the half year: every reading counts.
FEW = ("b0", "b7", "b21", "b40")


def by_hand(query: str) -> dict[str, np.ndarray]:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    return connection.sql(query).fetchnumpy()


def hourly(query: str) -> Hourly:
    rows = by_hand(query)
    return Hourly.from_hours(rows["hour"].astype(np.int64), rows["value"].astype(np.float64))


@lru_cache(maxsize=1)
def weather() -> Hourly:
    return hourly(
        f"SELECT epoch(ts_utc)::BIGINT // 3600 AS hour, temp_c::DOUBLE AS value"
        f" FROM '{DATA / 'weather.parquet'}' WHERE ts_utc < '2019-12-31 16:00+00'"
    )


@lru_cache(maxsize=64)
def meter(name: str) -> Hourly:
    readings = DATA / "readings.parquet"
    return hourly(
        f"SELECT epoch(ts_utc)::BIGINT // 3600 AS hour, kwh::DOUBLE AS value FROM '{readings}'"
        f" WHERE building_id = '{name}' AND kwh > 0 AND kwh <= 10 * (SELECT avg(kwh)"
        f" FROM '{readings}' WHERE building_id = '{name}')"
        " AND ts_utc >= '2018-06-30 16:00+00' AND ts_utc < '2019-12-31 16:00+00'"
    )


def windows() -> tuple[Window, Window]:
    return (
        Window(BASELINE.start, BASELINE.until),
        Window(HALF_YEAR.start, HALF_YEAR.until),
    )


@lru_cache(maxsize=8)
def of_example(metric: str, building: str | None = None) -> MetricAnswer:
    where: Mapping[str, str] = {"building": building} if building else {}
    return answer(example_lake(), request(metric, where))


def test_the_pool_is_what_the_engine_says_of_the_shipped_meters() -> None:
    every = f"SELECT DISTINCT building_id AS name FROM '{DATA / 'readings.parquet'}'"
    names = by_hand(every)["name"].tolist()
    said = pooled_savings(
        {name: meter(name) for name in names},
        weather(),
        *windows(),
        shipped_calibration(),
        zone=ZONE,
    )
    found = of_example(SHARE)
    assert found.value == round(Decimal(said.share), 4)
    assert found.interval is not None
    assert found.interval.low == round(Decimal(said.low_share), 4)
    assert found.interval.high == round(Decimal(said.high_share), 4)


def test_one_building_is_what_the_engine_says_of_its_meter() -> None:
    said = savings(meter("b7"), weather(), *windows(), shipped_calibration(), zone=ZONE)
    found = of_example(ENERGY, "b7")
    assert found.value == round(Decimal(said.avoided_kwh), 0)
    assert found.evidence is not None
    assert found.evidence["quality"]["models"] == {said.model: 1}


def test_the_days_of_the_evidence_sum_to_the_value() -> None:
    energy, share = of_example(ENERGY), of_example(SHARE)
    assert energy.evidence is not None
    assert share.evidence is not None
    sums = {k: Decimal(v) for k, v in share.evidence["intervals"]["sums"].items()}
    assert energy.value == round(sums["avoided_kwh"], 0)
    assert share.value == round(sums["avoided_kwh"] / sums["expected_kwh"], 4)
    assert sums["expected_kwh"] - sums["observed_kwh"] == pytest.approx(sums["avoided_kwh"])
    assert share.evidence["intervals"]["count"] == HALF_YEAR.days


def test_observed_energy_is_that_of_the_sum_metric_but_for_days_that_do_not_count() -> None:
    evidence = of_example(SHARE).evidence
    metered = answer(example_lake(), request("campus.electricity_kwh")).value
    assert evidence is not None
    assert metered is not None
    observed = Decimal(evidence["intervals"]["sums"]["observed_kwh"])
    assert metered * Decimal("0.995") < observed <= metered


def test_evidence_names_the_calibration_and_counts_every_meter_without_telling_of_one() -> None:
    evidence = of_example(SHARE).evidence
    assert evidence is not None
    quality = evidence["quality"]
    assert quality["calibration"].startswith("sha256:")
    assert quality["meters"] + len(quality["excluded"]) == 31
    assert sum(quality["models"].values()) == quality["meters"]
    assert evidence["rows"]["count"] > 400_000


def test_without_a_baseline_there_is_a_reason_and_no_value() -> None:
    found = answer(example_lake(), request(SHARE, baseline=None))
    assert found.value is None
    assert found.gap is not None
    assert "baseline" in found.gap.en
    assert "基准" in found.gap.zh


def test_too_short_a_baseline_is_refused_in_both_languages() -> None:
    short = Span(date(2019, 4, 1), date(2019, 7, 1))
    found = answer(example_lake(), request(SHARE, {"building": "b7"}, baseline=short))
    assert found.value is None
    assert found.gap is not None
    assert "91 days" in found.gap.en
    assert "91" in found.gap.zh


def test_asked_twice_the_answer_is_the_same() -> None:
    again = answer(example_lake(), request(SHARE))
    assert again.evidence == of_example(SHARE).evidence
    assert replace(again, evidence=None) == replace(of_example(SHARE), evidence=None)


def few_lake(folder: Path, saved: str) -> tuple[Lake, Decimal]:
    """The four meters with ``saved`` of every reading of the half year taken off, in kWh."""
    names = ", ".join(f"'{name}'" for name in FEW)
    source = DATA / "readings.parquet"
    target = folder / "readings.parquet"
    inside = "ts_utc >= '2019-06-30 16:00+00' AND ts_utc < '2019-12-31 16:00+00'"
    rows = (
        f"SELECT building_id, meter, ts_utc, CASE WHEN {inside} THEN (kwh * (1 - {saved}))"
        f"::DECIMAL(12, 3) ELSE kwh END AS kwh, kwh AS before FROM '{source}'"
        f" WHERE building_id IN ({names}) AND ts_utc >= '2018-06-01 00:00+00'"
    )
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"COPY ({rows} ORDER BY ALL) TO '{target}'")
    planted = connection.sql(
        f"SELECT sum(before - kwh) FROM '{target}' WHERE before > 0"
    ).fetchall()[0][0]
    (folder / "buildings.csv").write_text(
        "building_id,name_en,name_zh,zone,meters\n"
        + "".join(f"{name},B {name},楼 {name},Europe/London,electricity\n" for name in FEW),
        encoding="utf-8",
    )
    files = {
        "buildings": folder / "buildings.csv",
        "meter-readings": target,
        "weather": DATA / "weather.parquet",
    }
    return lake_of(folder / "lake", files), Decimal(planted)


def test_a_planted_saving_is_found_to_a_thousandth(tmp_path: Path) -> None:
    found, planted = {}, Decimal(0)
    for saved in ("0", "0.08"):
        folder = tmp_path / saved
        folder.mkdir()
        lake, planted = few_lake(folder, saved)
        value = answer(lake, request(ENERGY)).value
        assert value is not None
        found[saved] = value
    assert planted > 100_000
    assert float(found["0.08"] - found["0"]) == pytest.approx(float(planted), rel=1e-3)
