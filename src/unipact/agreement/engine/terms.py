"""The terms of an agreement as values: what ``agreement.toml`` says, once it was checked.

Dates are calendar days in the agreement's own zone. Every span is half open: ``start`` is in it,
``until`` is the first day after it. Shares lie in 0–1. Amounts and targets are ``Decimal``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Role = Literal["university", "enterprise"]
Effort = Literal["talent-cultivation", "scientific-research", "smart-campus"]
Direction = Literal["at_least", "at_most"]
OnSilence = Literal["lapse", "escalate"]
ContributionKind = Literal["money", "people", "equipment", "data", "licence"]
Parameter = str | int | bool


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages of the agreement."""

    en: str
    zh: str

    def to(self, language: str) -> str:
        """The text in ``language`` (``zh``, ``zh-hans`` … give Chinese, all else English)."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Span:
    """Days from ``start`` up to, and without, ``until``."""

    start: date
    until: date

    @property
    def days(self) -> int:
        """How many days are in it."""
        return (self.until - self.start).days


@dataclass(frozen=True, slots=True)
class Party:
    """A party: ``legal_id`` is ``(scheme, value)``, ``key`` a C2SP verifier key (vkey)."""

    id: str
    role: Role
    name: Text
    legal_id: tuple[str, str]
    key: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field or flow of the cooperation; ``app`` is the unipact app that supplies its facts."""

    id: str
    kind: Literal["field", "flow"]
    name: Text
    app: str


@dataclass(frozen=True, slots=True)
class Target:
    """What is promised for one period, in the commitment's unit and direction."""

    id: str
    period: Span
    due: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step on the way; the weights of a commitment's milestones sum to 100."""

    id: str
    title: Text
    due: date
    weight: int
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the commitment is measured against: a span of days, a stated value, or both."""

    period: Span | None = None
    value: Decimal | None = None
    source: Text | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise: who owes it, the metric that shows it, and the target of each period.

    ``metric`` is a name in the metric registry and ``metric_version`` the version that binds;
    ``where`` are the metric's parameters.
    """

    id: str
    field: str
    effort: Effort
    owed_by: tuple[str, ...]
    owed_to: tuple[str, ...]
    owner_party: str
    owner_role: str
    title: Text
    text: Text
    metric: str
    metric_version: int
    unit: str
    direction: Direction
    targets: tuple[Target, ...]
    where: Mapping[str, Parameter] = dataclasses.field(default_factory=dict)
    baseline: Baseline | None = None
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of a contribution: ``amount`` in the contribution's unit (money: its currency)."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Valuation:
    """What ``party`` says that a whole contribution in kind is worth; ``currency`` is ISO 4217."""

    party: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a party brings; ``unit`` is an ISO 4217 currency where ``kind`` is money.

    ``valuations``: of a contribution in kind, at most one of each party. They stand side by
    side and are never added or averaged.
    """

    id: str
    party: str
    field: str
    kind: ContributionKind
    title: Text
    amount: Decimal
    unit: str
    schedule: tuple[Instalment, ...] = ()
    valuations: tuple[Valuation, ...] = ()


@dataclass(frozen=True, slots=True)
class Benefit:
    """What a party expects, and the metric, with its parameters, that shows whether it came."""

    id: str
    party: str
    field: str
    title: Text
    metric: str
    metric_version: int
    where: Mapping[str, Parameter] = dataclasses.field(default_factory=dict)
    baseline: Span | None = None


@dataclass(frozen=True, slots=True)
class Governance:
    """Who may propose a change, whose consent it needs, and what silence means.

    Evidence that the other party has not reviewed in ``review_days`` counts as unreviewed.
    """

    propose: tuple[str, ...]
    consent: tuple[str, ...]
    steering_committee_months: int
    on_silence: OnSilence
    silence_days: int
    review_days: int = 30


@dataclass(frozen=True, slots=True)
class Renewal:
    """The term renews by itself for ``months`` at its end, at ``most`` so often (None: always).

    A party's notice at least ``notice_days`` before an end keeps it from renewing there.
    """

    months: int
    notice_days: int
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """A clause by which each party of ``may`` can end the agreement alone, with notice."""

    id: str
    may: tuple[str, ...]
    notice_days: int
    text: Text


@dataclass(frozen=True, slots=True)
class StatusRules:
    """How a status follows from the numbers; the parties agree these with everything else.

    Attributes:
        level: level of every interval, for example 0.90.
        on_track_from: a running period is on track from this probability of meeting its target.
        off_track_below: and off track below this one; between the two it is at risk.
        least_elapsed: before this share of the period has passed nothing is forecast.
        partly_from: an ended period that reached this share of its target is partly met.
        least_coverage: nothing is decided of what was measured by less than this share.
    """

    level: Decimal
    on_track_from: Decimal
    off_track_below: Decimal
    least_elapsed: Decimal
    partly_from: Decimal
    least_coverage: Decimal


@dataclass(frozen=True, slots=True)
class Agreement:
    """A whole version of an agreement."""

    id: str
    version: int
    previous: str | None
    illustration: Text | None
    title: Text
    summary: Text
    principles: tuple[Text, ...]
    zone: str
    signed_on: date
    term: Span
    governance: Governance
    status: StatusRules
    parties: tuple[Party, ...]
    fields: tuple[Field, ...]
    commitments: tuple[Commitment, ...]
    contributions: tuple[Contribution, ...]
    benefits: tuple[Benefit, ...]
    renewal: Renewal | None = None
    exits: tuple[Exit, ...] = ()
