"""State, status and reason of a period follow from the day, the measurement and the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unipact.agreement.engine.ports import Forecast, Interval, MetricAnswer
from unipact.agreement.engine.reasons import Case
from unipact.agreement.engine.status import Judgement, judge, meets, share_reached
from unipact.agreement.engine.terms import Direction, Span, StatusRules, Target, Text

D = Decimal
RULES = StatusRules(D("0.90"), D("0.80"), D("0.20"), D("0.10"), D("0.50"), D("0.90"))
PERIOD = Span(date(2019, 7, 1), date(2020, 1, 1))
LAST = date(2019, 12, 31)
MIDDLE = date(2019, 9, 30)
HOW = Text("by a method", "某种方法")


def case(
    as_of: date = LAST,
    *,
    target: str = "0.03",
    direction: Direction = "at_least",
    due: date = LAST,
    unit: str = "share",
    baseline: str | None = None,
) -> Case:
    return Case(
        target=Target("h2", PERIOD, due, D(target)),
        direction=direction,
        unit=unit,
        metric="campus.x@1",
        rules=RULES,
        as_of=as_of,
        baseline_value=D(baseline) if baseline else None,
    )


def answer(
    value: str,
    interval: tuple[str, str] | None = None,
    *,
    chance: str | None = None,
    until: date | None = None,
) -> MetricAnswer:
    made = Interval(D("0.90"), D(interval[0]), D(interval[1]), HOW) if interval else None
    middle = D(value)
    forecast = Forecast(D(chance), middle, middle, middle, middle, (), HOW, 1) if chance else None
    return MetricAnswer(D(value), interval=made, forecast=forecast, measured_until=until)


def words(judgement: Judgement) -> tuple[str, str | None, str]:
    return judgement.state, judgement.status, judgement.reason.code


def test_a_period_that_lies_ahead_is_not_due() -> None:
    judged = judge(case(date(2019, 6, 30)), None)
    assert words(judged) == ("not_due", None, "not_started")
    assert judged.standing == "not_due"


def test_the_first_day_of_a_period_runs() -> None:
    assert judge(case(date(2019, 7, 1)), None).state == "running"


@pytest.mark.parametrize("as_of", [MIDDLE, LAST])
def test_without_a_source_a_period_has_no_data(as_of: date) -> None:
    assert words(judge(case(as_of), None)) == ("running", "no_data", "no_source")


def test_a_gap_is_said_in_both_languages() -> None:
    gap = MetricAnswer(None, gap=Text("no readings in the period", "期内没有读数"))
    judged = judge(case(), gap)
    assert words(judged) == ("running", "no_data", "no_value")
    assert "no readings in the period" in judged.reason.text.en
    assert "期内没有读数" in judged.reason.text.zh
    assert judged.reason.text.en.startswith("The period ended")


@pytest.mark.parametrize(
    ("value", "target", "direction", "state"),
    [
        ("0.03", "0.03", "at_least", "met"),
        ("0.0299", "0.03", "at_least", "partly_met"),
        ("0.015", "0.03", "at_least", "partly_met"),
        ("0.0149", "0.03", "at_least", "missed"),
        ("-0.01", "0.03", "at_least", "missed"),
        ("-0.0745", "-0.05", "at_most", "met"),
        ("-0.03", "-0.05", "at_most", "partly_met"),
        ("0.02", "-0.05", "at_most", "missed"),
        ("22395096", "22000000", "at_most", "missed"),
        ("22000000", "22000000", "at_most", "met"),
    ],
)
def test_an_ended_period_without_interval_is_decided_by_its_value(
    value: str, target: str, direction: Direction, state: str
) -> None:
    judged = judge(case(target=target, direction=direction), answer(value))
    assert words(judged) == (state, None, state)


@pytest.mark.parametrize(
    ("interval", "state"),
    [
        (("0.0301", "0.06"), "met"),
        (("0.03", "0.06"), "met"),
        (("0.001", "0.0299"), "partly_met"),
    ],
)
def test_an_interval_on_one_side_of_the_target_decides(
    interval: tuple[str, str], state: str
) -> None:
    assert judge(case(), answer("0.02", interval)).state == state


def test_an_interval_that_holds_the_target_decides_nothing() -> None:
    judged = judge(case(), answer("0.0120", ("-0.0290", "0.0530")))
    assert words(judged) == ("running", "undecided", "undecided_interval")
    assert judged.reason.text.en.replace("\N{NO-BREAK SPACE}", " ") == (
        "The period ended before 2020-01-01. Measured 1.20 % (90 % interval −2.90 % to 5.30 %); "
        "the target of at least 3 % lies inside the interval, so this cannot be decided yet."
    )
    assert judged.reason.text.zh == (
        "本期已于 2020-01-01 之前结束。实测 1.20%（90% 区间 −2.90%至5.30%）；"
        "目标“不低于 3%”落在区间之内，因此尚不能判定。"
    )
    assert judged.reason.facts == {
        "value": "0.0120",
        "target": "0.03",
        "low": "-0.0290",
        "high": "0.0530",
        "level": "0.90",
    }


@pytest.mark.parametrize(
    ("chance", "status"),
    [
        ("1", "on_track"),
        ("0.80", "on_track"),
        ("0.79", "at_risk"),
        ("0.20", "at_risk"),
        ("0.19", "off_track"),
        ("0", "off_track"),
    ],
)
def test_a_running_period_follows_its_forecast(chance: str, status: str) -> None:
    assert words(judge(case(MIDDLE), answer("0.02", chance=chance))) == ("running", status, status)


def test_a_middling_chance_of_a_vague_measurement_is_undecided_not_at_risk() -> None:
    vague = answer("0.02", ("-0.01", "0.05"), chance="0.5")
    sharp = answer("0.02", ("0.019", "0.021"), chance="0.5")
    assert judge(case(MIDDLE), vague).status == "undecided"
    assert judge(case(MIDDLE), sharp).status == "at_risk"


def test_without_a_forecast_a_running_period_is_undecided() -> None:
    early = judge(case(date(2019, 7, 10)), answer("0.02"))
    later = judge(case(MIDDLE), answer("0.02"))
    assert words(early) == ("running", "undecided", "too_early")
    assert words(later) == ("running", "undecided", "no_forecast")


def test_records_that_end_early_decide_nothing() -> None:
    judged = judge(case(), answer("0.02", until=date(2019, 12, 1)))
    assert words(judged) == ("running", "undecided", "incomplete")
    assert judge(case(), answer("0.04", until=date(2020, 1, 1))).state == "met"


def test_between_its_end_and_its_due_day_a_period_awaits_judgement() -> None:
    due = date(2020, 1, 31)
    assert words(judge(case(due=due), answer("0.04"))) == ("running", "on_track", "awaiting_due")
    assert words(judge(case(due=due), answer("0.01"))) == ("running", "off_track", "awaiting_due")
    assert judge(case(due, due=due), answer("0.04")).state == "met"


def test_a_stated_baseline_is_where_the_way_begins() -> None:
    assert share_reached("at_most", D(90), D(80), D(100)) == D("0.5")
    assert share_reached("at_least", D(15), D(20), D(10)) == D("0.5")
    assert share_reached("at_most", D(90), D(80), None) is None
    judged = judge(case(target="80", direction="at_most", baseline="100", unit="kWh"), answer("90"))
    assert judged.state == "partly_met"


@pytest.mark.parametrize(("as_of", "direction"), [(LAST, "at_most"), (MIDDLE, "at_least")])
def test_what_was_hardly_measured_is_neither_met_nor_on_track(
    as_of: date, direction: Direction
) -> None:
    given = replace(answer("0.03", chance="1"), coverage=D("0.1659"))
    judged = judge(case(as_of, direction=direction), given)
    assert words(judged) == ("running", "undecided", "too_little_measured")
    assert judged.reason.facts["coverage"] == "0.1659"
    english = judged.reason.text.en.replace("\N{NO-BREAK SPACE}", " ")
    assert "only 16 % of what should have been measured was" in english
    assert "asks for 90 %" in english
    assert "仅测得 16%，协议要求达到 90%" in judged.reason.text.zh


def test_what_was_measured_well_enough_is_decided() -> None:
    assert judge(case(), replace(answer("0.03"), coverage=D("0.90"))).state == "met"


@pytest.mark.parametrize(
    ("chance", "english", "chinese"),
    [
        ("0.9995", "more than 99 %", "大于 99%"),
        ("1.000", "more than 99 %", "大于 99%"),
        ("0.990", "is 99 %", "为 99%"),
        ("0.0004", "less than 1 %", "小于 1%"),
        ("0", "less than 1 %", "小于 1%"),
    ],
)
def test_no_chance_of_what_is_still_to_come_shows_as_certain(
    chance: str, english: str, chinese: str
) -> None:
    text = judge(case(MIDDLE), answer("0.02", chance=chance)).reason.text
    assert text.en.replace("\N{NO-BREAK SPACE}", " ").endswith(f"{english}.")
    assert text.zh.endswith(f"{chinese}。")


numbers = st.decimals("-2", "2", places=3)


@given(
    value=numbers,
    width=st.none() | st.decimals("0", "1", places=3),
    target=numbers,
    direction=st.sampled_from(["at_least", "at_most"]),
    chance=st.none() | st.decimals("0", "1", places=2),
    days=st.integers(-10, 300),
    due_after=st.integers(0, 60),
)
def test_every_case_has_one_standing_and_a_reason_in_both_languages(
    value: Decimal,
    width: Decimal | None,
    target: Decimal,
    direction: Direction,
    chance: Decimal | None,
    days: int,
    due_after: int,
) -> None:
    interval = (str(value - width), str(value + width)) if width is not None else None
    given_answer = answer(str(value), interval, chance=str(chance) if chance is not None else None)
    asked = case(
        PERIOD.start + timedelta(days=days),
        target=str(target),
        direction=direction,
        due=LAST + timedelta(days=due_after),
    )
    judged = judge(asked, given_answer)

    assert (judged.status is None) == (judged.state != "running")
    assert judged.reason.text.en
    assert judged.reason.text.zh
    assert "E+" not in judged.reason.text.en
    if judged.state == "met":
        assert meets(direction, value, target)
    if judged.state == "missed":
        assert not meets(direction, value, target)


@given(value=numbers, more=st.decimals("0", "1", places=3), target=numbers)
def test_more_never_makes_a_floor_worse(value: Decimal, more: Decimal, target: Decimal) -> None:
    order = ["missed", "partly_met", "met"]
    asked = case(target=str(target))
    less = judge(asked, answer(str(value))).state
    better = judge(asked, answer(str(value + more))).state
    assert order.index(better) >= order.index(less)
