"""How a milestone stands: reached or missed by the cumulative series, and why.

A milestone with a value counts from the start of the period that its due day lies in, so the
history inside that period decides it. One without a value is shown with its day; nothing
measures it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from unipact.agreement.engine.ports import MetricAnswer, Step
from unipact.agreement.engine.quantities import decimal_text, quantity, target_text
from unipact.agreement.engine.reasons import Reason
from unipact.agreement.engine.status import meets
from unipact.agreement.engine.terms import Commitment, Milestone, Text

MilestoneState = Literal["not_due", "reached", "missed", "no_data"]


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
    step = _step_at(answer.series if answer else (), milestone.due)
    if step is None or step.cumulative is None:
        text = Text(
            f"Was due on {milestone.due}; there is no measurement for that day.",
            f"应于 {milestone.due} 完成；该日没有实测数据。",
        )
        return MilestoneJudgement("no_data", None, Reason("milestone_no_data", text, due))
    return _judged(commitment, milestone, milestone.value, step.cumulative)


def _judged(
    commitment: Commitment, milestone: Milestone, value: Decimal, measured: Decimal
) -> MilestoneJudgement:
    wanted = target_text(commitment.direction, value, commitment.unit)
    got = quantity(measured, commitment.unit)
    is_reached = meets(commitment.direction, measured, value)
    state: MilestoneState = "reached" if is_reached else "missed"
    verdict = Text("reached", "已达到") if is_reached else Text("missed", "未达到")
    text = Text(
        f"Measured {got.en} by {milestone.due}; {wanted.en} was due: {verdict.en}.",
        f"截至 {milestone.due} 实测 {got.zh}；应{wanted.zh}：{verdict.zh}。",
    )
    facts = {
        "due": str(milestone.due),
        "value": decimal_text(value),
        "measured": decimal_text(measured),
    }
    return MilestoneJudgement(state, measured, Reason(f"milestone_{state}", text, facts))


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


def _step_at(series: tuple[Step, ...], due: date) -> Step | None:
    """The last step that ends by the end of ``due``, unless a whole step is missing after it."""
    end = due + timedelta(days=1)
    ended = [step for step in series if step.span.until <= end and step.cumulative is not None]
    if not ended:
        return None
    last = max(ended, key=lambda step: step.span.until)
    return last if (end - last.span.until).days < max(last.span.days, 1) else None


def _expected(answer: MetricAnswer | None, due: date) -> Decimal | None:
    if answer is None or answer.forecast is None:
        return None
    end = due + timedelta(days=1)
    later = [step for step in answer.forecast.fan if step.until >= end]
    return min(later, key=lambda step: step.until).middle if later else None
