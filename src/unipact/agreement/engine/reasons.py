"""Why a period stands as it does: a stable code, the facts, and a sentence in both languages.

Codes: ``not_started``, ``no_source``, ``no_value``, ``too_early``, ``no_forecast``,
``on_track``, ``at_risk``, ``off_track``, ``undecided_interval``, ``awaiting_due``,
``too_little_measured``, ``incomplete``, ``met``, ``partly_met``, ``missed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from unipact.agreement.engine.ports import Interval, MetricAnswer
from unipact.agreement.engine.quantities import (
    decimal_text,
    percent_text,
    quantity,
    target_text,
)
from unipact.agreement.engine.terms import Direction, StatusRules, Target, Text

_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code, the sentence, and the facts in it as decimal or ISO text."""

    code: str
    text: Text
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One period of one commitment on one day, as it is judged.

    ``metric`` is the reference ``name@version``; ``baseline_value`` a stated baseline.
    """

    target: Target
    direction: Direction
    unit: str
    metric: str
    rules: StatusRules
    as_of: date
    baseline_value: Decimal | None = None

    @property
    def elapsed(self) -> Decimal:
        """The share of the period that has passed, the as-of day included."""
        period = self.target.period
        return Decimal((self.as_of - period.start).days + 1) / Decimal(period.days)

    @property
    def target_text(self) -> Text:
        """The target in words."""
        return target_text(self.direction, self.target.value, self.unit)


def not_started(case: Case) -> Reason:
    """The period lies ahead."""
    start, target = case.target.period.start, case.target_text
    text = Text(
        f"The period begins on {start}; the target is {target.en}.",
        f"本期自 {start} 起；目标为{target.zh}。",
    )
    return Reason("not_started", text, {"from": str(start), **_target_facts(case)})


def no_source(case: Case, is_over: bool) -> Reason:
    """No field that runs supplies the metric."""
    over = _over(case, is_over)
    text = Text(
        f"{over.en}No data source yet: no field that runs declares the metric {case.metric}.",
        f"{over.zh}尚无数据来源：已运行的领域均未声明指标 {case.metric}。",
    )
    return Reason("no_source", text, {"metric": case.metric, **_target_facts(case)})


def no_value(case: Case, answer: MetricAnswer, is_over: bool) -> Reason:
    """The metric runs, but has no value here."""
    over, gap = _over(case, is_over), answer.gap or Text("there is no value", "没有数值")
    text = Text(
        f"{over.en}No value of {case.metric}: {gap.en}.",
        f"{over.zh}指标 {case.metric} 没有数值：{gap.zh}。",
    )
    return Reason("no_value", text, {"metric": case.metric, **_target_facts(case)})


def too_early(case: Case, answer: MetricAnswer, value: Decimal) -> Reason:
    """Too little of the period has passed for a forecast."""
    measured = _measured(case, answer.interval, value)
    elapsed = case.elapsed.quantize(_PERCENT)
    least = case.rules.least_elapsed
    text = Text(
        f"{measured.en} so far; only {percent_text(elapsed, 'en')} of the period has passed, "
        f"and nothing is forecast before {percent_text(least, 'en')}.",
        f"目前{measured.zh}；本期仅过去 {percent_text(elapsed, 'zh')}，"
        f"未满 {percent_text(least, 'zh')} 之前不作预测。",
    )
    facts = {"elapsed": decimal_text(elapsed), "least_elapsed": decimal_text(least)}
    return Reason("too_early", text, {**facts, **_facts(case, answer, value)})


def no_forecast(case: Case, answer: MetricAnswer, value: Decimal) -> Reason:
    """There is a value, but no forecast."""
    measured = _measured(case, answer.interval, value)
    gap = answer.forecast_gap or Text("none was made", "未作预测")
    text = Text(
        f"{measured.en} so far; the target is {case.target_text.en}. "
        f"There is no forecast for {case.target.due}: {gap.en}.",
        f"目前{measured.zh}；目标为{case.target_text.zh}。无 {case.target.due} 的预测：{gap.zh}。",
    )
    return Reason("no_forecast", text, _facts(case, answer, value))


def forecast(case: Case, code: str, answer: MetricAnswer, value: Decimal) -> Reason:
    """``code`` (on track, at risk, off track) follows from the forecast."""
    assert answer.forecast is not None
    made = answer.forecast
    measured = _measured(case, answer.interval, value)
    middle, low, high = (quantity(v, case.unit) for v in (made.middle, made.low, made.high))
    level, chance = case.rules.level, _chance(made.probability)
    text = Text(
        f"{measured.en} so far; {middle.en} is expected by {case.target.due} "
        f"({percent_text(_rounded(level), 'en')} interval {low.en} to {high.en}). "
        f"The chance of {case.target_text.en} is {chance.en}.",
        f"目前{measured.zh}；预计到 {case.target.due} 为 {middle.zh}"
        f"（{percent_text(_rounded(level), 'zh')} 区间 {low.zh}至{high.zh}）。"
        f"达到“{case.target_text.zh}”的可能性{chance.zh}。",
    )
    facts = {
        "forecast": decimal_text(made.middle),
        "forecast_low": decimal_text(made.low),
        "forecast_high": decimal_text(made.high),
        "probability": decimal_text(made.probability),
        "due": str(case.target.due),
    }
    return Reason(code, text, {**facts, **_facts(case, answer, value)})


def undecided(case: Case, answer: MetricAnswer, value: Decimal, is_over: bool) -> Reason:
    """The interval holds the target."""
    over, measured = _over(case, is_over), _measured(case, answer.interval, value)
    text = Text(
        f"{over.en}{measured.en}; the target of {case.target_text.en} lies inside the interval, "
        "so this cannot be decided yet.",
        f"{over.zh}{measured.zh}；目标“{case.target_text.zh}”落在区间之内，因此尚不能判定。",
    )
    return Reason("undecided_interval", text, _facts(case, answer, value))


def is_too_little(coverage: Decimal | None, rules: StatusRules) -> bool:
    """Whether the rules let nothing be decided on what was measured."""
    return coverage is not None and coverage < rules.least_coverage


def coverage_text(coverage: Decimal, rules: StatusRules) -> Text:
    """How much was measured and how much the agreement asks for, as a clause."""
    # Cut, not rounded: 89.9 % must not read as the 90 % that are asked for.
    share, least = coverage.quantize(_PERCENT, ROUND_DOWN), rules.least_coverage
    return Text(
        f"only {percent_text(share, 'en')} of what should have been measured was; the agreement "
        f"asks for {percent_text(least, 'en')}",
        f"应测数据仅测得 {percent_text(share, 'zh')}，协议要求达到 {percent_text(least, 'zh')}",
    )


def coverage_facts(coverage: Decimal, rules: StatusRules) -> dict[str, str]:
    """Both shares of ``coverage_text``."""
    return {
        "coverage": decimal_text(coverage),
        "least_coverage": decimal_text(rules.least_coverage),
    }


def too_little(case: Case, answer: MetricAnswer, value: Decimal) -> Reason:
    """Too much of what should have been measured is missing."""
    assert answer.coverage is not None
    is_over = case.as_of + timedelta(days=1) >= case.target.period.until
    over, measured = _over(case, is_over), _measured(case, answer.interval, value)
    clause = coverage_text(answer.coverage, case.rules)
    text = Text(
        f"{over.en}{measured.en}; the target is {case.target_text.en}. But {clause.en}, "
        "so this cannot be decided yet.",
        f"{over.zh}{measured.zh}；目标为{case.target_text.zh}。但{clause.zh}，因此尚不能判定。",
    )
    facts = coverage_facts(answer.coverage, case.rules)
    return Reason("too_little_measured", text, {**facts, **_facts(case, answer, value)})


def incomplete(case: Case, answer: MetricAnswer, value: Decimal) -> Reason:
    """The records end before the period does."""
    over, measured = _over(case, True), _measured(case, answer.interval, value)
    until = answer.measured_until
    text = Text(
        f"{over.en}{measured.en}, but the records reach only to before {until}, "
        "so this cannot be decided yet.",
        f"{over.zh}{measured.zh}，但记录仅到 {until} 之前，因此尚不能判定。",
    )
    facts = {"measured_until": str(until), **_facts(case, answer, value)}
    return Reason("incomplete", text, facts)


def awaiting_due(case: Case, answer: MetricAnswer, value: Decimal) -> Reason:
    """The period is over, its due day is not."""
    over, measured = _over(case, True), _measured(case, answer.interval, value)
    text = Text(
        f"{over.en}{measured.en}; the target is {case.target_text.en} and is judged on "
        f"{case.target.due}.",
        f"{over.zh}{measured.zh}；目标为{case.target_text.zh}，将于 {case.target.due} 判定。",
    )
    return Reason(
        "awaiting_due", text, {"due": str(case.target.due), **_facts(case, answer, value)}
    )


def decided(case: Case, code: str, answer: MetricAnswer, value: Decimal) -> Reason:
    """``code`` (met, partly met, missed) follows from the measurement."""
    measured = _measured(case, answer.interval, value)
    ends = {
        "met": Text("so it is met", "已达成"),
        "partly_met": Text("so it is partly met", "部分达成"),
        "missed": Text("so it is missed", "未达成"),
    }[code]
    text = Text(
        f"{measured.en}; the target was {case.target_text.en}, {ends.en}.",
        f"{measured.zh}；目标为{case.target_text.zh}，{ends.zh}。",
    )
    return Reason(code, text, _facts(case, answer, value))


def _over(case: Case, is_over: bool) -> Text:
    if not is_over:
        return Text("", "")
    until = case.target.period.until
    return Text(f"The period ended before {until}. ", f"本期已于 {until} 之前结束。")


def _measured(case: Case, interval: Interval | None, value: Decimal) -> Text:
    text = quantity(value, case.unit)
    if interval is None:
        return Text(f"Measured {text.en}", f"实测 {text.zh}")
    low, high = quantity(interval.low, case.unit), quantity(interval.high, case.unit)
    level = _rounded(interval.level)
    return Text(
        f"Measured {text.en} ({percent_text(level, 'en')} interval {low.en} to {high.en})",
        f"实测 {text.zh}（{percent_text(level, 'zh')} 区间 {low.zh}至{high.zh}）",
    )


def _rounded(share: Decimal) -> Decimal:
    """Whole per cents."""
    return share.quantize(_PERCENT)


def _chance(share: Decimal) -> Text:
    """A chance in words; of what has not happened yet none is certain, so none shows as such."""
    if share > 1 - _PERCENT:
        most = percent_text(1 - _PERCENT, "en"), percent_text(1 - _PERCENT, "zh")
        return Text(f"more than {most[0]}", f"大于 {most[1]}")
    if share < _PERCENT:
        return Text(
            f"less than {percent_text(_PERCENT, 'en')}", f"小于 {percent_text(_PERCENT, 'zh')}"
        )
    whole = _rounded(share)
    return Text(percent_text(whole, "en"), f"为 {percent_text(whole, 'zh')}")


def _target_facts(case: Case) -> dict[str, str]:
    return {"target": decimal_text(case.target.value)}


def _facts(case: Case, answer: MetricAnswer, value: Decimal) -> dict[str, str]:
    facts = {"value": decimal_text(value), **_target_facts(case)}
    if answer.interval is not None:
        facts["low"] = decimal_text(answer.interval.low)
        facts["high"] = decimal_text(answer.interval.high)
        facts["level"] = decimal_text(answer.interval.level)
    return facts
