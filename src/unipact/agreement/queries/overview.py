"""The home page's read models: health at a glance, what waits, what changed, the term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from unipact.agreement.queries.commitments import CommitmentRow, Texts, commitment_rows, counted
from unipact.agreement.queries.standpoint import Document

_WAITING = frozenset({"missed", "off_track", "at_risk", "undecided"})


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the strip: ``start`` and ``width`` in thousandths of it."""

    standing: str
    count: int
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class FieldHealth:
    """A field or flow with its commitments, one tile each."""

    field: Mapping[str, Any]
    tiles: tuple[CommitmentRow, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A commitment that stands or measures otherwise than at the evaluation before."""

    row: CommitmentRow
    before: str
    value_before: str | None

    @property
    def is_turn(self) -> bool:
        """The standing itself changed, not only the number."""
        return self.before != self.row.standing


@dataclass(frozen=True, slots=True)
class Coming:
    """A date that waits: a milestone or the end of a period, within the next months."""

    on: str
    kind: str
    title: Texts
    row: CommitmentRow


@dataclass(frozen=True, slots=True)
class Tick:
    """A year on the term's line; ``at`` in thousandths of the term."""

    label: str
    at: int


@dataclass(frozen=True, slots=True)
class Term:
    """The term as a line from 0 to 1000, with the as-of day on it."""

    start: str
    last: str
    days: int
    passed: int
    at: int
    ticks: tuple[Tick, ...]

    @property
    def share(self) -> str:
        return f"{self.at / 1000:.3f}"


def strip(rows: Sequence[CommitmentRow]) -> tuple[Segment, ...]:
    """All commitments as one strip, by standing."""
    segments, done, total = [], 0, max(1, len(rows))
    for standing, count in counted(rows).items():
        start = round(done * 1000 / total)
        done += count
        segments.append(Segment(standing, count, start, round(done * 1000 / total) - start))
    return tuple(segments)


def health(document: Document, rows: Sequence[CommitmentRow]) -> tuple[FieldHealth, ...]:
    """Each field and flow of the agreement with its tiles, in the file's order."""
    return tuple(
        FieldHealth(field, tuple(row for row in rows if row.field["id"] == field["id"]))
        for field in document["agreement"]["fields"]
    )


def waiting(rows: Sequence[CommitmentRow]) -> tuple[CommitmentRow, ...]:
    """What the reader's party must act on: its own commitments that need somebody."""
    return tuple(row for row in rows if row.standing in _WAITING and row.side in {"owed", "both"})


def changes(earlier: Document | None, rows: Sequence[CommitmentRow]) -> tuple[Change, ...]:
    """What stands or measures otherwise than in the earlier document; turns come first."""
    if earlier is None:
        return ()
    before = {row.id: row for row in commitment_rows(earlier, "")}
    found = [
        Change(row, before[row.id].standing, before[row.id].period["value"])
        for row in rows
        if row.id in before
        and (
            row.standing != before[row.id].standing
            or (
                row.period["value"] != before[row.id].period["value"]
                and row.period["value"] is not None
            )
        )
    ]
    return tuple(sorted(found, key=lambda change: not change.is_turn))


def coming(document: Document, rows: Sequence[CommitmentRow], days: int) -> tuple[Coming, ...]:
    """Milestones and period ends of the next ``days`` after the as-of day, soonest first."""
    as_of = date.fromisoformat(document["as_of"])
    last = (as_of + timedelta(days=days)).isoformat()
    by_id = {row.id: row for row in rows}
    found: list[Coming] = []
    for commitment in document["commitments"]:
        row = by_id[commitment["id"]]
        found += [
            Coming(each["due"], "milestone", each["title"], row)
            for each in commitment["milestones"]
            if document["as_of"] < each["due"] <= last
        ]
        found += [
            Coming(each["due"], "due", commitment["title"], row)
            for each in commitment["periods"]
            if document["as_of"] < each["due"] <= last
        ]
    return tuple(sorted(found, key=lambda each: (each.on, each.kind, each.row.id)))


def term(document: Document) -> Term:
    """The agreement's term as a line, with a tick at each New Year."""
    start = date.fromisoformat(document["agreement"]["term"]["from"])
    until = date.fromisoformat(document["agreement"]["term"]["until"])
    days = max(1, (until - start).days)
    as_of = date.fromisoformat(document["as_of"]) + timedelta(days=1)
    passed = min(days, max(0, (as_of - start).days))
    ticks = [
        Tick(str(year), round((date(year, 1, 1) - start).days * 1000 / days))
        for year in range(start.year + 1, until.year + 1)
        if date(year, 1, 1) < until
    ]
    last = (until - timedelta(days=1)).isoformat()
    return Term(start.isoformat(), last, days, passed, round(passed * 1000 / days), tuple(ticks))
