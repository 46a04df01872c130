"""Publish a batch: every table's rows, then one line in the catalog, so all of it or nothing.

The order of the steps is what makes a kill harmless. Until the catalog's commit nothing can be
seen; after it everything is there and on the disk. What a killed import left behind is either
taken up by the same batch's next attempt or undone before another batch appends.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.transaction import AddAction

from unipact.analysis.lake import catalog
from unipact.analysis.lake.files import delta_files, duck, fetched, quoted
from unipact.analysis.lake.staging import Staged, file_name, row_place, stage, sync
from unipact.analysis.registry import Batch, LakeTable
from unipact.errors import Conflict, Finding, Invalid

Step = Callable[[str], None]


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Hold the lake's one writer's place; another process waits for it, a killed one frees it."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "_writer.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def publish(
    root: Path, tables: Mapping[str, LakeTable], batch: Batch, on_step: Step
) -> tuple[catalog.Entry, ...]:
    """Publish ``batch`` and return its catalog entries; see ``Lake.publish``."""
    _refuse_unknown(tables, batch)
    with writing(root):
        entries = catalog.read(root)
        folder = root / "_staging"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        staged = [
            stage(tables[name], batch.tables[name](), folder) for name in sorted(batch.tables)
        ]
        on_step("staged")
        digest = _batch_digest(batch, staged)
        published = tuple(each for each in entries if each.batch_key == batch.key)
        if published:
            _refuse_other_content(batch, published, digest)
        else:
            for each in staged:
                _refuse_duplicates(root, each, _of_table(entries, each), folder)
            on_step("checked")
            versions = [_append(root, batch, each, entries, on_step) for each in staged]
            published = tuple(
                _entry(batch, each, entries, version, digest)
                for each, version in zip(staged, versions, strict=True)
            )
            on_step("appended")
            catalog.append(root, published)
            on_step("catalogued")
        shutil.rmtree(folder, ignore_errors=True)
        return published


def _refuse_unknown(tables: Mapping[str, LakeTable], batch: Batch) -> None:
    unknown = sorted(set(batch.tables) - set(tables))
    if unknown or not batch.tables or not batch.key:
        what = f"no field that runs publishes {', '.join(unknown)}" if unknown else "it is empty"
        raise Invalid(f"the batch {batch.key!r} is wrong", findings=[Finding(batch.key, what)])


def _batch_digest(batch: Batch, staged: Sequence[Staged]) -> str:
    rows = [[each.table.name, each.digest] for each in staged]
    return catalog.digest_of(["unipact-batch/1", asdict(batch.provenance), rows])


def _refuse_other_content(batch: Batch, published: Sequence[catalog.Entry], digest: str) -> None:
    if any(each.batch_digest != digest for each in published):
        what = "was published before with other rows or another provenance"
        mend = "Nothing was changed. Publish the new rows under a new key."
        raise Conflict(f"the batch {batch.key} {what}", findings=[Finding(batch.key, what, mend)])


def _of_table(entries: Sequence[catalog.Entry], staged: Staged) -> list[catalog.Entry]:
    return [each for each in entries if each.table == staged.table.name]


def _refuse_duplicates(
    root: Path, staged: Staged, entries: Sequence[catalog.Entry], folder: Path
) -> None:
    """Refuse rows whose key occurs twice, in the batch or in what the lake holds already."""
    table = staged.table
    keys = ", ".join(quoted(each) for each in table.key)
    held = delta_files(root, table.name, entries[-1].delta_version) if entries else []
    with duck(folder) as connection:
        new = f"SELECT {keys} FROM read_parquet(?)"
        checks: list[tuple[str, str, list[list[str]]]] = [
            ("occurs twice in the batch", f"{new} GROUP BY {keys} HAVING count(*) > 1", []),
        ]
        if held:
            known = f"SELECT * FROM ({new}) SEMI JOIN read_parquet(?) USING ({keys})"
            checks.append(("is in the lake already", known, [held]))
        for what, query, more in checks:
            values = [[str(staged.path)], *more]
            found = fetched(connection, f"{query} ORDER BY ALL LIMIT 3", values)
            if found.num_rows:
                raise Invalid(
                    f"rows for {table.name} are doubled: nothing was published",
                    findings=[
                        Finding(row_place(table, row), f"this key {what}", "Leave one row out.")
                        for row in found.to_pylist()
                    ],
                )


def _append(
    root: Path, batch: Batch, staged: Staged, entries: Sequence[catalog.Entry], on_step: Step
) -> int:
    """Append the staged file to its table and return the Delta version; invisible as yet."""
    known = _of_table(entries, staged)
    catalogued = known[-1].delta_version if known else 0
    path = root / staged.table.name
    delta = _open_or_create(path, staged.table)
    head = delta.version()
    if head != catalogued:
        if _is_ours(delta, batch, staged):
            return head
        # Restoring names the state by its version; the log keeps what was undone.
        delta.restore(catalogued, post_commithook_properties=catalog.KEEP_LOG)
        on_step(f"restored {staged.table.name}")
    if not staged.rows:
        return delta.version()
    name = file_name(staged.digest)
    part = path / name
    staged.path.replace(part)
    sync(part)
    on_step(f"moved {staged.table.name}")
    size = part.stat().st_size
    delta.create_write_transaction(
        [AddAction(name, size, {}, 0, True, staged.statistics)],
        "append",
        delta.schema(),
        commit_properties=CommitProperties(
            {"unipact.batch": batch.key, "unipact.digest": staged.digest}
        ),
        post_commithook_properties=catalog.KEEP_LOG,
    )
    catalog.sync_log(path)
    on_step(f"committed {staged.table.name}")
    return DeltaTable(str(path)).version()


def _open_or_create(path: Path, table: LakeTable) -> DeltaTable:
    if not DeltaTable.is_deltatable(str(path)):
        return DeltaTable.create(
            str(path), table.schema, name=table.name, description=table.description.en
        )
    delta = DeltaTable(str(path))
    if delta.schema() != Schema.from_arrow(table.schema):
        raise Conflict(
            f"the lake holds {table.name} with other columns than its declaration",
            findings=[Finding(table.name, "its columns changed", "Publish a table of a new name.")],
        )
    return delta


def _is_ours(delta: DeltaTable, batch: Batch, staged: Staged) -> bool:
    newest = delta.history(1)[0]
    return (
        newest.get("unipact.batch") == batch.key and newest.get("unipact.digest") == staged.digest
    )


def _entry(
    batch: Batch,
    staged: Staged,
    entries: Sequence[catalog.Entry],
    delta_version: int,
    batch_digest: str,
) -> catalog.Entry:
    said = batch.provenance
    return catalog.Entry(
        sequence=max((each.sequence for each in entries), default=0) + 1,
        batch_key=batch.key,
        batch_digest=batch_digest,
        table=staged.table.name,
        version=len(_of_table(entries, staged)) + 1,
        delta_version=delta_version,
        digest=staged.digest,
        rows=staged.rows,
        first=staged.first,
        last=staged.last,
        owner=said.owner,
        visibility=said.visibility,
        source=said.source,
        licence=said.licence,
        attribution=said.attribution,
        declaration=catalog.declaration_of(staged.table),
    )
