"""What the report of a reporting year says, and what it leaves to the run document."""

from __future__ import annotations

from datetime import date

import pytest

from unipact.agreement.queries.report.content import report_of
from unipact.agreement.queries.report.undecided import CAUSES
from unipact.agreement.tests.reported import document, earlier_document, edition


def _period(shown, n=0, period=0):
    return shown["commitments"][n]["periods"][period]


def test_every_commitment_stands_once_under_its_field():
    report = report_of(edition())

    stands = [
        (section.field["id"], line.commitment["id"])
        for section in report.sections
        for line in section.periods
    ]
    assert sorted(stands) == sorted(
        (each["field"], each["id"]) for each in document()["commitments"]
    )


def test_the_counts_are_those_of_the_run_document():
    report = report_of(edition())
    summary = document()["summary"]

    assert report.total == summary["commitments"]
    assert dict(zip(report.standings, report.totals, strict=True)) == {
        name: n for name, n in summary["standing"].items() if n
    }


@pytest.mark.parametrize(
    ("as_of", "start", "whole"),
    [
        ("2019-11-30", date(2019, 7, 1), False),
        ("2019-12-31", date(2019, 7, 1), True),
        ("2020-03-31", date(2020, 1, 1), False),
        ("2024-06-30", date(2024, 1, 1), True),
        ("2019-05-01", date(2019, 5, 1), False),
    ],
)
def test_the_year_is_that_of_the_day_from_january_or_the_begin_of_the_term(as_of, start, whole):
    made = edition({**document(), "as_of": as_of})

    assert (made.year, made.start, made.is_whole_year) == (int(as_of[:4]), start, whole)


def test_an_earlier_period_shows_as_long_as_it_could_not_be_decided():
    shown = {**document(), "as_of": "2021-03-31"}
    energy = shown["commitments"][0]
    energy["current_period"] = "y2020"

    def shows() -> list[str]:
        sections = report_of(edition(shown)).sections
        lines = [line for section in sections for line in section.periods]
        return [line.period["id"] for line in lines if line.commitment["id"] == energy["id"]]

    assert shows() == ["h2-2019", "y2020"]
    energy["periods"][0].update(state="missed", status=None, standing="missed")
    assert shows() == ["y2020"]


def test_a_period_that_has_not_begun_is_left_out_unless_it_is_the_current_one():
    report = report_of(edition())
    shown = [line.period["id"] for section in report.sections for line in section.periods]

    assert "y2020" not in shown


def test_what_could_not_be_decided_is_listed_with_its_cause_and_the_reason():
    groups = {each.cause: each.items for each in report_of(edition()).open_groups}

    assert list(groups) == ["interval", "no_source"]
    (doubt,) = groups["interval"]
    assert (doubt.kind, doubt.commitment) == ("commitment", "campus-energy-savings-pool")
    assert "lies inside the interval" in doubt.why["en"]
    assert [each.commitment for each in groups["no_source"]] == ["college-placements"]


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("too_little_measured", "coverage"),
        ("incomplete", "incomplete"),
        ("too_early", "forecast"),
        ("no_forecast", "forecast"),
        ("no_value", "no_value"),
        ("a_code_of_tomorrow", "no_value"),
    ],
)
def test_each_reason_has_its_cause(code, cause):
    shown = document()
    _period(shown)["reason"]["code"] = code

    causes = [each.cause for each in report_of(edition(shown)).open_groups]
    assert causes == [name for name in CAUSES if name in {cause, "no_source"}]


def test_an_open_milestone_and_a_benefit_without_a_value_are_listed_too():
    shown = document()
    mark = shown["commitments"][0]["milestones"][0]
    mark["state"], mark["reason"]["code"] = "undecided", "milestone_too_little_measured"
    gap = {"en": "no readings", "zh": "没有读数"}
    shown["benefits"][0].update(value=None, evidence=None, gap=gap)

    groups = {each.cause: each.items for each in report_of(edition(shown)).open_groups}
    assert [(each.kind, each.id) for each in groups["coverage"]] == [("milestone", "half-way")]
    assert [(each.kind, each.why) for each in groups["no_value"]] == [("benefit", gap)]


def test_what_changed_names_both_standings_and_values():
    (line,) = report_of(edition(earlier=earlier_document())).changes

    assert line.change.row.id == "campus-metered-buildings"
    assert (line.change.before, line.change.row.standing) == ("at_risk", "met")
    assert (line.change.value_before, line.change.row.period["value"]) == ("29", "31")
    assert not line.is_other_period


def test_a_change_says_when_the_values_are_of_two_periods():
    before = earlier_document()
    periods = before["commitments"][1]["periods"]
    periods.append({**periods[0], "id": "q2-2019"})
    before["commitments"][1]["current_period"] = "q2-2019"

    (line,) = report_of(edition(earlier=before)).changes
    assert line.is_other_period
    assert line.period_before["id"] == "q2-2019"


def test_evidence_is_listed_once_and_marked_in_the_order_of_the_report():
    shown = document()
    shown["benefits"][0]["evidence"] = _period(shown)["evidence"]

    evidence = report_of(edition(shown)).evidence
    assert [each.mark for each in evidence] == ["E1", "E2"]
    assert [len(each.titles) for each in evidence] == [2, 1]


def test_the_notes_say_the_thresholds_of_the_agreement():
    shown = document()
    shown["rules"] |= {"on_track_from": "0.83", "off_track_below": "0.17", "level": "0.95"}

    notes = {each.id: each.text for each in report_of(edition(shown)).notes}
    for text in (notes["status"].en, notes["status"].zh):
        assert "83" in text
        assert "17" in text
    assert "95" in notes["forecast"].en
    assert "95" in notes["interval"].zh


def test_each_metric_is_explained_by_its_own_definition_and_methods():
    metrics = {each.metric["name"]: each for each in report_of(edition()).metrics}

    saved = metrics["campus.energy_savings_share"]
    period = _period(document())
    assert saved.metric["description"] == document()["commitments"][0]["metric"]["description"]
    assert saved.intervals == (period["interval"]["method"],)
    assert saved.forecasts == (period["forecast"]["method"],)
    assert metrics["campus.metered_buildings"].intervals == ()
