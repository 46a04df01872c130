"""The catalog: the one Delta table that says which batches the lake holds.

A batch is there when its row set was appended here, in one Delta commit, and not before: readers
find the tables' versions only through the catalog.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, write_deltalake

from unipact.agreement.engine.terms import Text
from unipact.analysis.lake.staging import sync
from unipact.analysis.registry import LakeTable, Visibility

# Old versions are evidence: the log that reaches them is never cleaned up behind our back.
KEEP_LOG = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)

_TEXT = pa.struct([pa.field("en", pa.string()), pa.field("zh", pa.string())])
_SCHEMA = pa.schema(
    [
        pa.field("sequence", pa.int64(), nullable=False),
        pa.field("batch_key", pa.string(), nullable=False),
        pa.field("batch_digest", pa.string(), nullable=False),
        pa.field("table", pa.string(), nullable=False),
        pa.field("version", pa.int64(), nullable=False),
        pa.field("delta_version", pa.int64(), nullable=False),
        pa.field("digest", pa.string(), nullable=False),
        pa.field("rows", pa.int64(), nullable=False),
        pa.field("first", pa.timestamp("us", tz="UTC")),
        pa.field("last", pa.timestamp("us", tz="UTC")),
        pa.field("owner", pa.string(), nullable=False),
        pa.field("visibility", pa.string(), nullable=False),
        pa.field("source", _TEXT, nullable=False),
        pa.field("licence", _TEXT, nullable=False),
        pa.field("attribution", _TEXT, nullable=False),
        pa.field("declaration", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One table's part of one published batch.

    Attributes:
        sequence: number of the batch in this lake, from 1.
        version: how many batches the table held with this one: the version that people see.
            It does not count what a killed import left behind, so that two lakes that loaded the
            same batches agree on it, which Delta's own ``delta_version`` does not promise.
        digest: of the rows; ``batch_digest`` is over every table's and the provenance.
        declaration: the table's published schema, as JSON.
    """

    sequence: int
    batch_key: str
    batch_digest: str
    table: str
    version: int
    delta_version: int
    digest: str
    rows: int
    first: datetime | None
    last: datetime | None
    owner: str
    visibility: Visibility
    source: Text
    licence: Text
    attribution: Text
    declaration: str


def read(root: Path) -> tuple[Entry, ...]:
    """Every entry, oldest first; none for a lake that was never written to."""
    path = root / "_catalog"
    if not DeltaTable.is_deltatable(str(path)):
        return ()
    rows = pa.table(DeltaTable(str(path)).to_pyarrow_table()).to_pylist()
    texts = ("source", "licence", "attribution")
    entries = (Entry(**{**row, **{name: Text(**row[name]) for name in texts}}) for row in rows)
    return tuple(sorted(entries, key=lambda each: (each.sequence, each.table)))


def append(root: Path, entries: Iterable[Entry]) -> None:
    """Make a batch visible: one commit, on the disk when this returns."""
    rows = [asdict(each) for each in entries]
    path = root / "_catalog"
    write_deltalake(
        str(path),
        pa.Table.from_pylist(rows, schema=_SCHEMA),
        mode="append",
        name="_catalog",
        commit_properties=CommitProperties({"unipact.batch": rows[0]["batch_key"]}),
        post_commithook_properties=KEEP_LOG,
    )
    for part in path.glob("*.parquet"):
        sync(part)
    sync_log(path)


def sync_log(path: Path) -> None:
    """Wait until the newest commit of the Delta table at ``path`` is on the disk."""
    sync(max((path / "_delta_log").glob("*.json")))


def table_digest(entries: Iterable[Entry]) -> str:
    """Digest of a table that holds these batches, in whatever order they arrived."""
    lines = sorted(each.digest for each in entries)
    return digest_of(["unipact-table/1", *lines])


def digest_of(content: object) -> str:
    """``sha256:…`` of JSON-like ``content`` that holds texts and integers only."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def declaration_of(table: LakeTable) -> str:
    """A table's published schema: names, types, units, key and texts, as JSON."""
    columns = [
        {
            "name": each.name,
            "type": str(each.type),
            "nullable": each.nullable,
            "unit": table.units.get(each.name),
        }
        for each in table.schema
    ]
    said: Mapping[str, Any] = {
        "columns": columns,
        "key": list(table.key),
        "time": table.time,
        "label": asdict(table.label),
        "description": asdict(table.description),
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False)
