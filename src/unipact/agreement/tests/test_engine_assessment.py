"""The run document: complete, valid by its schema, and the same bytes every time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from unipact.agreement.engine.assessment import assess, run_bytes
from unipact.agreement.engine.ports import (
    FanStep,
    Forecast,
    Interval,
    Mark,
    MetricAnswer,
    Step,
)
from unipact.agreement.engine.table import display_width, run_table
from unipact.agreement.engine.terms import Span, Text
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.structure import schema
from unipact.agreement.tests.specimen import SPECIMEN
from unipact.agreement.tests.spoken_source import SpokenSource, value_of

D = Decimal
HOW = Text("by a method", "某种方法")
FILE = read_agreement(SPECIMEN.encode())
CAMPUS = {"campus.energy_savings_share": "1", "campus.avoided_energy_kwh": "kW.h"}
MONTHS = [(date(2019, m, 1), date(2019, m + 1, 1)) for m in range(7, 12)]
ENERGY = MetricAnswer(
    D("0.0240"),
    interval=Interval(D("0.90"), D("0.0140"), D("0.0340"), HOW),
    forecast=Forecast(
        D("0.85"),
        D("0.0300"),
        D("0.0350"),
        D("0.0400"),
        D("0.0330"),
        (
            FanStep(date(2020, 1, 1), D("0.0200"), D("0.0260"), D("0.0300")),
            FanStep(date(2020, 7, 1), D("0.0300"), D("0.0350"), D("0.0400")),
        ),
        HOW,
        7,
    ),
    series=tuple(
        Step(Span(a, b), D("0.0200"), D("0.0200") + D("0.0010") * i)
        for i, (a, b) in enumerate(MONTHS)
    ),
    evidence={"format": "unipact-evidence/1", "id": "sha256:" + "0" * 64},
    measured_until=date(2019, 12, 1),
)


def assessed(
    source: SpokenSource, as_of: date = date(2019, 11, 30), data: bytes = SPECIMEN.encode()
) -> dict[str, Any]:
    file = read_agreement(data)
    document = assess(
        file.agreement, sha256=file.sha256, state="in_force", source=source, as_of=as_of
    )
    jsonschema.Draft202012Validator(
        schema("run"), format_checker=jsonschema.FormatChecker()
    ).validate(document)
    return document


def energy_source() -> SpokenSource:
    return SpokenSource(
        CAMPUS, {("energy", "y1"): ENERGY, ("benefit/saved", "so-far"): value_of("1200")}
    )


def test_the_document_holds_every_commitment_with_its_periods_in_the_files_order() -> None:
    document = assessed(energy_source())
    found = [(c["id"], [p["id"] for p in c["periods"]]) for c in document["commitments"]]
    assert found == [("energy", ["y1", "y2"]), ("interns", ["y1"])]


def test_a_measured_period_carries_value_interval_forecast_series_and_evidence() -> None:
    energy = assessed(energy_source())["commitments"][0]
    period = energy["periods"][0]
    assert (period["state"], period["status"], energy["standing"]) == (
        "running",
        "on_track",
        "on_track",
    )
    assert (period["value"], period["interval"]["low"]) == ("0.0240", "0.0140")
    assert period["forecast"]["probability"] == "0.85"
    assert period["forecast"]["fan"][1]["until"] == "2020-07-01"
    assert [s["cumulative"] for s in period["series"]][-1] == "0.0240"
    assert period["evidence"]["format"] == "unipact-evidence/1"
    assert energy["metric"]["name"] == "campus.energy_savings_share"


def test_only_periods_that_have_begun_are_asked_for() -> None:
    source = energy_source()
    assessed(source)
    asked = [(r.commitment, r.target_id) for r in source.requests]
    assert asked == [("energy", "y1"), ("benefit/saved", "so-far")]


def test_a_request_says_all_that_binds() -> None:
    source = energy_source()
    assessed(source)
    request = source.requests[0]
    assert request.where == {"meter": "electricity"}
    assert request.baseline == Span(date(2018, 7, 1), date(2019, 7, 1))
    assert request.period == Span(date(2019, 7, 1), date(2020, 7, 1))
    assert (request.target, request.level, request.zone) == (D("0.03"), D("0.90"), "Asia/Shanghai")


def test_a_commitment_without_a_running_field_says_so() -> None:
    interns = assessed(energy_source())["commitments"][1]
    assert interns["metric"] is None
    assert interns["standing"] == "no_data"
    assert interns["periods"][0]["gap"] == {"en": "no data source yet", "zh": "尚无数据来源"}
    assert interns["periods"][0]["reason"]["code"] == "no_source"


def test_a_metric_in_another_unit_is_not_compared() -> None:
    source = replace(energy_source(), metrics=CAMPUS | {"campus.energy_savings_share": "kW.h"})
    period = assessed(source)["commitments"][0]["periods"][0]
    assert (period["value"], period["status"]) == (None, "no_data")
    assert "the metric counts in kW.h" in period["reason"]["en"]


def test_the_summary_counts_each_commitment_once_and_each_debtor() -> None:
    summary = assessed(energy_source())["summary"]
    assert summary["commitments"] == sum(summary["standing"].values()) == 2
    assert summary["standing"]["on_track"] == summary["standing"]["no_data"] == 1
    assert summary["by_party"]["firm"]["on_track"] == 1
    assert summary["by_party"]["uni"] == summary["by_effort"]["smart-campus"]
    assert summary["by_field"]["campus"] == summary["standing"]


@pytest.mark.parametrize(
    ("as_of", "current"),
    [(date(2019, 6, 1), "y1"), (date(2020, 6, 30), "y1"), (date(2020, 7, 1), "y2")],
)
def test_the_current_period_is_the_last_that_has_begun(as_of: date, current: str) -> None:
    assert assessed(energy_source(), as_of)["commitments"][0]["current_period"] == current


def test_contributions_say_what_is_due_by_the_day() -> None:
    (fund,) = assessed(energy_source())["contributions"]
    assert (fund["amount"], fund["due"]) == ("300000.00", "100000.00")
    (fund,) = assessed(energy_source(), date(2019, 8, 31))["contributions"]
    assert fund["due"] == "0.00"


def test_a_benefit_is_measured_from_the_start_of_the_term_to_the_day() -> None:
    (saved,) = assessed(energy_source())["benefits"]
    assert (saved["value"], saved["from"], saved["until"]) == ("1200", "2019-07-01", "2019-12-01")


def test_a_benefit_is_measured_with_its_own_parameters_and_baseline() -> None:
    said = """metric = "campus.energy_savings_share@1"
