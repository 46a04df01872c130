r"""The digest of rows: SHA-256 over one line of text for each, sorted by key.

A line holds the columns in their order, joined by tabs and ended by a newline. Whoever has the
rows can make the same text in any language: integers and decimals in plain digits (a decimal with
all digits of its scale), float64 as the shortest decimal that reads back as the same number, times
as microseconds since 1970-01-01 UTC, days as YYYY-MM-DD, true and false, text as it is with
backslash, tab and newline written ``\\``, ``\t`` and ``\n``; a missing value is ``\N``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pyarrow as pa

from unipact.analysis.evaluation.rows import Query
from unipact.analysis.evaluation.session import Session
from unipact.analysis.lake.files import quoted


def rows_digest(
    session: Session, rows: Query, schema: pa.Schema, key: Sequence[str]
) -> tuple[int, str]:
    """How many rows there are, and their digest; the rows stream by and are not kept."""
    line = " || chr(9) || ".join(_text(each) for each in schema)
    order = ", ".join(quoted(each) for each in key)
    reader = session.stream(
        f"SELECT {line} || chr(10) AS line FROM ({rows.sql}) AS cut ORDER BY {order}",
        rows.values,
    )
    sha, count = hashlib.sha256(), 0
    for batch in reader:
        sha.update(_joined(batch.column(0)))
        count += batch.num_rows
    return count, f"sha256:{sha.hexdigest()}"


def table_digest(session: Session, table: pa.Table, key: Sequence[str]) -> tuple[int, str]:
    """The same for an Arrow table."""
    session.connection.register("_digested", table)
    try:
        return rows_digest(session, Query("SELECT * FROM _digested", ()), table.schema, key)
    finally:
        session.connection.unregister("_digested")


def _text(column: pa.Field) -> str:
    name = quoted(column.name)
    if pa.types.is_timestamp(column.type):
        text = f"CAST(epoch_us({name}) AS VARCHAR)"
    elif pa.types.is_string(column.type):
        text = f"replace(replace(replace({name}, '\\', '\\\\'), chr(9), '\\t'), chr(10), '\\n')"
    else:
        text = f"CAST({name} AS VARCHAR)"
    return f"coalesce({text}, '\\N')"


def _joined(lines: pa.StringArray) -> memoryview:
    """The lines one after the other: Arrow keeps them that way already."""
    _, offsets, data = lines.cast(pa.large_string()).buffers()
    ends = memoryview(offsets).cast("q")[lines.offset : lines.offset + len(lines) + 1]
    return memoryview(data)[ends[0] : ends[len(lines)]] if data is not None else memoryview(b"")
