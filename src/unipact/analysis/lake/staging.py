"""Write the rows of a batch to Parquet, checked and digested as they stream by.

The content digest is over values, not over file bytes: blocks of ``BLOCK_ROWS`` rows, each column's
validity and little-endian values (text: lengths, then UTF-8). It does not depend on how the rows
were cut into record batches, on the folder or on the Parquet writer. It does depend on their order.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unipact.analysis.registry import LakeTable
from unipact.errors import Finding, Invalid

BLOCK_ROWS = 65_536
_WIDTHS = {pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.float32(), pa.float64(), pa.date32()}


@dataclass(frozen=True, slots=True)
class Staged:
    """A table's part of a batch as one Parquet file, not yet visible to anyone.

    ``first`` and ``last`` are the earliest and latest value of the table's time column.
    """

    table: LakeTable
    path: Path
    rows: int
    digest: str
    first: datetime | None
    last: datetime | None

    @property
    def statistics(self) -> str:
        """What Delta keeps of a file, as JSON."""
        kept: dict[str, Any] = {"numRecords": self.rows}
        if self.table.time and self.first and self.last:
            kept["minValues"] = {self.table.time: _delta_time(self.first)}
            kept["maxValues"] = {self.table.time: _delta_time(self.last)}
        return json.dumps(kept, sort_keys=True)


def file_name(digest: str) -> str:
    """The name that a batch's file has in its table: the same rows give the same name."""
    return f"part-{digest.removeprefix('sha256:')[:32]}.parquet"


def stage(table: LakeTable, batches: Iterable[pa.RecordBatch], folder: Path) -> Staged:
    """Write ``batches`` to one Parquet file in ``folder``; memory is bounded by one block.

    Raises:
        Invalid: a batch has another schema, a float is NaN or infinite, a value is missing where
            the table says that none may; the finding names the row by its key.
    """
    path = folder / f"{table.name}.parquet"
    sha = _start(table)
    rows, first, last = 0, None, None
    with pq.ParquetWriter(path, table.schema, compression="zstd", version="2.6") as writer:
        for block in _blocks(table, batches):
            _refuse_bad_values(table, block)
            _add(sha, block)
            writer.write_table(block, row_group_size=BLOCK_ROWS)
            rows += block.num_rows
            if table.time:
                span = pc.min_max(block.column(table.time)).as_py()
                first = min(filter(None, (first, span["min"])), default=None)
                last = max(filter(None, (last, span["max"])), default=None)
    sync(path)
    return Staged(table, path, rows, f"sha256:{sha.hexdigest()}", first, last)


def content_digest(table: LakeTable, path: Path) -> str:
    """The content digest of a Parquet file that ``stage`` wrote for ``table``."""
    sha = _start(table)
    with pq.ParquetFile(path) as file:
        batches = (each.cast(table.schema) for each in file.iter_batches(BLOCK_ROWS))
        for block in _blocks(table, batches):
            _add(sha, block)
    return f"sha256:{sha.hexdigest()}"


def _start(table: LakeTable) -> hashlib._Hash:
    columns = [[each.name, str(each.type)] for each in table.schema]
    return hashlib.sha256(json.dumps(columns).encode())


def _add(sha: hashlib._Hash, block: pa.Table) -> None:
    for column in block.columns:
        for part in _canonical_bytes(column):
            sha.update(part)


def _blocks(table: LakeTable, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    kept: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        if not batch.schema.equals(table.schema):
            raise Invalid(
                f"rows for {table.name} have another schema",
                findings=[Finding(table.name, f"got {batch.schema}", f"Give {table.schema}.")],
            )
        rest = batch
        while count + rest.num_rows >= BLOCK_ROWS:
            missing = BLOCK_ROWS - count
            yield _combine(table, [*kept, rest.slice(0, missing)])
            kept, count, rest = [], 0, rest.slice(missing)
        if rest.num_rows:
            kept.append(rest)
            count += rest.num_rows
    if kept:
        yield _combine(table, kept)


def _combine(table: LakeTable, batches: list[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches(batches, schema=table.schema).combine_chunks()


def _refuse_bad_values(table: LakeTable, block: pa.Table) -> None:
    for each in table.schema:
        column = block.column(each.name)
        if not each.nullable and column.null_count:
            _refuse(table, block, each.name, pc.is_null(column), "has no value")
        if pa.types.is_floating(each.type):
            bad = pc.fill_null(pc.invert(pc.is_finite(column)), False)
            if pc.any(bad).as_py():
                _refuse(table, block, each.name, bad, "is not a finite number")


def _refuse(table: LakeTable, block: pa.Table, column: str, bad: Any, what: str) -> None:
    rows = block.filter(bad).slice(0, 3).select(list(table.key)).to_pylist()
    raise Invalid(
        f"rows for {table.name} are wrong: nothing was published",
        findings=[
            Finding(row_place(table, row), f"{column} {what}", "Leave the row out or mend it.")
            for row in rows
        ],
    )


def row_place(table: LakeTable, row: dict[str, Any]) -> str:
    """A row as people find it again: ``campus.readings[meter=b1, ts=2016-01-01T00:00:00Z]``."""
    shown = ", ".join(f"{name}={_shown(row[name])}" for name in table.key)
    return f"{table.name}[{shown}]"


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def _canonical_bytes(chunked: pa.ChunkedArray) -> Iterator[bytes | memoryview]:
    array = chunked.combine_chunks() if chunked.num_chunks != 1 else chunked.chunk(0)
    yield memoryview(pc.is_valid(array).cast(pa.uint8()).to_numpy(zero_copy_only=False))
    kind = array.type
    if pa.types.is_string(kind):
        filled = pc.fill_null(array, "")
        yield memoryview(pc.binary_length(filled).to_numpy(zero_copy_only=False))
        _, offsets, data = filled.buffers()
        ends = np.frombuffer(offsets, np.int32)[filled.offset : filled.offset + len(filled) + 1]
        yield memoryview(data)[ends[0] : ends[-1]] if data is not None and len(filled) else b""
    elif pa.types.is_boolean(kind):
        values = pc.fill_null(array, False).cast(pa.uint8())
        yield memoryview(values.to_numpy(zero_copy_only=False))
    elif pa.types.is_timestamp(kind):
        values = pc.fill_null(array.cast(pa.int64()), 0)
        yield memoryview(values.to_numpy(zero_copy_only=False))
    elif pa.types.is_decimal128(kind):
        filled = pc.fill_null(array, Decimal(0))
        start = filled.offset * 16
        yield memoryview(filled.buffers()[1])[start : start + len(filled) * 16]
    elif kind in _WIDTHS:
        values = array.cast(pa.int32()) if pa.types.is_date(kind) else array
        yield memoryview(pc.fill_null(values, 0).to_numpy(zero_copy_only=False)).cast("B")
    else:
        raise Invalid(f"the lake holds no columns of the type {kind}")


def _delta_time(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sync(path: Path) -> None:
    """Wait until ``path`` and its folder's entry are on the disk."""
    for each, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        number = os.open(each, flags)
        try:
            os.fsync(number)
        finally:
            os.close(number)
