"""Avoided energy, found by the engine of ``unipact.campus.engine``, as metrics with evidence.

The baseline model is fitted on the commitment's baseline alone and applied to the reporting
period; a meter or a day without data enters neither side. The intervals of the evidence are days,
summed over the meters, and their sums give the value.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from unipact.agreement.engine.ports import Interval
from unipact.agreement.engine.terms import Text
from unipact.analysis.registry import Computed, ComputedResult, Input, Scope
from unipact.campus.calibration import shipped_calibration, shipped_digest
from unipact.campus.engine.calibration import Calibration
from unipact.campus.engine.pool import PooledSavings, pooled_savings
from unipact.campus.engine.savings import Savings, savings
from unipact.campus.engine.series import Hourly, Window
from unipact.campus.metrics.rows import (
    BUILDING_READ,
    COMPLETENESS_METRIC,
    GUIDELINE_14,
    IPMVP,
    METER_READ,
    OWNER,
    of_parameters,
    valid_readings,
)
from unipact.campus.metrics.series import (
    daily_sums,
    hourly_by_building,
    hourly_weather,
    window_of,
)
from unipact.campus.tables import READINGS, WEATHER

if TYPE_CHECKING:
    from ibis.expr.types import Table

ENGINE = "campus.savings/1"
_SHARE_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the engine said of one meter or of the pool, in one shape."""

    meters: Mapping[str, Savings]
    said: Savings | PooledSavings
    cv_rmse: float
    nmbe: float
    excluded: Mapping[str, str]


def _readings(tables: Mapping[str, Table], scope: Scope) -> Table:
    return of_parameters(valid_readings(tables, scope), scope)


def _weather(tables: Mapping[str, Table], _scope: Scope) -> Table:
    return tables[WEATHER.name].select("ts", "temp_c")


_INPUTS = (
    Input(
        name="readings",
        tables=(READINGS.name,),
        select=_readings,
        key=("building_id", "meter", "ts"),
        time="ts",
    ),
    Input(
        name="weather",
        tables=(WEATHER.name,),
        select=_weather,
        key=("ts",),
        time="ts",
        # A building remembers the weather of the days before a window.
        window="until",
    ),
)


def _answer(inputs: Mapping[str, pa.Table], scope: Scope) -> _Answer | Text:
    if scope.baseline is None:
        return Text(
            "a saving needs a baseline, and the commitment names none",
            "节能量需要基准期，而承诺未给出基准期",
        )
    meters = hourly_by_building(inputs["readings"])
    if not meters:
        return Text("no valid readings in the baseline or the period", "基准期和本期内均无有效读数")
    weather = hourly_weather(inputs["weather"])
    baseline, reporting = window_of(scope.baseline), window_of(scope.spans[-1])
    calibration, level = shipped_calibration(), float(scope.level)
    found = (
        _single(meters, weather, baseline, reporting, calibration, scope.zone, level)
        if "building" in scope.where
        else _pool(meters, weather, baseline, reporting, calibration, scope.zone, level)
    )
    if found.said.refused:
        return Text(
            f"no saving can be computed: {found.said.refused}",
            f"无法计算节能量：{found.said.refused_zh or found.said.refused}",
        )
    return found


def _single(
    meters: Mapping[str, Hourly],
    weather: Hourly,
    baseline: Window,
    reporting: Window,
    calibration: Calibration,
    zone: str,
    level: float,
) -> _Answer:
    ((name, series),) = meters.items()
    found = savings(series, weather, baseline, reporting, calibration, zone=zone, level=level)
    fit = found.fit
    cv_rmse, nmbe = (fit.cv_rmse, fit.nmbe) if fit else (math.nan, math.nan)
    return _Answer({name: found}, found, cv_rmse, nmbe, {})


def _pool(
    meters: Mapping[str, Hourly],
    weather: Hourly,
    baseline: Window,
    reporting: Window,
    calibration: Calibration,
    zone: str,
    level: float,
) -> _Answer:
    found = pooled_savings(
        meters, weather, baseline, reporting, calibration, zone=zone, level=level
    )
    return _Answer(found.meters, found, found.cv_rmse, found.nmbe, found.excluded)


def _share(inputs: Mapping[str, pa.Table], scope: Scope) -> ComputedResult:
    return _result(inputs, scope, as_share=True)


