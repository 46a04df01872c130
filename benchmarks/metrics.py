"""Evaluation of 1,000 metric values over 10 million rows, beside the same SQL by hand in DuckDB.

Both sides read the same files at the same snapshot, in one process with the same number of
threads, and give the same values (checked). By hand is one statement for each value, as an analyst
writes it: filter, aggregate. Ours goes through the evaluator, from requests to rounded values; it
answers requests of one metric from one scan. Pairs are interleaved; the ratio is the median of the
paired ratios, because a shared machine drifts more within a minute than the two sides differ.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa

from unipact.agreement.engine.ports import MetricRequest
from unipact.agreement.engine.terms import Span, Text
from unipact.analysis.evaluation import Evaluator
from unipact.analysis.evaluation.compiler import Compiler
from unipact.analysis.lake import Lake
from unipact.analysis.lake.files import connect
from unipact.analysis.registry import (
    Batch,
    FieldManifest,
    LakeTable,
    Metric,
    Parameter,
    Provenance,
    Registry,
)

THREADS = 2
METERS = 400
START = datetime(2018, 1, 1, tzinfo=UTC)
_SAID = Text("benchmark", "基准测试")
_KINDS = ("class", "room", "plant", "light")
_TABLE = LakeTable(
    name="bench.readings",
    schema=pa.schema(
        [
            pa.field("meter", pa.string(), nullable=False),
            pa.field("ts", pa.timestamp("us", tz="UTC"), nullable=False),
            pa.field("kind", pa.string(), nullable=False),
            pa.field("kwh", pa.decimal128(12, 3), nullable=False),
        ]
    ),
    key=("meter", "ts"),
    time="ts",
    label=_SAID,
    description=_SAID,
    units={"kwh": "kW.h"},
)
_METER = Parameter(name="meter", type="text", label=_SAID, column="meter")
_KIND = Parameter(name="kind", type="text", label=_SAID, column="kind")


def _metric(name: str, **said: Any) -> Metric:
    return Metric(
        name=f"bench.{name}",
        version=1,
        label=_SAID,
        description=_SAID,
        unit="kW.h",
        decimals=3,
        direction="at_most",
        grain="meter and step",
        source="made up",
        owner="bench",
        tables=(_TABLE.name,),
        select=lambda tables, _: tables[_TABLE.name],
        key=("meter", "ts"),
        time="ts",
        parameters=(_METER, _KIND),
        **said,
    )


_FIELD = FieldManifest(
    id="bench",
    name=_SAID,
    tables=(_TABLE,),
    metrics=(
        _metric("energy", measure=lambda rows: rows.kwh.sum(), kind="sum"),
        _metric("steps", measure=lambda rows: rows.count(), kind="count"),
        _metric("high", measure=lambda rows: rows.count(where=rows.kwh > 40), kind="count"),
        _metric("peak", measure=lambda rows: rows.kwh.max(), kind="level"),
    ),
)
_BY_HAND = {
    "bench.energy": "sum(kwh)",
    "bench.steps": "count(*)",
    "bench.high": "count(*) FILTER (WHERE kwh > 40)",
    "bench.peak": "max(kwh)",
}


@dataclass
class World:
    """A lake of ``rows`` readings, an evaluator over it, and a DuckDB that reads its files."""

    rows: int
    evaluator: Evaluator
    by_hand: Any
    source: str


def world(folder: Path, rows: int) -> World:
    """Fill a lake under ``folder`` with ``rows`` seeded readings, in 8 batches."""
    registry = Registry([_FIELD])
    lake = Lake(folder, registry.tables)
    said = Provenance(
        owner="bench", visibility="own", source=_SAID, licence=_SAID, attribution=_SAID
    )
    parts = 8
    for part in range(parts):
        meters = range(part * METERS // parts, (part + 1) * METERS // parts)
        stream = {_TABLE.name: lambda meters=meters: _readings(meters, rows // METERS)}
        lake.publish(Batch(key=f"part {part}", provenance=said, tables=stream))
    snapshot = lake.resolve()
    names = ", ".join(f"'{each}'" for each in lake.files(snapshot, _TABLE.name))
    return World(
        rows,
        Evaluator(registry, lake, snapshot, threads=THREADS),
        connect(THREADS),
        f"read_parquet([{names}])",
    )


def _readings(meters: Sequence[int], count: int) -> Iterator[pa.RecordBatch]:
    step_us = 2 * 365 * 86_400_000_000 // count
    first = int(START.timestamp() * 1e6)
    for meter in meters:
        rng = np.random.default_rng(meter)
        milli = rng.integers(0, 50_000, count)
        yield pa.RecordBatch.from_arrays(
            [
                pa.array([f"m{meter:03d}"] * count, pa.string()),
                pa.array(first + np.arange(count) * step_us).cast(pa.timestamp("us", tz="UTC")),
                pa.DictionaryArray.from_arrays(
                    pa.array(rng.integers(0, len(_KINDS), count), pa.int32()), list(_KINDS)
                ).cast(pa.string()),
                _thousandths(milli),
            ],
            schema=_TABLE.schema,
        )


def _thousandths(values: np.ndarray[Any, np.dtype[np.int64]]) -> pa.Array:
    words = np.zeros((values.size, 2), np.int64)
    words[:, 0] = values
    return pa.Array.from_buffers(
        pa.decimal128(12, 3), values.size, [None, pa.py_buffer(words.tobytes())]
    )


def requests(count: int, seed: int) -> list[MetricRequest]:
    """Seeded requests: any metric, meter or none, kind or none, any days of two years."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        where: dict[str, str | int | bool] = {"meter": f"m{rng.integers(0, METERS):03d}"}
        if rng.random() < 0.3:
            where["kind"] = _KINDS[rng.integers(0, len(_KINDS))]
        start = date(2018, 1, 2) + timedelta(days=int(rng.integers(0, 600)))
        until = start + timedelta(days=int(rng.integers(7, 120)))
        made.append(
            MetricRequest(
                commitment=f"c{number}",
                target_id="t",
                metric=list(_BY_HAND)[rng.integers(0, len(_BY_HAND))],
                version=1,
                where=where,
                baseline=None,
                period=Span(start, until),
                due=until,
                as_of=until,
                zone="Asia/Shanghai",
                target=Decimal(1),
                direction="at_most",
                level=Decimal("0.90"),
                least_elapsed=Decimal("0.10"),
            )
        )
    return made


