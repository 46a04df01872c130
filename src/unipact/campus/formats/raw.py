"""Open a CSV or Parquet file as raw rows in DuckDB, each with the number its reader knows.

A CSV row is known by its line (the header is line 1), a Parquet row by its place in the file
(the first is row 1). Every file gives rows or ``Invalid``; nothing else escapes.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from unipact.campus.formats.columns import Column, fitting_type
from unipact.errors import Finding, Invalid, NotFound

MAX_FINDINGS = 20
_MEND_CSV = "Write UTF-8 text, one row a line, values divided by commas."


@dataclass(frozen=True, slots=True)
class Raw:
    """A file as the relation ``raw`` of a connection.

    It has a column ``?row`` and the columns that are wanted. ``types`` maps each of them that the
    file has to its SQL type; ``misfits`` are rows that could not be cut into columns.
    """

    path: Path
    types: Mapping[str, str]
    is_csv: bool
    misfits: tuple[Finding, ...] = ()

    def place(self, row: int) -> str:
        """A row as a person finds it again."""
        return f"{self.path.name}:{row}" if self.is_csv else f"{self.path.name} row {row}"


def open_raw(connection: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[Column]) -> Raw:
    """Make the file at ``path`` the view ``raw`` of ``connection``.

    Raises:
        NotFound: there is no such file.
        Invalid: it is no CSV or Parquet file, is damaged, or its columns do not fit.
    """
    if not path.is_file():
        raise NotFound(f"there is no file {path}")
    with path.open("rb") as stream:
        is_parquet = stream.read(4) == b"PAR1"
    if path.suffix == ".parquet" and not is_parquet:
        raise _refused(path, "is no Parquet file", "Write it again.")
    names = _parquet_names(path) if is_parquet else _csv_names(path)
    _refuse_columns(path, names, columns)
    wanted = [each.name for each in columns if each.name in names]
    if is_parquet:
        _view_parquet(connection, path, wanted)
        misfits: tuple[Finding, ...] = ()
    else:
        misfits = _view_csv(connection, path, names, wanted)
    described = connection.sql("DESCRIBE raw").fetchall()
    types = {str(row[0]): str(row[1]) for row in described if row[0] in wanted}
    findings = [
        Finding(f"{path.name} column {each.name}", reason, "Write it as text or in another type.")
        for each in columns
        if each.name in types and (reason := fitting_type(each, types[each.name]))
    ]
    if findings:
        raise Invalid(f"{path.name} was not read", findings=findings)
    return Raw(path, types, not is_parquet, misfits)


def _parquet_names(path: Path) -> list[str]:
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            return list(file.schema_arrow.names)
    except (pa.ArrowException, OSError) as error:
        raise _refused(path, "is a damaged Parquet file", "Write it again.") from error


def _view_parquet(connection: duckdb.DuckDBPyConnection, path: Path, wanted: Sequence[str]) -> None:
    file = str(path).replace("'", "''")
    selected = ", ".join(f'"{name}"' for name in wanted)
    try:
        connection.execute(
            f'CREATE VIEW raw AS SELECT file_row_number + 1 AS "?row", {selected}'  # noqa: S608
            f" FROM read_parquet('{file}', file_row_number = true, hive_partitioning = false)"
        )
    except duckdb.Error as error:
        raise _refused(path, "is a damaged Parquet file", "Write it again.") from error


def _csv_names(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return next(csv.reader(stream), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise _refused(path, _unreadable(path), _MEND_CSV) from error


def _view_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, names: Sequence[str], wanted: Sequence[str]
) -> tuple[Finding, ...]:
    misfits: list[tuple[int, int, int]] = []

    def skip(row: pyarrow.csv.InvalidRow) -> str:
        misfits.append((row.number, row.expected_columns, row.actual_columns))
        return "skip"

    # A column that is not wanted is not judged either.
    columns = [name if name in wanted else f"?{index}" for index, name in enumerate(names)]
    try:
        table = pyarrow.csv.read_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, column_names=columns, skip_rows=1
            ),
            parse_options=pyarrow.csv.ParseOptions(
                invalid_row_handler=skip, ignore_empty_lines=False
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowException, OSError) as error:
        raise _refused(path, _unreadable(path), _MEND_CSV) from error
    lines = np.arange(2, table.num_rows + 2, dtype=np.int64)
    for number, _, _ in sorted(misfits):
        lines[lines >= number] += 1
    connection.register("lines", table.append_column("?row", pa.array(lines)))
    cells = " || ".join(f'"{name}"' for name in columns)
    selected = ", ".join(f'"{name}"' for name in wanted)
    # An empty line is not a row.
    connection.execute(
        f"""CREATE VIEW raw AS SELECT "?row", {selected} FROM lines WHERE ({cells}) <> ''"""  # noqa: S608
    )
    return tuple(
        Finding(f"{path.name}:{number}", f"has {got} values where the header has {expected}")
        for number, expected, got in sorted(misfits)
    )


def _unreadable(path: Path) -> str:
    """Say what keeps a CSV file from being read, with the line where that is known."""
    number = 0
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return f"is not UTF-8 text at line {number}"
    return "is no CSV file" if number else "is empty"


def _refuse_columns(path: Path, names: Sequence[str], columns: Sequence[Column]) -> None:
    findings = [
        Finding(
            path.name,
            f"has no column {each.name}",
            f"It has: {', '.join(names[:20]) or 'none'}.",
        )
        for each in columns
        if not each.may_lack and each.name not in names
    ]
    findings += [
        Finding(path.name, f"has the column {name} {names.count(name)} times", "Keep one.")
        for name in sorted({each.name for each in columns})
        if names.count(name) > 1
    ]
    if findings:
        raise Invalid(f"{path.name} was not read", findings=findings)


def _refused(path: Path, what: str, mend: str) -> Invalid:
    return Invalid(f"{path.name} was not read", findings=[Finding(path.name, what, mend)])
