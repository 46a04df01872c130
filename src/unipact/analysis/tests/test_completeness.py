"""How complete the data are, what was measured by a day, and days that the data do not fill."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from unipact.agreement.engine.terms import Span
from unipact.analysis.evaluation import Evaluator
from unipact.analysis.field import FIELD
from unipact.analysis.lake import Lake
from unipact.analysis.registry import FieldManifest, Ratio, Registry
from unipact.analysis.tests import plant, worlds
from unipact.errors import Invalid

HOURLY = replace(worlds.READINGS, interval_s=3600)
WEEK = Span(date(2018, 1, 1), date(2018, 1, 8))
COMPLETE = plant.declared(
    Ratio,
    name="plant.complete_share",
    unit="1",
    decimals=4,
    numerator=lambda rows: (rows.kwh >= 25).cast("int64").sum(),
    denominator=lambda rows: rows.count(),
)
ENERGY = replace(plant.ENERGY, completeness="plant.complete_share@1")
SAVED = replace(
    plant.SAVED, completeness="plant.hour_share@1", parameters=(replace(plant.METER, column=None),)
)
HOUR_SHARE = plant.declared(
    Ratio,
    name="plant.hour_share",
    unit="1",
    decimals=4,
    numerator=lambda rows: rows.count(),
    denominator=lambda rows: rows.count(),
)


def registry(*metrics: Any) -> Registry:
    tables = (HOURLY, worlds.METERS)
    plants = FieldManifest(id="plant", name=plant.SAID, tables=tables, metrics=metrics)
    return Registry([FIELD, plants])


def source(root: Path, *metrics: Any, hours: int = 24 * 60) -> tuple[Evaluator, Any]:
    """An evaluator of hourly readings of two meters from 2018-01-01T00Z on, and the readings."""
    rows = worlds.readings(2, hours)
    tables = {each.name: each for each in (HOURLY, worlds.METERS)}
    lake = Lake(root, tables)
    lake.publish(worlds.batch("all", readings=rows, meters=worlds.meters(2)))
    return Evaluator(registry(*metrics), lake, threads=1), rows


def test_an_answer_says_how_complete_its_data_are(tmp_path: Path) -> None:
    evaluator, rows = source(tmp_path, ENERGY, COMPLETE, plant.LOADS)
    asked = plant.request("plant.energy", {"meter": "m001"}, zone="UTC", as_of=date(2018, 1, 31))
    answers = evaluator.evaluate([asked, replace(asked, metric="plant.loads")])
    cut = rows.filter(
        pc.and_(
            pc.equal(rows["meter"], "m001"), pc.less(rows["ts"], datetime(2018, 2, 1, tzinfo=UTC))
        )
    )
    high = sum(value >= 25 for value in cut["kwh"].to_pylist())
    assert answers[0].coverage == round(Decimal(high) / cut.num_rows, 4)
    assert answers[1].coverage is None


def test_a_mark_is_the_value_up_to_its_day_and_no_other(tmp_path: Path) -> None:
    evaluator, rows = source(tmp_path, ENERGY, COMPLETE)
    days = (date(2018, 1, 17), date(2018, 2, 28), date(2018, 3, 1), date(2018, 3, 2))
    asked = plant.request("plant.energy", zone="UTC", as_of=date(2018, 3, 31))
    (answer,) = evaluator.evaluate([replace(asked, marks=days)])
    # The sixty days of readings end with 1 March: there is nothing on 2 March.
    assert list(answer.marks) == [days[0], days[1], days[2]]
    until = datetime(2018, 1, 18, tzinfo=UTC)
    by_hand = sum(row["kwh"] for row in rows.to_pylist() if row["ts"] < until)
    assert answer.marks[days[0]].value == by_hand
    assert answer.marks[days[0]].coverage is not None
    assert answer.marks[days[2]].value == answer.value


def test_a_mark_of_a_computed_metric_has_the_interval_of_its_day(tmp_path: Path) -> None:
    evaluator, _ = source(tmp_path, SAVED, HOUR_SHARE)
    asked = plant.request(
        "plant.saved_share",
        zone="UTC",
        period=Span(date(2018, 2, 1), date(2018, 3, 1)),
        baseline=Span(date(2018, 1, 1), date(2018, 2, 1)),
        as_of=date(2018, 2, 28),
    )
    (answer,) = evaluator.evaluate([replace(asked, marks=(date(2018, 2, 10),))])
    mark = answer.marks[date(2018, 2, 10)]
    assert mark.interval is not None
    assert answer.interval is not None
    assert mark.interval.low < mark.value < mark.interval.high
    assert mark.interval != answer.interval
    assert mark.coverage == answer.coverage == 1


def test_a_day_that_the_data_do_not_fill_is_not_measured(tmp_path: Path) -> None:
    # The last hour starts at 2018-01-07T23Z: 8 January 08:00 in Shanghai.
    evaluator, _ = source(tmp_path, plant.ENERGY, plant.SAVED, hours=24 * 7)
    assert evaluator.snapshot.data_until == date(2018, 1, 8)
    new = plant.request(
        "plant.energy", period=Span(date(2018, 1, 8), date(2018, 2, 1)), as_of=date(2018, 1, 9)
    )
    saved = replace(new, metric="plant.saved_share", baseline=WEEK)
    for answer in evaluator.evaluate([new, saved]):
        assert answer.value is None
        assert answer.gap is not None
    (running,) = evaluator.evaluate([replace(new, period=Span(date(2018, 1, 2), new.period.until))])
    assert running.measured_until == date(2018, 1, 8)


def test_data_end_with_the_last_whole_day(tmp_path: Path) -> None:
    evaluator, _ = source(tmp_path, plant.ENERGY, hours=24 * 7 + 5)
    assert evaluator.snapshot.data_until == date(2018, 1, 8)


@pytest.mark.parametrize(
    "metric",
    [
        replace(plant.ENERGY, completeness="plant.nowhere@1"),
        replace(plant.ENERGY, completeness="plant.hours@1"),
        replace(plant.ENERGY, completeness="plant.complete_share"),
        replace(
            plant.ENERGY,
            completeness="plant.complete_share@1",
            parameters=(*plant.ENERGY.parameters, replace(plant.METER, name="floor")),
        ),
    ],
)
def test_a_completeness_that_does_not_fit_is_refused(metric: Any) -> None:
    with pytest.raises(Invalid) as caught:
        registry(metric, COMPLETE, plant.HOURS)
    assert "completeness" in caught.value.findings[0].what