def by_hand(made: World, asked: Sequence[MetricRequest]) -> list[Decimal | None]:
    """One statement for each value."""
    values = []
    for each in asked:
        conditions = " AND ".join(f"{name} = ?" for name in each.where)
        day = timedelta(hours=-8)
        span = [
            datetime(edge.year, edge.month, edge.day, tzinfo=UTC) + day
            for edge in (each.period.start, each.period.until)
        ]
        (found,) = made.by_hand.execute(
            f"SELECT {_BY_HAND[each.metric]} FROM {made.source} "
            f"WHERE {conditions} AND ts >= ? AND ts < ?",
            [*each.where.values(), *span],
        ).fetchall()[0]
        values.append(None if found is None else Decimal(found).quantize(Decimal("0.001")))
    return values


def _seconds(work: Any, *values: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = work(*values)
    return time.perf_counter() - start, answer


def _paired(made: World, sets: Sequence[Sequence[MetricRequest]]) -> tuple[float, float, float]:
    """Median seconds of ours and by hand over the sets, and the median of the paired ratios."""
    made.evaluator.values(sets[0])
    by_hand(made, sets[0][:20])
    ours, hand = [], []
    for number, asked in enumerate(sets):
        order = (made.evaluator.values, lambda each: by_hand(made, each))
        if number % 2:
            second, theirs = _seconds(order[1], asked)
            first, mine = _seconds(order[0], asked)
        else:
            first, mine = _seconds(order[0], asked)
            second, theirs = _seconds(order[1], asked)
        if list(mine) != theirs:
            raise ValueError("the two sides gave different values")
        ours.append(first)
        hand.append(second)
    ratios = [theirs / mine for mine, theirs in zip(ours, hand, strict=True)]
    return median(ours), median(hand), median(ratios)


def _row(name: str, ours: float, peer: float, unit: str, ratio: float, note: str) -> dict[str, Any]:
    return {
        "name": name,
        "ours": round(ours, 4),
        "peer": round(peer, 4),
        "unit": unit,
        "ratio": round(ratio, 3),
        "note": note,
    }


def _compile_ms() -> list[float]:
    """Milliseconds to compile each metric for the first time, Ibis being imported already."""
    registry = Registry([_FIELD])
    compilers = [Compiler(registry) for _ in range(5)]
    return [
        1_000 * _seconds(compiler.sha256, metric)[0]
        for compiler in compilers
        for metric in registry.metrics.values()
    ]


def run() -> list[dict[str, Any]]:
    """Every row of the comparison; under four minutes on two cores."""
    rows = []
    note = "peer: duckdb by hand, one statement a value, same files and threads; equal values"
    with tempfile.TemporaryDirectory() as folder:
        for size in (1_000_000, 10_000_000):
            made = world(Path(folder) / str(size), size)
            million = f"{size // 1_000_000} M rows"
            thousand = [requests(1_000, 1_000 + number) for number in range(3)]
            ours, hand, ratio = _paired(made, thousand)
            rows.append(
                _row(
                    f"1,000 metric values over {million}",
                    ours,
                    hand,
                    "s",
                    ratio,
                    f"{note}; 3 pairs",
                )
            )
            single = [requests(1, number) for number in range(60)]
            ours, hand, ratio = _paired(made, single)
            rows.append(
                _row(
                    f"1 metric value over {million}",
                    1_000 * ours,
                    1_000 * hand,
                    "ms",
                    ratio,
                    f"{note}; 60 pairs; ours compiles nothing anew but checks the request, "
                    "counts the rows and rounds",
                )
            )
            if size == 10_000_000:
                cold = median(_compile_ms())
                rows.append(
                    _row(
                        "compiling a metric for the first time",
                        cold,
                        5.0,
                        "ms",
                        5.0 / cold,
                        "peer: the goal that was set, 5 ms; select and measure, with their checks",
                    )
                )
    return rows


if __name__ == "__main__":
    print(json.dumps(run(), indent=2, ensure_ascii=False))
