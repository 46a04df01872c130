"""Values, history and gaps: against sums made by hand, whatever else is asked at the same time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unipact.agreement.engine.ports import MetricRequest
from unipact.agreement.engine.terms import Span, Text
from unipact.analysis.evaluation import Evaluator
from unipact.analysis.registry import Metric, Provenance, Ratio, Registry
from unipact.analysis.tests import plant, worlds
from unipact.errors import Conflict, Invalid

DAYS = 400
ROWS = worlds.readings(4, 24 * DAYS)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation")
    batch = worlds.batch("all", readings=ROWS, meters=worlds.meters(4))
    worlds.lake(folder).publish(batch)
    return folder


@pytest.fixture(scope="module")
def source(root: Path) -> Evaluator:
    return plant.evaluator(root)


def by_hand(asked: MetricRequest) -> list[dict[str, Any]]:
    """The rows that count, chosen in plain Python."""
    zone = ZoneInfo(asked.zone)
    until = min(asked.period.until, asked.as_of + timedelta(days=1))
    return [
        row
        for row in ROWS.to_pylist()
        if asked.period.start <= row["ts"].astimezone(zone).date() < until
        and row["meter"] == asked.where.get("meter", row["meter"])
        and row["kwh"] > asked.where.get("above", 0)
    ]


def expected(asked: MetricRequest) -> Decimal | None:
    rows = by_hand(asked)
    total = sum((row["kwh"] for row in rows), Decimal(0))
    if asked.metric == "plant.energy":
        return total if rows else None
    if asked.metric == "plant.hours":
        last = max(row["ts"] for row in ROWS.to_pylist()).astimezone(ZoneInfo(asked.zone)).date()
        return Decimal(len(rows)) if last >= asked.period.start else None
    if asked.metric == "plant.loads":
        return Decimal(len({row["kwh"] for row in rows})) if rows else None
    high = sum((row["kwh"] for row in rows if row["kwh"] > 30), Decimal(0))
    return Decimal(float(high) / float(total)).quantize(Decimal("0.000001")) if total else None


@st.composite
def requests(draw: st.DrawFn) -> MetricRequest:
    start = date(2018, 1, 1) + timedelta(days=draw(st.integers(-5, DAYS + 10)))
    period = Span(start, start + timedelta(days=draw(st.integers(1, 300))))
    where: dict[str, str | int | bool] = {}
    if draw(st.booleans()):
        where["meter"] = draw(st.sampled_from(["m000", "m003", "nowhere"]))
    if draw(st.booleans()):
        where["above"] = draw(st.sampled_from([0, 45]))
    return plant.request(
        draw(st.sampled_from(["plant.energy", "plant.hours", "plant.loads", "plant.high_share"])),
        where,
        period,
        as_of=start + timedelta(days=draw(st.integers(0, 320))),
        zone=draw(st.sampled_from(["Asia/Shanghai", "Europe/London", "UTC"])),
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(asked=st.lists(requests(), min_size=1, max_size=6))
def test_values_asked_together_are_those_made_by_hand(
    source: Evaluator, asked: list[MetricRequest]
) -> None:
    assert list(source.values(asked)) == [expected(each) for each in asked]


@pytest.mark.parametrize("metric", ["plant.energy", "plant.hours", "plant.loads"])
def test_history_is_the_value_of_each_month_and_up_to_its_end(
    source: Evaluator, metric: str
) -> None:
    asked = plant.request(metric, {"meter": "m001"})
    (answer,) = source.evaluate([asked])
    assert [step.span.start.month for step in answer.series] == [1, 2, 3, 4, 5, 6, 7]
    assert answer.measured_until == date(2018, 8, 1) == answer.series[-1].span.until
    assert answer.series[-1].cumulative == answer.value
    for step in answer.series:
        alone = plant.request(metric, asked.where, step.span)
        so_far = plant.request(metric, asked.where, Span(date(2018, 1, 1), step.span.until))
        assert [step.value, step.cumulative] == list(source.values([alone, so_far]))


def test_a_short_period_has_a_history_by_day(source: Evaluator) -> None:
    period = Span(date(2018, 2, 26), date(2018, 3, 10))
    (answer,) = source.evaluate([plant.request("plant.energy", period=period)])
    assert [step.span.days for step in answer.series] == [1] * 12


def test_a_running_period_has_a_forecast_and_an_ended_one_says_why_not(source: Evaluator) -> None:
    running = plant.request("plant.energy", target="999999999")
    ended = plant.request("plant.energy", as_of=date(2019, 2, 3))
    early = plant.request("plant.energy", as_of=date(2018, 1, 20))
    answers = source.evaluate([running, ended, early])
    assert answers[0].forecast is not None
    assert answers[0].forecast.probability == 0
    assert answers[0].forecast.fan[-1].until == date(2019, 1, 1)
    assert answers[1].forecast is None
    assert answers[1].forecast_gap is not None
    assert "over" in answers[1].forecast_gap.en
    assert answers[2].forecast_gap is not None
    assert "20 of 365 days" in answers[2].forecast_gap.en


def test_every_kind_of_gap_is_said_in_both_languages(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path)
    lake.publish(worlds.batch("few", readings=worlds.readings(1, 48)))
    source = plant.evaluator(tmp_path)
    later = Span(date(2020, 1, 1), date(2021, 1, 1))
    asked = {
        "no data source yet: the field college does not run": plant.request("college.passed"),
        "nothing was imported into plant.meters": plant.request("plant.meter_count"),
        "the period has not begun": plant.request("plant.energy", period=later),
        "no readings in the period": plant.request(
            "plant.energy", period=later, as_of=date(2020, 6, 1)
        ),
        "no baseline": plant.request("plant.saved_share"),
    }
    for (words, _), answer in zip(
        asked.items(), source.evaluate(list(asked.values())), strict=True
    ):
        assert answer.value is None
        assert answer.gap is not None
        assert words in answer.gap.en
        assert answer.gap.zh
        assert answer.evidence is None


def test_a_zero_denominator_gives_no_value(root: Path) -> None:
    never = plant.declared(
        Ratio,
        name="plant.never",
        numerator=lambda rows: rows.kwh.sum(),
        denominator=lambda rows: (rows.kwh - rows.kwh).sum(),
    )
    (answer,) = plant.evaluator(root, never).evaluate([plant.request("plant.never")])
    assert answer.value is None
    assert answer.gap is not None
    assert "zero" in answer.gap.en


def test_days_on_which_the_condition_never_holds_count_in_the_denominator(root: Path) -> None:
    rare = plant.declared(
        Ratio,
        name="plant.rare",
        decimals=9,
        numerator=lambda rows: rows.kwh.sum(where=rows.kwh > Decimal("49.9")),
        denominator=lambda rows: rows.kwh.sum(),
    )
    asked = plant.request("plant.rare", {"meter": "m002"}, zone="UTC")
    rows = [row["kwh"] for row in by_hand(asked)]
    high = sum((each for each in rows if each > Decimal("49.9")), Decimal(0))
    share = Decimal(float(high) / float(sum(rows, Decimal(0)))).quantize(Decimal("1e-9"))
    source = plant.evaluator(root, rare)
    assert 0 < share < Decimal("0.01")
    assert source.evaluate([asked])[0].value == share
    assert list(source.values([asked])) == [share]


def test_values_are_the_same_with_and_without_history(source: Evaluator) -> None:
    asked = [
        plant.request(each.name, where, baseline=plant.YEAR)
        for each in (plant.ENERGY, plant.HOURS, plant.LOADS, plant.HIGH_SHARE)
        for where in ({}, {"meter": "m001"}, {"meter": "nowhere"}, {"above": 49})
    ]
    assert [each.value for each in source.evaluate(asked)] == list(source.values(asked))


def test_a_version_that_is_not_declared_has_no_source(source: Evaluator) -> None:
    asked = plant.request("plant.energy")
    other = MetricRequest(**{**_fields(asked), "version": 9})
    (answer,) = source.evaluate([other])
    assert answer.gap is not None
    assert "version 9" in answer.gap.en
    assert source.describe("plant.energy", 9) is None


def _fields(asked: MetricRequest) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in asked.__dataclass_fields__}


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ({"metre": "m000"}, "no such parameter"),
        ({"meter": 7}, "7 is no text"),
        ({"above": True}, "True is no integer"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(
    source: Evaluator, where: dict[str, str | int | bool], what: str
) -> None:
    with pytest.raises(Invalid) as caught:
        source.evaluate([plant.request("plant.energy", where)])
    assert what in caught.value.findings[0].what
    assert caught.value.findings[0].where.startswith("c-1.where.")


def test_answers_do_not_depend_on_the_number_of_threads(root: Path) -> None:
    asked = [plant.request(each.name, baseline=plant.YEAR) for each in plant.ALL]
    written = [
        json.dumps([asdict(each) for each in source.evaluate(asked)], default=str)
        for source in (plant.evaluator(root, threads=1), plant.evaluator(root, threads=2))
    ]
    assert written[0] == written[1]


def test_rows_that_arrive_after_the_snapshot_change_nothing(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path)
    lake.publish(worlds.batch("a", readings=worlds.readings(1, 5_000), meters=worlds.meters(1)))
    asked = [plant.request("plant.energy"), plant.request("plant.meter_count")]
    fresh, calm = plant.evaluator(tmp_path), plant.evaluator(tmp_path)
    before = calm.evaluate(asked)
    lake.publish(
        worlds.batch("b", readings=worlds.readings(1, 9, first=1), meters=worlds.meters(1, 1))
    )
    assert fresh.evaluate(asked) == before
    assert plant.evaluator(tmp_path).evaluate(asked)[0].value != before[0].value


def test_the_documented_tables_are_those_with_licence_and_attribution(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path)
    lake.publish(worlds.batch("a", readings=worlds.readings(1, 50)))
    silent = Provenance(
        owner="enterprise",
        visibility="own",
        source=Text("x", "x"),
        licence=Text("", ""),
        attribution=Text("x", "x"),
    )
    lake.publish(worlds.batch("b", provenance=silent, meters=worlds.meters(2)))
    asked = [
        plant.request("analysis.documented_tables", where)
        for where in ({}, {"owner": "university"}, {"owner": "enterprise"})
    ]
    assert list(plant.evaluator(tmp_path).values(asked)) == [1, 1, 0]


def _refused() -> Iterator[tuple[str, Any]]:
    yield (
        "order of the rows",
        plant.declared(name="plant.x", measure=lambda rows: rows.temp.sum(), kind="sum"),
    )
    yield (
        "approximate counts",
        plant.declared(name="plant.x", measure=lambda r: r.meter.approx_nunique(), kind="level"),
    )
    yield (
        "does not add up",
        plant.declared(name="plant.x", measure=lambda rows: rows.kwh.max(), kind="sum"),
    )
    yield (
        "hash values differ",
        plant.declared(
            name="plant.x",
            select=lambda tables, _: tables["plant.readings"].mutate(
                h=tables["plant.readings"].meter.hash()
            ),
            measure=lambda rows: rows.count(),
            kind="count",
        ),
    )
    yield (
        "reads the period",
        plant.declared(
            name="plant.x",
            select=lambda tables, scope: tables["plant.readings"].filter(
                tables["plant.readings"].ts >= scope.instant(scope.period.start)
            ),
            measure=lambda rows: rows.count(),
            kind="count",
        ),
    )
    yield (
        "no column meter",
        plant.declared(
            name="plant.x",
            select=lambda tables, _: tables["plant.readings"].select("ts", "kwh"),
            measure=lambda rows: rows.count(),
            kind="count",
        ),
    )


@pytest.mark.parametrize(("why", "metric"), list(_refused()), ids=lambda each: str(each)[:20])
def test_a_metric_that_engines_would_not_agree_on_is_refused(
    root: Path, why: str, metric: Metric
) -> None:
    with pytest.raises(Invalid) as caught:
        plant.evaluator(root, metric).values([plant.request("plant.x")])
    assert why in str(caught.value.findings)


def test_a_metric_declared_twice_is_refused() -> None:
    with pytest.raises(Conflict, match=r"plant.energy@1"):
        plant.registry(plant.ENERGY, plant.ENERGY)


def test_wrong_declarations_are_all_named() -> None:
    wrong = plant.declared(
        name="Energy",
        unit="",
        decimals=99,
        measure=lambda rows: rows.count(),
        kind="count",
        tables=("plant.nowhere",),
    )
    with pytest.raises(Invalid) as caught:
        plant.registry(wrong)
    said = " ".join(str(each) for each in caught.value.findings)
    for what in ("field.metric", "no unit", "99 decimals", "plant.nowhere"):
        assert what in said


def test_the_hash_of_a_metric_follows_its_meaning(root: Path) -> None:
    def hash_of(**said: Any) -> str:
        metric = plant.declared(
            **{"name": "plant.x", "kind": "sum", "measure": lambda rows: rows.kwh.sum(), **said}
        )
        found = plant.evaluator(root, metric).describe("plant.x", 1)
        assert found is not None
        return found.sha256

    assert hash_of() == hash_of(label=Text("other words", "其他说法"))
    changed = [
        hash_of(decimals=2),
        hash_of(measure=lambda rows: rows.kwh.sum(where=rows.kwh > 1)),
        hash_of(select=lambda tables, _: tables["plant.readings"]),
    ]
    assert len({hash_of(), *changed}) == 4


def test_declaring_metrics_starts_no_engine() -> None:
    code = (
        "import sys, unipact.analysis.field; "
        "print([name for name in ('ibis', 'duckdb', 'django') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_declaration_of_this_field_compiles(root: Path) -> None:
    source = plant.evaluator(root)
    registry: Registry = plant.registry()
    assert all(source.describe(name, version) for name, version in registry.metrics)
