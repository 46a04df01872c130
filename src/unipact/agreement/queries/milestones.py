"""The milestones of a commitment on a line of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from unipact.agreement.queries.standpoint import Document

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MilestoneMark:
    """A milestone; ``at`` in thousandths of the line, ``radius`` by its weight."""

    at: int
    radius: int
    milestone: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PeriodBar:
    """A commitment period on the same line."""

    start: int
    width: int
    period: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """All of it; ``done`` is the weight reached so far, of ``weights``."""

    first: str
    last: str
    today: int
    marks: tuple[MilestoneMark, ...]
    bars: tuple[PeriodBar, ...]
    done: int
    weights: int


def milestone_line(commitment: Mapping[str, Any], document: Document | None) -> MilestoneLine:
    """Periods and milestones from the first period's begin to the last date."""
    periods, milestones = commitment["periods"], commitment["milestones"]
    first = min(date.fromisoformat(each["from"]) for each in periods)
    last = max(
        date.fromisoformat(day)
        for day in [*(each["until"] for each in periods), *(each["due"] for each in milestones)]
    )
    days = max(1, (last - first).days)

    def place(day: str) -> int:
        return min(1000, max(0, round((date.fromisoformat(day) - first).days * 1000 / days)))

    marks = tuple(
        MilestoneMark(place(each["due"]), 6 + round(each["weight"] / 10), each)
        for each in milestones
    )
    bars = tuple(
        PeriodBar(place(each["from"]), place(each["until"]) - place(each["from"]), each)
        for each in periods
    )
    return MilestoneLine(
        first.isoformat(),
        last.isoformat(),
        place(document["as_of"]) if document else 0,
        marks,
        bars,
        sum(each["weight"] for each in milestones if each["state"] == "reached"),
        sum(each["weight"] for each in milestones),
    )
