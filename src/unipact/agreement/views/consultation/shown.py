"""What the pages of the consultation show of a proposal beside what the queries say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from unipact.agreement.engine.difference import Difference, PlanEffect, TargetEffect
from unipact.agreement.engine.terms import Agreement, Text
from unipact.agreement.queries.consultation import ProposalSeen
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.queries.terms import terms_of

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What a party plans to bring, and by how much that becomes more or less."""

    effect: PlanEffect

    @property
    def difference(self) -> Decimal:
        """Proposed minus planned so far, in the effect's unit."""
        return self.effect.after - self.effect.before


@dataclass(frozen=True, slots=True)
class TargetRow:
    """What happens to a period of a commitment: what stood there, and what is proposed."""

    title: Text
    target: str
    effect: str
    old: tuple[Text, ...]
    new: tuple[Text, ...]


def names_in(terms: Agreement) -> dict[str, Texts]:
    """What parties are called, by their ids; also before anything was evaluated."""
    return {each.id: _both(each.name) for each in terms.parties}


def ground(here: Standpoint) -> dict[str, Any]:
    """What every page of the consultation needs to name things."""
    terms = terms_of(here)
    return {
        "names": names_in(terms),
        "titles": {each.id: _both(each.title) for each in terms.commitments},
    }


def plan_rows(seen: ProposalSeen) -> tuple[PlanRow, ...]:
    """Money and people, changed or not; of other things what changes. Changed rows come first."""
    if seen.consequences is None:
        return ()
    rows = [
        PlanRow(each)
        for each in seen.consequences.plans
        if each.contribution is None or each.has_changed
    ]
    return tuple(sorted(rows, key=lambda row: not row.effect.has_changed))


def added(seen: ProposalSeen) -> frozenset[str]:
    """The commitments that the version in force does not have."""
    if seen.difference is None:
        return frozenset()
    items = seen.difference.section("commitment").items
    return frozenset(each.id for each in items if each.change == "added")


def target_rows(seen: ProposalSeen) -> tuple[TargetRow, ...]:
    """The targets that become others, as the difference says them."""
    if seen.consequences is None or seen.difference is None:
        return ()
    return tuple(_target(each, seen.difference) for each in seen.consequences.targets)


def _target(effect: TargetEffect, difference: Difference) -> TargetRow:
    items = {each.id: each for each in difference.section("commitment").items}
    item = items[effect.commitment]
    here = [each for each in item.values if each.path[:2] == ("targets", effect.target)]
    return TargetRow(
        title=item.title,
        target=effect.target,
        effect=effect.effect,
        old=_texts([each.old for each in here]),
        new=_texts([each.new for each in here]),
    )


def _texts(values: Sequence[Any]) -> tuple[Text, ...]:
    return tuple(each.text for each in values if each is not None)


def _both(text: Text) -> Texts:
    return {"en": text.en, "zh": text.zh}
