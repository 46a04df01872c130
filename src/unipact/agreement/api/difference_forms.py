"""What differs between two versions, and what that does, as the API gives it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator

from unipact.agreement.api.forms import Texts
from unipact.agreement.engine.quantities import decimal_text


def _plain(value: Any) -> Any:
    return decimal_text(value) if isinstance(value, Decimal) else value


#: Plain decimal text.
Quantity = Annotated[str, BeforeValidator(_plain)]


class ValueSide(Schema):
    """A value of one version: ``raw`` as its document has it, ``text`` as people read it."""

    kind: str
    raw: Any
    text: Texts


class ValueChangeLine(Schema):
    """A value that differs; a side is null where that version does not have it."""

    path: list[str]
    label: Texts
    change: str
    old: ValueSide | None
    new: ValueSide | None


class ItemLine(Schema):
    """A commitment, a party, … that differs."""

    id: str
    title: Texts
    change: str
    values: list[ValueChangeLine]


class SectionLine(Schema):
    """A part of the agreement with the items that differ."""

    id: str
    label: Texts
    items: list[ItemLine]

    @staticmethod
    def resolve_items(section: Any) -> Any:
        """Without what stays the same."""
        return section.changed


class DifferenceLine(Schema):
    """All that differs; ``is_only_order``: no term does, only the order of entries."""

    metadata: list[ValueChangeLine]
    sections: list[SectionLine]
    is_only_order: bool

    @staticmethod
    def resolve_sections(difference: Any) -> Any:
        """Without parts in which nothing differs."""
        return [each for each in difference.sections if each.changed]


class PlannedDayLine(Schema):
    """What is planned for a day, before and after."""

    on: date
    before: Quantity
    after: Quantity


class PlanLine(Schema):
    """What a party plans to bring in one unit, before and after; ``contribution`` if one alone."""

    party: str
    kind: str
    unit: str
    contribution: str | None
    before: Quantity
    after: Quantity
    schedule: list[PlannedDayLine]


class TargetSide(Schema):
    """A target in one version; ``start`` is its first day, ``until`` the first one after it."""

    start: date
    until: date
    due: date
    value: Quantity

    @staticmethod
    def resolve_start(target: Any) -> date:
        """The first day."""
        return target.period.start  # type: ignore[no-any-return]

    @staticmethod
    def resolve_until(target: Any) -> date:
        """The first day after it."""
        return target.period.until  # type: ignore[no-any-return]


class TargetEffectLine(Schema):
    """What becomes of one period of one commitment."""

    commitment: str
    target: str
    effect: str
    old: TargetSide | None
    new: TargetSide | None


class DutyEffectLine(Schema):
    """Who owes a commitment to whom, before and after."""

    commitment: str
    owed_by_before: list[str]
    owed_by_after: list[str]
    owed_to_before: list[str]
    owed_to_after: list[str]


class GraveLine(Schema):
    """A change of how the parties are bound: governance, party, key or ending."""

    concern: str
    id: str


class ConsequencesLine(Schema):
    """What a change does to money and plans, to targets, to duties and to the bond itself."""

    plans: list[PlanLine]
    targets: list[TargetEffectLine]
    duties: list[DutyEffectLine]
    grave: list[GraveLine]

    @staticmethod
    def resolve_plans(found: Any) -> Any:
        """Without what stays the same."""
        return [each for each in found.plans if each.has_changed]
