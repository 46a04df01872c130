"""Read a data file whole or not at all: typed rows in order of their key, or every finding.

The work is done in DuckDB, column by column, and may spill to disk; no row passes through Python
unless there is something wrong with it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from unipact.campus.formats.columns import WHAT, Column, problem_sql, value_sql
from unipact.campus.formats.raw import MAX_FINDINGS, Raw, open_raw
from unipact.errors import Finding, Invalid

BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns that a file must have, and those that together identify a row."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that was read and found right: the table ``rows`` of a connection.

    Attributes:
        rows_read: rows of the file.
        repeated: how many of them say again what another row says, and are dropped.
    """

    raw: Raw
    connection: duckdb.DuckDBPyConnection
    rows_read: int
    repeated: int

    def place(self, row: int) -> str:
        """Row number ``row`` as a person finds it again."""
        return self.raw.place(row)

    def batches(self, query: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """The answer to ``query``, in ``schema``, a few thousand rows at a time."""
        try:
            reader = self.connection.sql(query).to_arrow_reader(BATCH_ROWS)
            for batch in reader:
                yield pa.RecordBatch.from_arrays(
                    [batch.column(each.name).cast(each.type) for each in schema], schema=schema
                )
        except duckdb.Error as error:
            raise damaged(self.raw.path) from error


@contextmanager
def reading(path: Path, shape: Shape) -> Iterator[CheckedFile]:
    """Open ``path``, check every row against ``shape`` and give the rows that are left.

    Raises:
        NotFound: there is no such file.
        Invalid: the file, a row or a value is wrong; up to twenty findings, each with its place,
            and how many more there are. No row is given.
    """
    with tempfile.TemporaryDirectory(prefix="unipact-import-") as scratch:
        connection = duckdb.connect(
            config={
                "temp_directory": scratch,
                "memory_limit": "1GB",
                "threads": 2,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        try:
            connection.execute("SET TimeZone = 'UTC'")
            yield _check(connection, path, shape)
        finally:
            connection.close()


def refuse(path: Path, findings: Sequence[Finding], total: int) -> None:
    """Raise ``Invalid`` with the first findings of ``total``, if there are any."""
    if not total:
        return
    shown = list(findings[:MAX_FINDINGS])
    if total > len(shown):
        shown.append(Finding(path.name, f"{total - len(shown)} more things are wrong"))
    wrong = "one thing is wrong" if total == 1 else f"{total} things are wrong"
    raise Invalid(f"{path.name}: {wrong}; nothing was imported", findings=shown)


def damaged(path: Path) -> Invalid:
    """The error for a file that broke off while it was read."""
    what = "is damaged: it could not be read to its end"
    return Invalid(
        f"{path.name} was not read", findings=[Finding(path.name, what, "Write it again.")]
    )


def _check(connection: duckdb.DuckDBPyConnection, path: Path, shape: Shape) -> CheckedFile:
    raw = open_raw(connection, path, shape.columns)
    try:
        _type_rows(connection, raw, shape)
        rows_read = _count(connection, "SELECT count(*) FROM typed")
        findings, total = _value_findings(connection, raw, shape)
        refuse(path, [*raw.misfits, *findings], total + len(raw.misfits))
        if not rows_read:
            refuse(path, [Finding(path.name, "has no rows")], 1)
        findings, total = _conflicts(connection, raw, shape)
        refuse(path, findings, total)
        keys = ", ".join(f'"{each}"' for each in shape.key)
        connection.execute(
            f"CREATE TEMP TABLE rows AS SELECT DISTINCT ON ({keys}) * FROM typed"  # noqa: S608
            f' ORDER BY {keys}, "?row"'
        )
        kept = _count(connection, "SELECT count(*) FROM rows")
    except duckdb.Error as error:
        raise damaged(path) from error
    return CheckedFile(raw, connection, rows_read, rows_read - kept)


def _type_rows(connection: duckdb.DuckDBPyConnection, raw: Raw, shape: Shape) -> None:
    selected = ['"?row"']
    for column in shape.columns:
        kind = raw.types.get(column.name)
        value = value_sql(column, kind) if kind else f"{_NULLS[column.kind]}"
        problem = problem_sql(column, kind) if kind else "NULL"
        selected.append(f'{value} AS "{column.name}"')
        selected.append(f'({problem})::VARCHAR AS "?{column.name}"')
    connection.execute(f"CREATE TEMP TABLE typed AS SELECT {', '.join(selected)} FROM raw")  # noqa: S608


_NULLS = {"text": "NULL::VARCHAR", "hour": "NULL::TIMESTAMPTZ", "decimal": "NULL::DECIMAL(18, 6)"}


def _value_findings(
    connection: duckdb.DuckDBPyConnection, raw: Raw, shape: Shape
) -> tuple[list[Finding], int]:
    parts = [
        f"""
        SELECT "?row" AS row, {number} AS number, '{each.name}' AS name, "?{each.name}" AS problem
        FROM typed WHERE "?{each.name}" IS NOT NULL
        """  # noqa: S608
        for number, each in enumerate(shape.columns)
    ]
    problems = " UNION ALL ".join(parts)
    total = _count(connection, f"SELECT count(*) FROM ({problems})")  # noqa: S608
    if not total:
        return [], 0
    found = connection.sql(
        f"SELECT * FROM ({problems}) ORDER BY row, number LIMIT {MAX_FINDINGS}"  # noqa: S608
    ).fetchall()
    findings = []
    for row, _, name, problem in found:
        shown = connection.execute(
            f'SELECT left("{name}"::VARCHAR, 40) FROM raw WHERE "?row" = ?',  # noqa: S608
            [row],
        ).fetchall()[0][0]
        what, mend = WHAT[problem]
        said = f"{name} {what}" if problem == "empty" else f"{name} {shown!r} {what}"
        findings.append(Finding(raw.place(row), said, mend))
    return findings, total


def _conflicts(
    connection: duckdb.DuckDBPyConnection, raw: Raw, shape: Shape
) -> tuple[list[Finding], int]:
    """Keys that occur twice with different values; the same row twice is no conflict."""
    keys = ", ".join(f'"{each}"' for each in shape.key)
    others = [each.name for each in shape.columns if each.name not in shape.key]
    values = ", ".join(f'"{each}"' for each in others)
    query = (
        f'SELECT {keys}, min("?row") AS one, max("?row") AS other FROM typed GROUP BY {keys}'  # noqa: S608
        f" HAVING count(*) > 1 AND count(DISTINCT row({values})) > 1"
    )
    total = _count(connection, f"SELECT count(*) FROM ({query})")  # noqa: S608
    if not total:
        return [], 0
    found = connection.sql(f"SELECT * FROM ({query}) ORDER BY one LIMIT {MAX_FINDINGS}")  # noqa: S608
    findings = []
    for line in found.to_arrow_table().to_pylist():
        key = ", ".join(f"{name} {line[name]}" for name in shape.key)
        what = f"{key} is given again with another value in row {line['other']}"
        findings.append(Finding(raw.place(line["one"]), what, "Keep the one that is right."))
    return findings, total


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.sql(query).fetchall()[0][0])
