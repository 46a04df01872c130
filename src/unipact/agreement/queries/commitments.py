"""Commitments as rows of a page, seen from one party."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from unipact.agreement.queries.bullet import Bullet, bullet
from unipact.agreement.queries.standpoint import Document, Standpoint
from unipact.agreement.queries.wording import STANDING_ORDER
from unipact.errors import NotFound

Texts = Mapping[str, str]

_RANK = {name: rank for rank, name in enumerate(STANDING_ORDER)}


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """One commitment in a list: its current period in a line.

    ``side`` is how it looks from the reader's party: ``owed`` (we owe it), ``due`` (it is owed
    to us), ``both`` (we owe it together) or ``other``.
    """

    id: str
    title: Texts
    field: Mapping[str, Any]
    effort: str
    owed_by: tuple[str, ...]
    owed_to: tuple[str, ...]
    owner: Mapping[str, str]
    side: str
    unit: str
    direction: str
    standing: str
    period: Mapping[str, Any]
    picture: Bullet | None

    @property
    def is_live(self) -> bool:
        """Something is known of it: it runs on data, or it is decided."""
        return self.standing not in {"no_data", "not_due"}

    @property
    def is_measured(self) -> bool:
        return self.period["value"] is not None


def current_period(commitment: Mapping[str, Any]) -> Mapping[str, Any]:
    """The period that the commitment's standing is about."""
    for each in commitment["periods"]:
        if each["id"] == commitment["current_period"]:
            return dict(each)
    raise NotFound(f"the commitment {commitment['id']} has no current period")


def side_of(commitment: Mapping[str, Any], party: str) -> str:
    """How a commitment looks from ``party``: ``owed``, ``due``, ``both`` or ``other``."""
    owes, gains = party in commitment["owed_by"], party in commitment["owed_to"]
    if owes and (gains or len(commitment["owed_by"]) > 1):
        return "both"
    return "owed" if owes else "due" if gains else "other"


def commitment_rows(document: Document, party: str) -> tuple[CommitmentRow, ...]:
    """All commitments, those that need somebody first."""
    fields = {each["id"]: each for each in document["agreement"]["fields"]}
    rows = [_row(each, fields, party) for each in document["commitments"]]
    return tuple(sorted(rows, key=lambda row: (_RANK[row.standing], row.period["due"], row.id)))


def commitment_found(here: Standpoint, commitment_id: str) -> Mapping[str, Any]:
    """One commitment of the standpoint's run document.

    Raises:
        NotFound: the agreement has no such commitment, or nothing was evaluated yet.
    """
    for each in (here.document or {"commitments": ()})["commitments"]:
        if each["id"] == commitment_id:
            return dict(each)
    raise NotFound(f"there is no commitment {commitment_id}")


def field_found(here: Standpoint, field_id: str) -> Mapping[str, Any]:
    """One field or flow of the agreement.

    Raises:
        NotFound: the agreement has no such field.
    """
    if here.document is not None:
        for each in here.document["agreement"]["fields"]:
            if each["id"] == field_id:
                return dict(each)
    raise NotFound(f"there is no field {field_id}")


def counted(rows: Iterable[CommitmentRow]) -> dict[str, int]:
    """How many rows have each standing, in reading order, without the empty ones."""
    counts = dict.fromkeys(STANDING_ORDER, 0)
    for row in rows:
        counts[row.standing] += 1
    return {name: n for name, n in counts.items() if n}


def _row(
    commitment: Mapping[str, Any], fields: Mapping[str, Mapping[str, Any]], party: str
) -> CommitmentRow:
    period = current_period(commitment)
    return CommitmentRow(
        id=commitment["id"],
        title=commitment["title"],
        field=fields[commitment["field"]],
        effort=commitment["effort"],
        owed_by=tuple(commitment["owed_by"]),
        owed_to=tuple(commitment["owed_to"]),
        owner=commitment["owner"],
        side=side_of(commitment, party),
        unit=commitment["unit"],
        direction=commitment["direction"],
        standing=commitment["standing"],
        period=period,
        picture=bullet(period),
    )
