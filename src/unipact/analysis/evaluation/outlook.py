"""From what was measured of a running period to its forecast, or the reason for having none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist

from unipact.agreement.engine.ports import FanStep, Forecast, Interval, MetricRequest
from unipact.agreement.engine.terms import Span, Text
from unipact.analysis.engine.forecast import Course, Floats, Outcome, forecast, seed_of
from unipact.analysis.evaluation.computed import rounded

_PROBABILITY_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """The steps of a period up to ``until``, and of the time just before it.

    ``steps`` says how many days one step has: 1, or more where a level is measured less often.
    """

    num: Floats
    den: Floats | None
    before_num: Floats
    before_den: Floats | None
    until: date
    step_days: int = 1
    block: int = 7
    stock: float = 0.0


def look_ahead(
    request: MetricRequest,
    measured: Measured,
    decimals: int,
    snapshot: str,
    interval: Interval | None = None,
) -> Forecast | Text:
    """The forecast for ``request``, or in words why there is none.

    Where the measurement has an interval of its own, its standard deviation (the half-width by
    the normal quantile of its level) is added to every draw: as it is for a ratio, and for a
    total grown with the period, since an error of the yardstick grows with what is measured.
    """
    period = request.period
    if measured.until >= period.until or request.as_of >= period.until - timedelta(days=1):
        return Text("the period is over: nothing is forecast", "本期已结束，不再预测")
    elapsed = (measured.until - period.start).days
    share = Decimal(elapsed) / Decimal(period.days)
    if share < request.least_elapsed:
        return _early(elapsed, period.days, request.least_elapsed)
    remaining = -(-(period.until - measured.until).days // measured.step_days)
    noise = 0.0
    if interval is not None:
        quantile = NormalDist().inv_cdf(0.5 + float(interval.level) / 2)
        noise = float(interval.high - interval.low) / 2 / quantile
        noise *= 1.0 if measured.den is not None else period.days / elapsed
    seed = seed_of(snapshot, request.commitment, request.target_id)
    outcome = forecast(
        Course(
            measured.num,
            measured.den,
            measured.before_num,
            measured.before_den,
            remaining,
            measured.block,
            measured.stock,
        ),
        target=float(request.target),
        direction=request.direction,
        level=float(request.level),
        seed=seed,
        noise=noise,
    )
    if not isinstance(outcome, Outcome):
        return outcome.reason
    return _stated(outcome, period, measured, decimals, seed)


def _stated(
    outcome: Outcome, period: Span, measured: Measured, decimals: int, seed: int
) -> Forecast:
    def said(value: float) -> Decimal:
        return rounded(Decimal(value), decimals)

    fan = []
    for steps, low, middle, high in outcome.fan:
        day = measured.until + timedelta(
            days=(round(steps) - measured.num.size) * measured.step_days
        )
        fan.append(FanStep(min(day, period.until), said(low), said(middle), said(high)))
    return Forecast(
        probability=rounded(Decimal(outcome.probability), _PROBABILITY_DECIMALS),
        low=said(outcome.low),
        middle=said(outcome.middle),
        high=said(outcome.high),
        burn=said(outcome.burn),
        fan=tuple(fan),
        method=outcome.method,
        seed=seed,
    )


def _early(elapsed: int, days: int, least: Decimal) -> Text:
    return Text(
        f"too early for a forecast: {elapsed} of {days} days are measured, "
        f"the agreement asks for a share of {least} of the period",
        f"尚早，无法预测：{days} 天中已测 {elapsed} 天，协议要求占本期的比例达到 {least}",
    )
