"""The files of a lake table at one Delta version, and a DuckDB connection that reads only them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from unipact.errors import Finding, Unavailable

_UNREADABLE = {"deletionVectors", "columnMapping"}


class SnapshotGone(Unavailable):
    """The rows of a snapshot are no longer in this lake: they were erased or never loaded here."""

    slug = "snapshot-gone"


def delta_files(root: Path, table: str, delta_version: int) -> list[str]:
    """The Parquet files that hold ``table`` at ``delta_version``, as absolute paths, sorted.

    Raises:
        SnapshotGone: the version or one of its files is not there any more.
        Unavailable: the table needs a Delta feature that a list of files cannot express; reading
            it this way would bring back rows that were deleted.
    """
    path = (root / table).resolve()
    try:
        delta = DeltaTable(str(path), version=delta_version)
    except (DeltaError, TableNotFoundError) as error:
        raise SnapshotGone(f"{table} at version {delta_version} is not in this lake") from error
    protocol = delta.protocol()
    features = _UNREADABLE & set(protocol.reader_features or [])
    if features or (protocol.min_reader_version == 2 and protocol.reader_features is None):
        shown = ", ".join(sorted(features)) or "columnMapping"
        raise Unavailable(f"{table} uses {shown}, which this lake does not read")
    files = sorted(str(path / each.removeprefix("file://")) for each in delta.file_uris())
    for each in files:
        if not Path(each).exists():
            raise SnapshotGone(f"{table} at version {delta_version} has lost {Path(each).name}")
    return files


@contextmanager
def duck(scratch: Path, threads: int = 2) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that may spill to ``scratch`` and downloads nothing."""
    connection = connect(threads)
    connection.execute("SET temp_directory = ?", [str(scratch)])
    try:
        yield connection
    finally:
        connection.close()


def connect(threads: int) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory, in UTC, that downloads no extensions."""
    connection = duckdb.connect(
        config={
            "threads": threads,
            "memory_limit": "2GB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def fetched(
    connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()
) -> pa.Table:
    """The whole answer to ``query``; nothing stays open on the connection."""
    with readable():
        answer: pa.Table = connection.sql(query, params=list(values)).to_arrow_table()
    return answer


@contextmanager
def readable() -> Iterator[None]:
    """Say of a lake file that DuckDB cannot read what its reader can do about it.

    Raises:
        Unavailable: a file of the lake is damaged or gone.
    """
    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        said = str(error).partition("\n")[0][:200]
        finding = Finding("lake", f"a file cannot be read ({said})", "See `unipact lake verify`.")
        raise Unavailable("the lake is damaged", findings=[finding]) from error


def quoted(name: str) -> str:
    """``name`` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
