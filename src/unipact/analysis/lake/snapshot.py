"""A snapshot: the state of every table at one moment, named by what is in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from unipact.analysis.lake import catalog
from unipact.analysis.lake.catalog import Entry
from unipact.analysis.tables import TABLES


@dataclass(frozen=True, slots=True)
class TableState:
    """A table at a snapshot.

    ``version`` counts its batches, ``digest`` is over their rows, and ``delta_version`` is where
    this lake keeps that state (another lake with the same rows may keep it elsewhere).
    """

    name: str
    version: int
    digest: str
    delta_version: int
    rows: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every table at one moment.

    ``id`` is a content digest: two lakes that hold the same batches agree on it, whatever folder,
    order of loading or history of failures they have. ``analysis.tables`` is in ``tables`` like
    any other; its rows follow from the others' entries.
    """

    id: str
    tables: Mapping[str, TableState]

    @property
    def document(self) -> dict[str, Any]:
        """The snapshot as evidence states it."""
        tables = {
            name: {"version": state.version, "digest": state.digest}
            for name, state in sorted(self.tables.items())
        }
        return {"id": self.id, "tables": tables}


def snapshot_of(entries: Sequence[Entry]) -> Snapshot:
    """The snapshot that holds exactly the batches of ``entries`` (oldest first)."""
    grouped: dict[str, list[Entry]] = {}
    for each in entries:
        grouped.setdefault(each.table, []).append(each)
    states = {name: _state(name, parts) for name, parts in sorted(grouped.items())}
    states[TABLES.name] = _derived_state(entries, states)
    named = [[name, state.digest] for name, state in sorted(states.items())]
    return Snapshot(catalog.digest_of(["unipact-snapshot/1", named]), states)


def derived_rows(snapshot: Snapshot) -> pa.Table:
    """The rows of ``analysis.tables`` at ``snapshot``."""
    rows = _derived(state for state in snapshot.tables.values() if state.name != TABLES.name)
    return pa.Table.from_pylist(rows, schema=TABLES.schema)


def _state(name: str, entries: Sequence[Entry]) -> TableState:
    return TableState(
        name=name,
        version=len(entries),
        digest=catalog.table_digest(entries),
        delta_version=entries[-1].delta_version,
        rows=sum(each.rows for each in entries),
        entries=tuple(entries),
    )


def _derived_state(entries: Sequence[Entry], states: Mapping[str, TableState]) -> TableState:
    rows = _derived(states.values())
    written = [{**row, "last": row["last"] and row["last"].isoformat()} for row in rows]
    return TableState(
        name=TABLES.name,
        version=len({each.batch_key for each in entries}),
        digest=catalog.digest_of(["unipact-table/1", written]),
        delta_version=0,
        rows=len(rows),
        entries=(),
    )


def _derived(states: Iterable[TableState]) -> list[dict[str, Any]]:
    return [
        {
            "table": state.name,
            "owner": _said(each.owner for each in state.entries),
            "visibility": _said(each.visibility for each in state.entries),
            **{
                f"{name}_{language}": _said(
                    getattr(getattr(each, name), language) for each in state.entries
                )
                for name in ("source", "licence", "attribution")
                for language in ("en", "zh")
            },
            "has_schema": all(_is_published(each.declaration) for each in state.entries),
            "batches": state.version,
            "rows": state.rows,
            "last": max((each.last for each in state.entries if each.last), default=None),
        }
        for state in sorted(states, key=lambda each: each.name)
    ]


def _said(texts: Iterable[str]) -> str:
    """What the batches say, each text once; empty as soon as one of them says nothing."""
    distinct = sorted(set(texts))
    return "" if "" in distinct else "; ".join(distinct)


def _is_published(declaration: str) -> bool:
    said = json.loads(declaration)
    texts = [said[name][language] for name in ("label", "description") for language in ("en", "zh")]
    numbers = [
        each
        for each in said["columns"]
        if each["name"] not in said["key"]
        and each["type"].startswith(("int", "float", "double", "halffloat", "decimal"))
    ]
    return all(texts) and all(each["unit"] for each in numbers)
