"""How one period of a commitment stands: its state, its computed status and the reason.

Rules (``docs/decisions/0004-status-is-computed.md``): a period that has not begun is not due.
While it runs, its status follows from the forecast at the due date by the agreement's own
thresholds. From the due day on, the measurement decides, and where the measurement's interval
holds the target it decides nothing: the period then stays ``running`` and ``undecided``. So it is
on any day on which too little was measured: what is missing must never count as kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal, get_args

from unipact.agreement.engine import reasons
from unipact.agreement.engine.ports import Interval, MetricAnswer
from unipact.agreement.engine.reasons import Case, Reason
from unipact.agreement.engine.states import PeriodState
from unipact.agreement.engine.terms import Direction

Status = Literal["on_track", "at_risk", "off_track", "undecided", "no_data"]
Standing = Literal[
    "not_due",
    "on_track",
    "at_risk",
    "off_track",
    "undecided",
    "no_data",
    "met",
    "partly_met",
    "missed",
]
STANDINGS: tuple[Standing, ...] = get_args(Standing)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The state of a period, its status (None unless it is running) and why."""

    state: PeriodState
    status: Status | None
    reason: Reason

    @property
    def standing(self) -> Standing:
        """The one word for lists: the status of a running period, else its state."""
        if self.state == "running":
            return self.status or "undecided"
        return self.state


def judge(case: Case, answer: MetricAnswer | None) -> Judgement:
    """How the case stands on its as-of day; ``answer`` None means that nobody supplies facts."""
    period = case.target.period
    if case.as_of < period.start:
        return Judgement("not_due", None, reasons.not_started(case))
    is_over = case.as_of + timedelta(days=1) >= period.until
    if answer is None:
        return Judgement("running", "no_data", reasons.no_source(case, is_over))
    if answer.value is None:
        return Judgement("running", "no_data", reasons.no_value(case, answer, is_over))
    if reasons.is_too_little(answer.coverage, case.rules):
        return Judgement("running", "undecided", reasons.too_little(case, answer, answer.value))
    if case.as_of >= case.target.due:
        return _decided(case, answer, answer.value)
    if is_over:
        return _awaiting(case, answer, answer.value)
    return _running(case, answer, answer.value)


def meets(direction: Direction, value: Decimal, target: Decimal) -> bool:
    """Whether a value fulfils a target."""
    return value >= target if direction == "at_least" else value <= target


def meets_surely(
    direction: Direction, value: Decimal, interval: Interval | None, target: Decimal
) -> bool | None:
    """Whether a target is fulfilled; None where the measurement's interval holds both answers."""
    if interval is None:
        return meets(direction, value, target)
    ends = {meets(direction, end, target) for end in (interval.low, interval.high)}
    return ends.pop() if len(ends) == 1 else None


def share_reached(
    direction: Direction, value: Decimal, target: Decimal, baseline: Decimal | None
) -> Decimal | None:
    """Which share of the way to its target a value has gone, or None where there is no way.

    The way leads from the stated baseline; without one it leads from zero where the target
    points away from zero (at least a positive, at most a negative one). A ceiling without a
    baseline is kept or not.
    """
    start = baseline if baseline is not None else Decimal(0)
    way = target - start
    points = way > 0 if direction == "at_least" else way < 0
    if not points:
        return None
    return (value - start) / way


def _decided(case: Case, answer: MetricAnswer, value: Decimal) -> Judgement:
    until = case.target.period.until
    if answer.measured_until is not None and answer.measured_until < until:
        reason = reasons.incomplete(case, answer, value)
        return Judgement("running", "undecided", reason)
    verdict = _verdict(case, answer.interval, value)
    if verdict is None:
        return Judgement("running", "undecided", reasons.undecided(case, answer, value, True))
    return Judgement(verdict, None, reasons.decided(case, verdict, answer, value))


def _verdict(
    case: Case, interval: Interval | None, value: Decimal
) -> Literal["met", "partly_met", "missed"] | None:
    target, direction = case.target.value, case.direction
    is_met = meets_surely(direction, value, interval, target)
    if is_met is None:
        return None
    if is_met:
        return "met"
    share = share_reached(direction, value, target, case.baseline_value)
    return "partly_met" if share is not None and share >= case.rules.partly_from else "missed"


def _awaiting(case: Case, answer: MetricAnswer, value: Decimal) -> Judgement:
    verdict = _verdict(case, answer.interval, value)
    if verdict is None:
        return Judgement("running", "undecided", reasons.undecided(case, answer, value, True))
    status: Status = "on_track" if verdict == "met" else "off_track"
    return Judgement("running", status, reasons.awaiting_due(case, answer, value))


def _running(case: Case, answer: MetricAnswer, value: Decimal) -> Judgement:
    forecast = answer.forecast
    if forecast is None:
        early = case.elapsed < case.rules.least_elapsed
        make = reasons.too_early if early else reasons.no_forecast
        return Judgement("running", "undecided", make(case, answer, value))
    status = _status_of(case, answer)
    if status == "undecided":
        return Judgement("running", status, reasons.undecided(case, answer, value, False))
    return Judgement("running", status, reasons.forecast(case, status, answer, value))


def _status_of(case: Case, answer: MetricAnswer) -> Status:
    assert answer.forecast is not None
    probability = answer.forecast.probability
    if probability >= case.rules.on_track_from:
        return "on_track"
    if probability < case.rules.off_track_below:
        return "off_track"
    interval = answer.interval
    if interval is not None and interval.low <= case.target.value <= interval.high:
        # Neither likely nor unlikely, and the measurement itself cannot tell: no warning either.
        return "undecided"
    return "at_risk"


def standing_counts(standings: Sequence[Standing]) -> dict[str, int]:
    """How often each standing occurs; every standing has an entry."""
    return {name: standings.count(name) for name in STANDINGS}
