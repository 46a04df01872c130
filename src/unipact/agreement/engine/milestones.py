"""How a milestone stands: reached or missed by what was measured to the end of its day, and why.

A milestone with a value counts from the start of the period that its due day lies in, to the end
of that day and not of another. As with a period, an interval that holds the value, or too little
measured, decides nothing. A milestone without a value is shown with its day; nothing measures it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from unipact.agreement.engine.ports import Mark, MetricAnswer
from unipact.agreement.engine.quantities import decimal_text, quantity, target_text
from unipact.agreement.engine.reasons import (
    Reason,
    coverage_facts,
    coverage_text,
    is_too_little,
)
from unipact.agreement.engine.status import meets_surely
from unipact.agreement.engine.terms import Commitment, Milestone, StatusRules, Text

MilestoneState = Literal["not_due", "reached", "missed", "undecided", "no_data"]


@dataclass(frozen=True, slots=True)
class MilestoneJudgement:
    """The state of a milestone, what was measured by its day (or so far), and why."""

    state: MilestoneState
    measured: Decimal | None
    reason: Reason


def judge_milestone(
    commitment: Commitment,
    milestone: Milestone,
    answers: Mapping[str, MetricAnswer],
    rules: StatusRules,
    as_of: date,
) -> MilestoneJudgement:
    """How a milestone stands; ``answers`` are those of the commitment, by the target's id."""
    answer = _answer_for(commitment, milestone, answers)
    if as_of < milestone.due:
        return _not_due(commitment, milestone, answer)
    due = {"due": str(milestone.due)}
    if milestone.value is None:
        text = Text(
            f"Was due on {milestone.due}; no metric measures it.",
            f"应于 {milestone.due} 完成；没有指标衡量此项。",
        )
        return MilestoneJudgement("no_data", None, Reason("milestone_unmeasured", text, due))
    mark = answer.marks.get(milestone.due) if answer else None
    if mark is None:
        text = Text(
            f"Was due on {milestone.due}; there is no measurement for that day.",
            f"应于 {milestone.due} 完成；该日没有实测数据。",
        )
        return MilestoneJudgement("no_data", None, Reason("milestone_no_data", text, due))
    return _judged(commitment, milestone, milestone.value, mark, rules)


def _judged(
    commitment: Commitment,
    milestone: Milestone,
    value: Decimal,
    mark: Mark,
    rules: StatusRules,
) -> MilestoneJudgement:
    facts = {
        "due": str(milestone.due),
        "value": decimal_text(value),
        "measured": decimal_text(mark.value),
    }
    state: MilestoneState = "undecided"
    is_reached = meets_surely(commitment.direction, mark.value, mark.interval, value)
    if mark.coverage is not None and is_too_little(mark.coverage, rules):
        code = "milestone_too_little_measured"
        verdict = coverage_text(mark.coverage, rules)
        facts |= coverage_facts(mark.coverage, rules)
    elif is_reached is None:
        assert mark.interval is not None
        code = "milestone_undecided"
        ends = [quantity(end, commitment.unit) for end in (mark.interval.low, mark.interval.high)]
        verdict = Text(
            f"the interval {ends[0].en} to {ends[1].en} holds it, so this cannot be decided",
            f"区间 {ends[0].zh}至{ends[1].zh}包含该值，因此不能判定",
        )
        facts |= {
            "low": decimal_text(mark.interval.low),
            "high": decimal_text(mark.interval.high),
        }
    else:
        state = "reached" if is_reached else "missed"
        code = f"milestone_{state}"
        verdict = Text("reached", "已达到") if is_reached else Text("missed", "未达到")
    got = quantity(mark.value, commitment.unit)
    wanted = target_text(commitment.direction, value, commitment.unit)
    text = Text(
        f"Measured {got.en} by {milestone.due}; {wanted.en} was due: {verdict.en}.",
        f"截至 {milestone.due} 实测 {got.zh}；应{wanted.zh}：{verdict.zh}。",
    )
    return MilestoneJudgement(state, mark.value, Reason(code, text, facts))


def _not_due(
    commitment: Commitment, milestone: Milestone, answer: MetricAnswer | None
) -> MilestoneJudgement:
    facts = {"due": str(milestone.due)}
    english, chinese = f"Due on {milestone.due}.", f"应于 {milestone.due} 完成。"
    measured = None
    if milestone.value is not None:
        facts["value"] = decimal_text(milestone.value)
        wanted = target_text(commitment.direction, milestone.value, commitment.unit)
        english = f"Due on {milestone.due}: {wanted.en}."
        chinese = f"应于 {milestone.due} {wanted.zh}。"
        expected = _expected(answer, milestone.due)
        measured = answer.value if answer else None
        if measured is not None:
            now = quantity(measured, commitment.unit)
            english, chinese = f"{english} Measured {now.en} so far", f"{chinese}目前实测 {now.zh}"
            facts["measured"] = decimal_text(measured)
            if expected is not None:
                then = quantity(expected, commitment.unit)
                english, chinese = f"{english}; {then.en} expected", f"{chinese}；预计 {then.zh}"
                facts["expected"] = decimal_text(expected)
            english, chinese = f"{english}.", f"{chinese}。"
    reason = Reason("milestone_not_due", Text(english, chinese), facts)
    return MilestoneJudgement("not_due", measured, reason)


def _answer_for(
    commitment: Commitment, milestone: Milestone, answers: Mapping[str, MetricAnswer]
) -> MetricAnswer | None:
    for target in commitment.targets:
        if target.period.start <= milestone.due < target.period.until:
            return answers.get(target.id)
    return None


def _expected(answer: MetricAnswer | None, due: date) -> Decimal | None:
    if answer is None or answer.forecast is None:
        return None
    end = due + timedelta(days=1)
    later = [step for step in answer.forecast.fan if step.until >= end]
    return min(later, key=lambda step: step.until).middle if later else None
