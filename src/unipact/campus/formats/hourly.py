"""Read an hourly series for the whole site: weather or grid carbon, one row for each hour."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from unipact.campus.formats.checked import CheckedFile, Shape, reading
from unipact.campus.formats.columns import Column

_HOUR = pa.field("ts", pa.timestamp("us", tz="UTC"), nullable=False)
WEATHER_SCHEMA = pa.schema([_HOUR, pa.field("temp_c", pa.decimal128(5, 2))])
CARBON_SCHEMA = pa.schema([_HOUR, pa.field("kgco2_per_kwh", pa.decimal128(9, 6))])

_WEATHER = Shape(
    columns=(
        Column("ts_utc", "hour"),
        Column("temp_c", "decimal", digits=5, decimals=2, low="-90", high="60", required=False),
    ),
    key=("ts_utc",),
)
_CARBON = Shape(
    columns=(
        Column("ts_utc", "hour"),
        Column("kgco2_per_kwh", "decimal", digits=9, decimals=6, low="0", high="5", required=False),
    ),
    key=("ts_utc",),
)


@contextmanager
def read_weather(path: Path) -> Iterator[Iterator[pa.RecordBatch]]:
    """Batches of ``WEATHER_SCHEMA``, in order of time; errors as ``reading`` raises them."""
    with reading(path, _WEATHER) as file:
        yield _batches(file, "temp_c", WEATHER_SCHEMA)


@contextmanager
def read_grid_carbon(path: Path) -> Iterator[Iterator[pa.RecordBatch]]:
    """Batches of ``CARBON_SCHEMA``, in order of time; errors as ``reading`` raises them."""
    with reading(path, _CARBON) as file:
        yield _batches(file, "kgco2_per_kwh", CARBON_SCHEMA)


def _batches(file: CheckedFile, name: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    query = f"SELECT ts_utc AS ts, {name} FROM rows ORDER BY ts_utc"  # noqa: S608 - our own names
    return file.batches(query, schema)
