"""A lake on disk: publish batches into it, resolve what it holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from unipact.analysis.lake import catalog
from unipact.analysis.lake.catalog import Entry
from unipact.analysis.lake.files import SnapshotGone, delta_files
from unipact.analysis.lake.publish import Step, publish
from unipact.analysis.lake.snapshot import Snapshot, snapshot_of
from unipact.analysis.lake.staging import content_digest, file_name
from unipact.analysis.registry import Batch, LakeTable
from unipact.analysis.tables import TABLES
from unipact.errors import Finding, NotFound


@dataclass(frozen=True, slots=True)
class Receipt:
    """A batch that is in the lake: ``rows`` by table, ``digest`` over rows and provenance."""

    key: str
    digest: str
    rows: Mapping[str, int]


class Lake:
    """The tables under one folder.

    Parameters:
        root: the folder; it is made by the first batch.
        tables: the declarations of every table that may be published, by name.
    """

    def __init__(self, root: Path, tables: Mapping[str, LakeTable]) -> None:
        self.root = root
        self.tables = {name: table for name, table in tables.items() if name != TABLES.name}

    def publish(self, batch: Batch, on_step: Step = lambda _: None) -> Receipt:
        """Publish ``batch``: when this returns, all of it is visible and on the disk.

        The same batch again changes nothing and gives the same receipt; one that was killed on
        the way is completed. ``on_step`` hears of each step that has ended, for a progress line.

        Raises:
            Invalid: a row is wrong or its key is taken; nothing was published.
            Conflict: the key was used for other content, or a table has other columns by now.
        """
        return _receipt(publish(self.root, self.tables, batch, on_step))

    def published(self, key: str) -> Receipt | None:
        """The receipt of the batch ``key``, or None: what an importer asks before it reads."""
        entries = tuple(each for each in catalog.read(self.root) if each.batch_key == key)
        return _receipt(entries) if entries else None

    def resolve(self, tables: Collection[str] | None = None) -> Snapshot:
        """The snapshot of everything that is visible now, or of ``tables`` alone."""
        entries = catalog.read(self.root)
        if tables is not None:
            entries = tuple(each for each in entries if each.table in tables)
        return snapshot_of(entries)

    def at(self, document: Mapping[str, Any]) -> Snapshot:
        """The snapshot that evidence or a run document states, as it was.

        Raises:
            SnapshotGone: this lake does not hold that state, or holds another under its name.
        """
        wanted = {
            name: state["version"] if isinstance(state, Mapping) else state
            for name, state in document["tables"].items()
        }
        entries = tuple(
            each for each in catalog.read(self.root) if each.version <= wanted.get(each.table, 0)
        )
        snapshot = snapshot_of(entries)
        # The id is a digest of every table's content: nothing else need be compared.
        if snapshot.id != document["id"]:
            raise SnapshotGone(f"the snapshot {document['id']} is not in this lake")
        return snapshot

    def files(self, snapshot: Snapshot, table: str) -> list[str]:
        """The Parquet files of ``table`` at ``snapshot``; see ``delta_files``."""
        state = snapshot.tables.get(table)
        if state is None:
            return []
        return delta_files(self.root, table, state.delta_version)

    def verify(self, snapshot: Snapshot) -> list[Finding]:
        """Read every file again and compare its rows with the catalog's digests."""
        findings: list[Finding] = []
        for name, state in snapshot.tables.items():
            if name == TABLES.name:
                continue
            if name not in self.tables:
                findings.append(Finding(name, "no field that runs declares it"))
                continue
            kept = {Path(each).name: each for each in self.files(snapshot, name)}
            for entry in state.entries:
                if entry.rows:
                    findings += _compare(self.tables[name], entry, kept)
        return findings

    def describe(self, name: str) -> LakeTable:
        """The declaration of ``name``.

        Raises:
            NotFound: no field that runs declares it.
        """
        if name == TABLES.name:
            return TABLES
        if name not in self.tables:
            raise NotFound(f"there is no lake table {name}")
        return self.tables[name]


def _receipt(entries: tuple[Entry, ...]) -> Receipt:
    rows = {each.table: each.rows for each in entries}
    return Receipt(entries[0].batch_key, entries[0].batch_digest, rows)


def _compare(table: LakeTable, entry: Entry, kept: Mapping[str, str]) -> list[Finding]:
    place = f"{entry.table} batch {entry.batch_key}"
    path = kept.get(file_name(entry.digest))
    if path is None:
        return [Finding(place, "its file is missing", "Publish the batch into a new lake.")]
    try:
        found = content_digest(table, Path(path))
    except (pa.ArrowException, OSError, ValueError) as error:
        said = str(error).partition("\n")[0][:120]
        return [Finding(place, f"its file cannot be read ({said})", "Load it into a new lake.")]
    if found == entry.digest:
        return []
    return [Finding(place, f"its rows are not those that were published: {found}")]