where.meter = "electricity"
baseline.from = 2018-07-01
baseline.until = 2019-07-01"""
    data = SPECIMEN.replace('metric = "campus.avoided_energy_kwh@1"', said)
    source = energy_source()
    (saved,) = assessed(source, data=data.encode())["benefits"]
    assert saved["id"] == "saved"
    assert source.requests[-1].baseline == Span(date(2018, 7, 1), date(2019, 7, 1))
    assert source.requests[-1].where == {"meter": "electricity"}


@pytest.mark.parametrize(
    ("as_of", "state", "code"),
    [
        (date(2019, 11, 30), "not_due", "milestone_not_due"),
        (date(2019, 12, 31), "no_data", "milestone_no_data"),
    ],
)
def test_a_milestone_is_judged_on_its_day_by_the_series(as_of: date, state: str, code: str) -> None:
    milestone = assessed(energy_source(), as_of)["commitments"][0]["milestones"][0]
    assert (milestone["state"], milestone["reason"]["code"]) == (state, code)


DUE = date(2019, 12, 31)


def milestone_by(mark: Mark | None, as_of: date = date(2020, 1, 15)) -> dict[str, Any]:
    """The first milestone of the specimen, whose value is 0.0100, on a mark of its day."""
    answer = replace(ENERGY, marks={DUE: mark} if mark else {})
    source = SpokenSource(CAMPUS, {("energy", "y1"): answer})
    milestone: dict[str, Any] = assessed(source, as_of)["commitments"][0]["milestones"][0]
    return milestone


@pytest.mark.parametrize(("cumulative", "state"), [("0.0100", "reached"), ("0.0099", "missed")])
def test_the_value_of_its_day_reaches_or_misses_a_milestone(cumulative: str, state: str) -> None:
    milestone = milestone_by(Mark(D(cumulative)))
    assert (milestone["state"], milestone["measured"]) == (state, cumulative)


def test_a_milestone_is_not_judged_on_another_day() -> None:
    before = Step(Span(date(2019, 12, 1), DUE), None, D("0.05"))
    answer = replace(
        ENERGY, series=(*ENERGY.series, before), marks={date(2019, 12, 30): Mark(D(1))}
    )
    source = SpokenSource(CAMPUS, {("energy", "y1"): answer})
    milestone = assessed(source, date(2020, 1, 15))["commitments"][0]["milestones"][0]
    assert (milestone["state"], milestone["measured"]) == ("no_data", None)


def test_a_milestone_inside_the_interval_is_undecided() -> None:
    interval = Interval(D("0.90"), D("0.0050"), D("0.0300"), HOW)
    milestone = milestone_by(Mark(D("0.0200"), interval))
    assert (milestone["state"], milestone["reason"]["code"]) == ("undecided", "milestone_undecided")
    above = Interval(D("0.90"), D("0.0100"), D("0.0300"), HOW)
    assert milestone_by(Mark(D("0.0200"), above))["state"] == "reached"


def test_a_milestone_that_was_hardly_measured_is_undecided() -> None:
    milestone = milestone_by(Mark(D("0.0200"), coverage=D("0.8999")))
    code = "milestone_too_little_measured"
    assert (milestone["state"], milestone["reason"]["code"]) == ("undecided", code)
    assert milestone["reason"]["facts"]["coverage"] == "0.8999"
    assert "仅测得 89%" in milestone["reason"]["zh"]


def test_the_days_of_past_milestones_with_a_value_are_asked_for() -> None:
    source = energy_source()
    assessed(source, date(2019, 12, 30))
    assert [request.marks for request in source.requests if request.target_id == "y1"] == [()]
    later = energy_source()
    assessed(later, DUE)
    assert [request.marks for request in later.requests if request.target_id == "y1"] == [(DUE,)]


def test_the_coverage_of_a_period_is_in_the_document() -> None:
    answer = replace(ENERGY, coverage=D("0.9907"))
    document = assessed(SpokenSource(CAMPUS, {("energy", "y1"): answer}))
    assert document["commitments"][0]["periods"][0]["coverage"] == "0.9907"
    assert document["rules"]["least_coverage"] == "0.90"


def test_a_milestone_ahead_shows_what_is_expected_on_its_day() -> None:
    milestone = assessed(energy_source())["commitments"][0]["milestones"][0]
    assert milestone["reason"]["facts"]["expected"] == "0.0260"


def test_a_milestone_that_nothing_measures_has_no_data_after_its_day() -> None:
    milestone = assessed(energy_source(), date(2021, 6, 30))["commitments"][0]["milestones"][1]
    assert (milestone["state"], milestone["reason"]["code"]) == (
        "no_data",
        "milestone_unmeasured",
    )


def test_the_same_question_gives_the_same_bytes() -> None:
    one, two = run_bytes(assessed(energy_source())), run_bytes(assessed(energy_source()))
    assert one == two
    assert one.endswith(b"}\n")
    assert json.loads(one)["format"] == "unipact-run/1"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 110, 140])
def test_the_table_fits_its_width_and_its_columns_stand_in_line(language: str, width: int) -> None:
    table = run_table(assessed(energy_source()), language=language, width=width)
    lines = table.splitlines()
    assert max(map(display_width, lines)) <= width
    rule = next(line for line in lines if line.startswith("---"))
    head = lines[lines.index(rule) - 1]
    start = rule.index("  ") + 2
    taken = 0
    for character in head:
        if taken == start:
            break
        taken += display_width(character)
    assert taken == start
    assert table.endswith("\n")


def test_the_table_says_standing_value_and_reason() -> None:
    english = run_table(assessed(energy_source())).replace("\N{NO-BREAK SPACE}", " ")
    chinese = run_table(assessed(energy_source()), language="zh")
    assert all(words in english for words in ("on track", "2.40 %", "The chance of"))
    assert all(words in chinese for words in ("进展正常", "2.40%", "可能性"))
