"""The rows of the lake that a party takes along, and that come into an empty lake again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from unipact.agreement.engine.terms import Text
from unipact.agreement.formats.bundle.ustar import Damaged, pieces
from unipact.agreement.formats.leaving import layout
from unipact.agreement.formats.leaving.reader import TEXT_OR_NONE, Archive, Kinds
from unipact.agreement.formats.leaving.writer import write_lines
from unipact.agreement.queries.leaving import Leaver
from unipact.analysis.lake import Entry, Lake
from unipact.analysis.lake.staging import BLOCK_ROWS, file_name
from unipact.analysis.registry import Batch, LakeTable, Provenance
from unipact.errors import Finding, Invalid, UnipactError

_SOURCES: Kinds = {
    "batch": str,
    "batch_digest": str,
    "table": str,
    "digest": str,
    "rows": int,
    "owner": str,
    "visibility": str,
    "source": dict,
    "licence": dict,
    "attribution": dict,
    "file": TEXT_OR_NONE,
}
_LARGEST_GROUP_BYTES = 512 << 20
_TABLE = re.compile(r"[a-z0-9_.]{1,50}").fullmatch


@dataclass(frozen=True, slots=True)
class Seen:
    """What of the lake a party may take along; ``withheld`` counts, by table, what is not in it."""

    entries: tuple[Entry, ...]
    files: Mapping[str, Path]
    withheld: Mapping[str, int] = field(default_factory=dict)


def rows_seen(lake: Lake, leaver: Leaver, told_of: Mapping[str, int]) -> Seen:
    """The batches that are the party's own, public, or shared by a party of the agreement.

    Of the others those are counted that evaluations tell of (``told_of`` batches of each table), so
    that the archive tells nothing of the other party that the leaver did not know.
    """
    snapshot = lake.resolve()
    entries: list[Entry] = []
    withheld: dict[str, int] = {}
    files: dict[str, Path] = {}
    for name, state in snapshot.tables.items():
        # The list of tables follows from the others and has no file.
        if not state.entries:
            continue
        kept = {Path(each).name: Path(each) for each in lake.files(snapshot, name)}
        for entry in state.entries:
            if not _may_see(entry, leaver):
                if entry.version <= told_of.get(name, 0):
                    withheld[name] = withheld.get(name, 0) + 1
                continue
            entries.append(entry)
            if entry.rows:
                files[_member(entry)] = kept[file_name(entry.digest)]
    entries.sort(key=lambda each: (each.sequence, each.table))
    return Seen(tuple(entries), files, withheld)


def sources_write(seen: Seen, path: Path) -> None:
    """Write whose each batch is and where it came from, in the order of publishing."""
    write_lines(
        path,
        (
            {
                "batch": each.batch_key,
                "batch_digest": each.batch_digest,
                "table": each.table,
                "digest": each.digest,
                "rows": each.rows,
                "owner": each.owner,
                "visibility": each.visibility,
                **{name: _words(getattr(each, name)) for name in _TEXTS},
                "file": _member(each) if each.rows else None,
            }
            for each in seen.entries
        ),
    )


@dataclass(frozen=True, slots=True)
class Arriving:
    """The batches of an archive: ``digests`` by key, and the lines of each."""

    digests: Mapping[str, str]
    batches: tuple[tuple[str, tuple[tuple[str, dict[str, Any]], ...]], ...]


def arriving(archive: Archive) -> Arriving:
    """The batches that ``sources.jsonl`` names, each with its files in the archive.

    Raises:
        Damaged: a line does not fit, or a file of rows is named by none.
    """
    rows = list(archive.rows(layout.SOURCES, _SOURCES))
    there = {each for each in archive.members if layout.DATA.fullmatch(each)}
    for where, row in rows:
        wanted = _member_named(row["table"], row["digest"], where) if row["rows"] else None
        if row["file"] != wanted or (wanted is not None and wanted not in there):
            raise Damaged(where, "its file is not in the archive, or named twice")
        there.discard(wanted or "")
        if row["visibility"] not in {"own", "shared", "public"}:
            raise Damaged(where, "its visibility is none")
        if row["visibility"] == "own" and row["owner"] != archive.about.party:
            raise Damaged(where, f"it is of {row['owner']}, who keeps it to itself")
        for name in _TEXTS:
            if row[name].keys() != {"en", "zh"} or not all(
                isinstance(each, str) for each in row[name].values()
            ):
                raise Damaged(where, f"{name} is no text in both languages")
    for name in sorted(there):
        raise Damaged(name, f"{layout.SOURCES} does not name it")
    grouped = tuple(
        (key, tuple(lines)) for key, lines in groupby(rows, key=lambda each: each[1]["batch"])
    )
    digests = {key: lines[0][1]["batch_digest"] for key, lines in grouped}
    if len(digests) != len(grouped):
        raise Damaged(layout.SOURCES, "a batch is there twice")
    return Arriving(digests, grouped)


def is_held(lake: Lake, wanted: Arriving) -> bool:
    """Whether a lake holds these very batches already."""
    held = {each.batch_key: each.batch_digest for each in _entries(lake)}
    return all(held.get(key) == digest for key, digest in wanted.digests.items())


def publish_all(lake: Lake, archive: Archive, wanted: Arriving, scratch: Path) -> None:
    """Publish every batch of the archive into ``lake``, and compare its digests.

    Raises:
        Damaged: rows are not what their digest says; the file is named.
    """
    for key, lines in wanted.batches:
        first = lines[0][1]
        paths = {row["table"]: _unpacked(archive, row, scratch) for _, row in lines}
        provenance = Provenance(
            owner=first["owner"],
            visibility=first["visibility"],
            **{name: Text(**first[name]) for name in _TEXTS},
        )
        place = lines[0][0]
        if len(paths) != len(lines) or not all(_agree(first, row) for _, row in lines):
            raise Damaged(place, f"the lines of the batch {key} do not agree")
        unknown = sorted(set(paths) - set(lake.tables))
        if unknown:
            what = f"no field that runs here publishes {', '.join(unknown)}"
            raise Invalid("the archive needs other fields", findings=[Finding(place, what)])
        tables = {name: _reader(lake.tables[name], path, lines) for name, path in paths.items()}
        try:
            receipt = lake.publish(Batch(key=key, provenance=provenance, tables=tables))
        except Damaged:
            raise
        except UnipactError as error:
            raise Damaged(place, f"its rows cannot be published: {error.message}") from error
        found = {each.table: each.digest for each in _entries(lake) if each.batch_key == key}
        for where, row in lines:
            if found[row["table"]] != row["digest"] or receipt.digest != row["batch_digest"]:
                raise Damaged(row["file"] or where, "its rows have another digest than was said")
        for path in paths.values():
            if path is not None:
                path.unlink()


_TEXTS = ("source", "licence", "attribution")
_SAME = ("batch_digest", "owner", "visibility", *_TEXTS)


def _may_see(entry: Entry, leaver: Leaver) -> bool:
    if entry.visibility == "public":
        return True
    if entry.visibility == "shared":
        return entry.owner in leaver.parties
    return entry.owner == leaver.party


def _entries(lake: Lake) -> Iterator[Entry]:
    for state in lake.resolve().tables.values():
        yield from state.entries


def _member(entry: Entry) -> str:
    return layout.data_name(entry.table, file_name(entry.digest))


def _member_named(table: str, digest: str, where: str) -> str:
    if not _TABLE(table):
        raise Damaged(where, "its table has no name that a table has")
    return layout.data_name(table, file_name(digest))


def _words(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def _agree(first: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return all(first[name] == row[name] for name in _SAME)


def _unpacked(archive: Archive, row: Mapping[str, Any], scratch: Path) -> Path | None:
    if row["file"] is None:
        return None
    path = scratch / str(row["file"]).replace("/", "-")
    with path.open("xb") as stream:
        for piece in pieces(archive.stream, archive.members[row["file"]]):
            stream.write(piece)
    return path


def _reader(
    table: LakeTable, path: Path | None, lines: Sequence[tuple[str, Mapping[str, Any]]]
) -> Any:
    """A fresh stream of the rows in a file, each time that it is called."""
    row = next(row for _, row in lines if row["table"] == table.name)

    def batches() -> Iterator[pa.RecordBatch]:
        if path is None:
            return
        try:
            with pq.ParquetFile(path) as file:
                meta = file.metadata
                groups = [meta.row_group(n) for n in range(meta.num_row_groups)]
                if meta.num_rows != row["rows"] or any(
                    each.num_rows > BLOCK_ROWS or each.total_byte_size > _LARGEST_GROUP_BYTES
                    for each in groups
                ):
                    raise Damaged(row["file"], "it has another number of rows, or too large groups")
                for each in file.iter_batches(BLOCK_ROWS):
                    yield each.cast(table.schema)
        except (pa.ArrowException, OSError, ValueError) as error:
            said = str(error).partition("\n")[0][:120]
            raise Damaged(row["file"], f"it cannot be read as {table.name} ({said})") from error

    return batches
