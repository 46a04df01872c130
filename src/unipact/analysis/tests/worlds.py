"""A small made-up field for the tests: meters with hourly readings, and batches of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from unipact.agreement.engine.terms import Text
from unipact.analysis.lake import Lake
from unipact.analysis.registry import Batch, LakeTable, Provenance

START = datetime(2018, 1, 1, tzinfo=UTC)
READINGS = LakeTable(
    name="plant.readings",
    schema=pa.schema(
        [
            pa.field("meter", pa.string(), nullable=False),
            pa.field("ts", pa.timestamp("us", tz="UTC"), nullable=False),
            pa.field("kwh", pa.decimal128(18, 3)),
            pa.field("temp", pa.float64()),
        ]
    ),
    key=("meter", "ts"),
    time="ts",
    label=Text("Readings", "读数"),
    description=Text("Energy in the hour that starts at ts.", "自 ts 起一小时内的能耗。"),
    units={"kwh": "kW.h", "temp": "Cel"},
)
METERS = LakeTable(
    name="plant.meters",
    schema=pa.schema(
        [
            pa.field("meter", pa.string(), nullable=False),
            pa.field("building", pa.string(), nullable=False),
        ]
    ),
    key=("meter",),
    time=None,
    label=Text("Meters", "电表"),
    description=Text("Each meter and its building.", "各电表及其所在建筑。"),
)
TABLES = {each.name: each for each in (READINGS, METERS)}
PROVENANCE = Provenance(
    owner="university",
    visibility="shared",
    source=Text("made up", "虚构"),
    licence=Text("CC0-1.0", "CC0-1.0"),
    attribution=Text("none", "无"),
)


def readings(
    meters: int, hours: int, seed: int = 1, start: datetime = START, first: int = 0
) -> pa.Table:
    """``hours`` hourly rows for each of ``meters`` meters, numbered from ``first``."""
    rng = np.random.default_rng(seed)
    names = np.repeat([f"m{number:03d}" for number in range(first, first + meters)], hours)
    moments = np.datetime64(int(start.timestamp() * 1e6), "us") + np.tile(
        np.arange(hours) * np.timedelta64(3_600_000_000, "us"), meters
    )
    milli = rng.integers(0, 50_000, meters * hours)
    return pa.table(
        [
            pa.array(names.tolist(), pa.string()),
            pa.array(moments, pa.timestamp("us", tz="UTC")),
            pa.array([f"{each // 1000}.{each % 1000:03d}" for each in milli.tolist()]).cast(
                pa.decimal128(18, 3)
            ),
            pa.array(rng.normal(10, 5, meters * hours)),
        ],
        schema=READINGS.schema,
    )


def meters(count: int, first: int = 0) -> pa.Table:
    names = [f"m{number:03d}" for number in range(first, first + count)]
    return pa.table(
        [names, [f"b{number % 3}" for number in range(first, first + count)]],
        schema=METERS.schema,
    )


def batch(
    key: str, chunk: int = 10_000, provenance: Provenance = PROVENANCE, **tables: pa.Table
) -> Batch:
    """A batch of ``plant`` tables, streamed in record batches of ``chunk`` rows."""

    def stream(table: pa.Table) -> Iterator[pa.RecordBatch]:
        return iter(table.to_batches(max_chunksize=chunk))

    named = {f"plant.{name}": (lambda table=table: stream(table)) for name, table in tables.items()}
    return Batch(key=key, provenance=provenance, tables=named)


def lake(root: Path) -> Lake:
    return Lake(root, TABLES)
