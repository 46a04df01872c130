"""What differs between two versions of an agreement, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from unipact.agreement.engine.terms import Text

Path = tuple[str, ...]
"""Keys and ids from an item to a value: ``("targets", "y1", "value")``. Never a position."""

Change = Literal["added", "removed", "changed", "same"]
SectionId = Literal[
    "terms",
    "status",
    "principle",
    "party",
    "field",
    "commitment",
    "contribution",
    "benefit",
    "renewal",
    "exit",
]
Kind = Literal[
    "text",
    "day",
    "decimal",
    "whole",
    "truth",
    "choice",
    "reference",
    "ids",
    "entry",
]
Typed = str | int | bool | Decimal | date | tuple[str, ...] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one version: ``raw`` as the document has it, ``text`` as people read it.

    ``kind`` ``ids`` is a set of ids (``raw`` is sorted), ``entry`` a whole target, milestone,
    instalment or valuation that the other version does not have.
    """

    kind: Kind
    raw: Any
    text: Text

    @property
    def typed(self) -> Typed:
        """The value as a date, a ``Decimal``, a number, a text, a tuple of ids or a table."""
        made: Typed = self.raw
        if self.kind == "day":
            made = date.fromisoformat(self.raw)
        elif self.kind == "decimal":
            made = Decimal(self.raw)
        return made


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value that differs; ``old`` or ``new`` is None where that version does not have it."""

    path: Path
    label: Text
    old: Value | None
    new: Value | None

    @property
    def change(self) -> Change:
        """Whether the value was added, removed or changed."""
        if self.old is None:
            return "added"
        return "removed" if self.new is None else "changed"


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """A commitment, a party, … in both versions; ``values`` are those that differ.

    The values of an added item have no ``old``, those of a removed one no ``new``.
    """

    id: str
    title: Text
    change: Change
    values: tuple[ValueChange, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionDifference:
    """A part of the agreement: its items as the new version orders them, then those removed.

    A part that is no list (``terms``, ``status``, ``renewal``) has one item of its own name.
    """

    id: SectionId
    label: Text
    items: tuple[ItemDifference, ...]

    @property
    def changed(self) -> tuple[ItemDifference, ...]:
        """The items that are not the same in both versions."""
        return tuple(item for item in self.items if item.change != "same")


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two versions of one agreement.

    Attributes:
        metadata: ``version`` and ``previous``, which must differ and are no change of terms.
        sections: every part of the agreement, in a fixed order.
        is_only_order: no term differs, but the documents do: entries changed places, or an
            empty list was written out. The hash differs then.
    """

    metadata: tuple[ValueChange, ...]
    sections: tuple[SectionDifference, ...]
    is_only_order: bool

    @property
    def is_empty(self) -> bool:
        """Whether no term differs."""
        return not any(section.changed for section in self.sections)

    def section(self, identity: SectionId) -> SectionDifference:
        """The part of that name."""
        return next(section for section in self.sections if section.id == identity)