def _energy(inputs: Mapping[str, pa.Table], scope: Scope) -> ComputedResult:
    return _result(inputs, scope, as_share=False)


def _result(inputs: Mapping[str, pa.Table], scope: Scope, *, as_share: bool) -> ComputedResult:
    found = _answer(inputs, scope)
    if isinstance(found, Text):
        return ComputedResult(value=None, gap=found)
    intervals = daily_sums(
        {name: each.intervals for name, each in found.meters.items() if each.intervals}
    )
    said = found.said
    unit, decimals = (1.0, _SHARE_DECIMALS) if as_share else (said.expected_kwh, 0)
    last = intervals["until"][-1].as_py()
    return ComputedResult(
        value=_decimal(said.share if as_share else said.avoided_kwh),
        interval=Interval(
            level=scope.level,
            low=round(_decimal(said.low_share * unit), decimals),
            high=round(_decimal(said.high_share * unit), decimals),
            method=_METHOD,
        ),
        intervals=intervals,
        quality=_quality(found),
        measured_until=last,
    )


_METHOD = Text(
    "calibrated on placebo windows of 31 Cambridge meters, 2014 to June 2018, in which nothing"
    " was done on purpose; the example's own meters are among them, before its baseline",
    "以剑桥 31 只电表 2014 年至 2018 年 6 月的安慰剂窗口（无任何节能措施）校准；"
    "示例自身的电表也在其中，但早于其基准期",
)


def _quality(found: _Answer) -> dict[str, Any]:
    said = found.said
    return {
        "calibration": shipped_digest(),
        # Only what speaks of all meters together: the document travels further than the rows may.
        "models": dict(sorted(Counter(each.model for each in found.meters.values()).items())),
        "meters": len(found.meters),
        "coverage_share": _text(said.coverage, 4),
        "cv_rmse_share": _text(found.cv_rmse, 4),
        "nmbe_share": _text(found.nmbe, 6),
        "detectable_share": _text(said.detectable_share, 4),
        "observed_kwh": _text(said.observed_kwh, 1),
        "expected_kwh": _text(said.expected_kwh, 1),
        "avoided_kwh": _text(said.avoided_kwh, 1),
        "excluded": dict(sorted(found.excluded.items())),
    }


def _decimal(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _text(value: float, decimals: int) -> str | None:
    if not math.isfinite(value):
        return None
    return f"{round(_decimal(value), decimals) + Decimal(0):f}"


_SOURCE = f"{GUIDELINE_14}; {IPMVP}"

ENERGY_SAVINGS = Computed(
    name="campus.energy_savings_share",
    version=1,
    label=Text("Energy saved", "节能率"),
    description=Text(
        "Avoided energy as a share of the energy that the baseline model expects for the weather"
        " of the period. The interval is calibrated on placebo years; a saving smaller than the"
        " detectable one cannot be decided.",
        "避免的能耗占基准模型按本期气象条件所预期能耗的比例。区间以安慰剂年份校准；小于可检出下限的节能无法判定。",
    ),
    unit="1",
    decimals=_SHARE_DECIMALS,
    direction="at_least",
    grain="meter and hour",
    source=_SOURCE,
    owner=OWNER,
    inputs=_INPUTS,
    compute=_share,
    engine=ENGINE,
    numerator="avoided_kwh",
    denominator="expected_kwh",
    parameters=(METER_READ, BUILDING_READ),
    completeness=COMPLETENESS_METRIC,
)

AVOIDED_ENERGY = Computed(
    name="campus.avoided_energy_kwh",
    version=1,
    label=Text("Avoided energy", "避免的能耗"),
    description=Text(
        "Energy that the baseline model expects for the weather of the period, less the energy"
        " that was metered.",
        "基准模型按本期气象条件所预期的能耗减去计量能耗。",
    ),
    unit="kW.h",
    decimals=0,
    direction="at_least",
    grain="meter and hour",
    source=_SOURCE,
    owner=OWNER,
    inputs=_INPUTS,
    compute=_energy,
    engine=ENGINE,
    numerator="avoided_kwh",
    parameters=(METER_READ, BUILDING_READ),
    completeness=COMPLETENESS_METRIC,
)
