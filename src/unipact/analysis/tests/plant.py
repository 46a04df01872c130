"""The made-up field's metrics: one of each kind, over the tables of ``worlds``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from unipact.agreement.engine.ports import Interval, MetricRequest
from unipact.agreement.engine.terms import Direction, Span, Text
from unipact.agreement.engine.terms import Parameter as ParameterValue
from unipact.analysis.evaluation import Evaluator
from unipact.analysis.field import FIELD
from unipact.analysis.registry import (
    Computed,
    ComputedResult,
    FieldManifest,
    Input,
    Metric,
    Parameter,
    Ratio,
    Registry,
    Scope,
)
from unipact.analysis.tests import worlds

SAID = Text("made up for a test", "测试用")
METER = Parameter(name="meter", type="text", label=SAID, column="meter")
ABOVE = Parameter(name="above", type="integer", label=SAID)
YEAR = Span(date(2018, 1, 1), date(2019, 1, 1))


def _above(tables: Mapping[str, Any], scope: Scope) -> Any:
    rows = tables["plant.readings"]
    return rows.filter(rows.kwh > scope.where.get("above", 0))


def declared(form: type[Any] = Metric, /, **said: Any) -> Any:
    """A metric of ``plant`` where only what matters is said."""
    plain: dict[str, Any] = {
        "version": 1,
        "label": SAID,
        "description": SAID,
        "unit": "kW.h",
        "decimals": 3,
        "direction": "at_least",
        "grain": "meter and hour",
        "source": "made up",
        "owner": "plant",
    }
    if form is not Computed:
        plain |= {
            "tables": ("plant.readings",),
            "select": _above,
            "key": ("meter", "ts"),
            "time": "ts",
            "parameters": (METER, ABOVE),
        }
    return form(**{**plain, **said})


def saved(rows: Mapping[str, pa.Table], scope: Scope) -> ComputedResult:
    """Each day of the period against the mean day of the baseline."""
    if scope.baseline is None:
        return ComputedResult(value=None, gap=Text("no baseline", "无基准期"))
    days: dict[date, Decimal] = {}
    for row in rows["readings"].to_pylist():
        days[row["ts"].date()] = days.get(row["ts"].date(), Decimal(0)) + row["kwh"]
    base = [value for day, value in days.items() if day < scope.baseline.until]
    expected = sum(base, Decimal(0)) / len(base)
    reported = sorted(day for day in days if day >= scope.period.start)
    if not reported:
        return ComputedResult(value=None, gap=Text("nothing in the period", "期间内无读数"))
    intervals = pa.table(
        {
            "start": pa.array(reported, pa.date32()),
            "until": pa.array([day + timedelta(days=1) for day in reported], pa.date32()),
            "expected": [float(expected)] * len(reported),
            "observed": [float(days[day]) for day in reported],
            "avoided": [float(expected - days[day]) for day in reported],
        }
    )
    value = sum((expected - days[day] for day in reported), Decimal(0))
    share = value / (expected * len(reported))
    around = Interval(scope.level, share - Decimal("0.01"), share + Decimal("0.01"), SAID)
    return ComputedResult(
        value=share,
        interval=around,
        intervals=intervals,
        quality={"baseline_days": str(len(base))},
        measured_until=reported[-1] + timedelta(days=1),
    )


ENERGY = declared(name="plant.energy", measure=lambda rows: rows.kwh.sum(), kind="sum")
HOURS = declared(
    name="plant.hours", unit="h", decimals=0, measure=lambda rows: rows.count(), kind="count"
)
LOADS = declared(
    name="plant.loads", unit="1", decimals=0, measure=lambda rows: rows.kwh.nunique(), kind="level"
)
HIGH_SHARE = declared(
    Ratio,
    name="plant.high_share",
    unit="1",
    decimals=6,
    numerator=lambda rows: rows.kwh.sum(where=rows.kwh > 30),
    denominator=lambda rows: rows.kwh.sum(),
)
METERS = declared(
    name="plant.meter_count",
    unit="1",
    decimals=0,
    tables=("plant.meters",),
    select=lambda tables, _scope: tables["plant.meters"],
    measure=lambda rows: rows.count(),
    kind="count",
    key=("meter",),
    time=None,
    parameters=(),
)
SAVED = declared(
    Computed,
    name="plant.saved_share",
    unit="1",
    decimals=4,
    inputs=(
        Input(
            name="readings",
            tables=("plant.readings",),
            select=lambda tables, _scope: tables["plant.readings"].select("meter", "ts", "kwh"),
            key=("meter", "ts"),
            time="ts",
        ),
    ),
    compute=saved,
    engine="plant.saved/1",
    numerator="avoided",
    denominator="expected",
)
ALL = (ENERGY, HOURS, LOADS, HIGH_SHARE, METERS, SAVED)


def registry(*metrics: Any) -> Registry:
    """The analysis field and ``plant`` with ``metrics`` (default: all of them)."""
    plant = FieldManifest(
        id="plant",
        name=SAID,
        tables=(worlds.READINGS, worlds.METERS),
        metrics=metrics or ALL,
    )
    return Registry([FIELD, plant])


def evaluator(root: Path, *metrics: Any, threads: int | None = None) -> Evaluator:
    """An evaluator of the lake under ``root``, as it is now."""
    return Evaluator(registry(*metrics), worlds.lake(root), threads=threads)


def request(
    metric: str,
    where: Mapping[str, ParameterValue] | None = None,
    period: Span = YEAR,
    as_of: date = date(2018, 7, 31),
    zone: str = "Asia/Shanghai",
    target: str = "1000",
    direction: Direction = "at_least",
    baseline: Span | None = None,
) -> MetricRequest:
    """A request with everything else at its plainest."""
    return MetricRequest(
        commitment="c-1",
        target_id="t-1",
        metric=metric,
        version=1,
        where=where or {},
        baseline=baseline,
        period=period,
        due=period.until,
        as_of=as_of,
        zone=zone,
        target=Decimal(target),
        direction=direction,
        level=Decimal("0.90"),
        least_elapsed=Decimal("0.10"),
    )
