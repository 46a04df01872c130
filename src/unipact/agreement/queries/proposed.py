"""What proposed terms would do to the status: two run documents of one snapshot, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unipact.agreement.queries.standpoint import Document

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PeriodTurn:
    """A period of a commitment under the terms in force and under the proposed ones.

    ``before`` or ``after`` is None where one of the two versions has no such period.
    """

    commitment: str
    title: Mapping[str, str]
    period: str
    unit: str
    before: Facts | None
    after: Facts | None

    @property
    def is_turn(self) -> bool:
        """Whether the standing itself becomes another."""
        return self._standing(self.before) != self._standing(self.after)

    @staticmethod
    def _standing(period: Facts | None) -> str | None:
        return str(period["standing"]) if period is not None else None


def turns(before: Document, after: Document) -> tuple[PeriodTurn, ...]:
    """The periods whose target, standing or chance is another under the proposed terms."""
    old, new = _periods(before), _periods(after)
    found = []
    for key in {**old, **new}:
        was, would = old.get(key), new.get(key)
        if _told(was) != _told(would):
            named = (would or was or ({}, {}))[0]
            found.append(
                PeriodTurn(
                    key[0],
                    named["title"],
                    key[1],
                    named["unit"],
                    was[1] if was else None,
                    would[1] if would else None,
                )
            )
    return tuple(sorted(found, key=lambda turn: not turn.is_turn))


def _periods(document: Document) -> dict[tuple[str, str], tuple[Facts, Facts]]:
    return {
        (each["id"], period["id"]): (each, period)
        for each in document["commitments"]
        for period in each["periods"]
    }


def _told(found: tuple[Facts, Facts] | None) -> object:
    if found is None:
        return None
    period = found[1]
    forecast = period["forecast"] or {}
    return period["standing"], period["target"], forecast.get("probability")
