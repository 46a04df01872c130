"""A DuckDB connection that sees the lake at one snapshot, table by table, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from unipact.analysis.lake import Lake, Snapshot, derived_rows
from unipact.analysis.lake.files import connect, fetched, quoted, readable
from unipact.analysis.registry import Registry
from unipact.analysis.tables import TABLES


class Session:
    """Reads ``snapshot``; a table comes into view when it is first asked for.

    Parameters:
        threads: of DuckDB; at most 4 unless said otherwise. Every result is the same for any.
    """

    def __init__(
        self, registry: Registry, lake: Lake, snapshot: Snapshot, threads: int | None = None
    ) -> None:
        self.registry = registry
        self.lake = lake
        self.snapshot = snapshot
        self._connection = connect(threads or min(os.cpu_count() or 1, 4))
        self._visible: set[str] = set()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection itself, for what needs to hand over Arrow tables."""
        return self._connection

    def fetch(self, query: str, values: Sequence[object] = ()) -> pa.Table:
        """The whole answer to ``query`` as an Arrow table."""
        return fetched(self._connection, query, values)

    def row(self, query: str, values: Sequence[object] = ()) -> dict[str, Any]:
        """The only row of the answer, by column: for one row half the time that Arrow takes."""
        with readable():
            answer = self._connection.execute(query, list(values))
            names = [each[0] for each in answer.description or ()]
            (found,) = answer.fetchall()
        return dict(zip(names, found, strict=True))

    def stream(self, query: str, values: Sequence[object] = ()) -> pa.RecordBatchReader:
        """The answer in batches, for what must not be held in memory at once."""
        reader: pa.RecordBatchReader = self._connection.sql(
            query, params=list(values)
        ).to_arrow_reader(65_536)
        return reader

    def show(self, tables: Sequence[str]) -> None:
        """Bring ``tables`` into view under their names.

        Raises:
            SnapshotGone: a file of the snapshot is not there any more.
        """
        for name in tables:
            if name not in self._visible:
                self._show(name)
                self._visible.add(name)

    def is_empty(self, tables: Sequence[str]) -> list[str]:
        """Those of ``tables`` that hold no row at the snapshot."""
        states = self.snapshot.tables
        return [name for name in tables if name not in states or not states[name].rows]

    def _show(self, name: str) -> None:
        if name == TABLES.name:
            rows = derived_rows(self.snapshot)
        elif files := self.lake.files(self.snapshot, name):
            names = ", ".join("'" + each.replace("'", "''") + "'" for each in files)
            with readable():
                self._connection.execute(
                    f"CREATE VIEW {quoted(name)} AS SELECT * FROM "
                    f"read_parquet([{names}], hive_partitioning = false)"
                )
            return
        else:
            rows = self.registry.tables[name].schema.empty_table()
        self._connection.register("_handed_over", rows)
        self._connection.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM _handed_over")
        self._connection.unregister("_handed_over")
