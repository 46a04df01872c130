"""The agreement itself as a page shows it: its terms, its versions, who brings what and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import F, Max

from unipact.agreement.engine.terms import Agreement as Terms
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.models import AgreementVersion, versions_seen
from unipact.agreement.queries.standpoint import Document, Standpoint, document_of
from unipact.agreement.roles import Actor
from unipact.errors import NotFound, Unavailable


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in the list of them."""

    n: int
    state: str
    sha256: str
    file_sha256: str
    imported_at: datetime
    is_own_draft: bool


@dataclass(frozen=True, slots=True)
class InstalmentMark:
    """One instalment on the term's line: ``at`` in thousandths, ``radius`` by its share."""

    at: int
    radius: int
    on: str
    amount: str
    is_due: bool


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """A contribution with its schedule as a picture."""

    contribution: Mapping[str, Any]
    marks: tuple[InstalmentMark, ...]

    @property
    def due_share(self) -> Decimal:
        """The share of the amount that is due by the as-of day."""
        return Decimal(self.contribution["due"]) / Decimal(self.contribution["amount"])


def terms_of(here: Standpoint) -> Terms:
    """The typed terms of the standpoint's version."""
    return _terms(here.version.pk, here.version.sha256)


@lru_cache(maxsize=32)
def _terms(pk: int, sha256: str) -> Terms:
    """A version's terms; its bytes never change, so a worker reads them once."""
    original = AgreementVersion.objects.values_list("original", flat=True).get(pk=pk)
    file = read_agreement(bytes(original))
    if file.sha256 != f"sha256:{sha256}":
        raise Unavailable("an agreement file was changed by hand: it holds other terms")
    return file.agreement


def version_rows(here: Standpoint) -> tuple[VersionRow, ...]:
    """All versions of the agreement, the newest first."""
    versions = versions_seen(here.actor).filter(agreement=here.version.agreement)
    return tuple(
        version_row(each, here.state if each.pk == here.version.pk else None)
        for each in versions.defer("original").order_by("-n", "-pk")
    )


def version_row(version: AgreementVersion, state: str | None = None) -> VersionRow:
    """A version in a list; ``state`` where a run document knows better than the record."""
    return VersionRow(
        version.n,
        state or version.state,
        version.sha256,
        version.file_sha256,
        version.imported_at,
        version.drafted_by_id is not None,
    )


def version_named(
    agreement: str, n: int | None = None, *, actor: Actor | None = None
) -> AgreementVersion:
    """Version ``n`` of an agreement, or its newest one, among those that ``actor`` may know of.

    A version of both comes before a draft of the same number; ``actor`` is None for the command
    line.

    Raises:
        NotFound: there is no such version.
    """
    versions = versions_seen(actor).filter(agreement__slug=agreement)
    if n is not None:
        versions = versions.filter(n=n)
    version: AgreementVersion | None = (
        versions.select_related("agreement")
        .order_by("-n", F("drafted_by").asc(nulls_first=True))
        .first()
    )
    if version is None:
        raise NotFound(f"there is no {agreement}" + (f" version {n}" if n else ""))
    return version


def is_evaluated(
    version: AgreementVersion, day: date, snapshot_id: str, software: Mapping[str, str]
) -> bool:
    """Whether the version was evaluated at this day and snapshot by the same software."""
    kept = version.evaluations.filter(as_of=day, snapshot_id=snapshot_id)
    return any(document_of(each)["software"] == software for each in kept.defer("document"))


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version that the console holds; ``evaluated_on`` is the latest day it was evaluated at."""

    agreement: str
    n: int
    sha256: str
    evaluated_on: date | None


def versions_kept() -> tuple[KeptVersion, ...]:
    """Every version of every agreement, for the command line, which sees all parties."""
    found = AgreementVersion.objects.annotate(evaluated_on=Max("evaluations__as_of"))
    rows = found.values_list("agreement__slug", "n", "sha256", "evaluated_on")
    return tuple(KeptVersion(*row) for row in rows.order_by("agreement__slug", "n"))


def contribution_rows(
    document: Document, contributions: Sequence[Mapping[str, Any]]
) -> tuple[ContributionRow, ...]:
    """Contributions with each instalment on the line of the term."""
    term = document["agreement"]["term"]
    start = date.fromisoformat(term["from"])
    days = max(1, (date.fromisoformat(term["until"]) - start).days)
    return tuple(
        ContributionRow(each, _marks(each, start, days, document["as_of"]))
        for each in contributions
    )


def _marks(
    contribution: Mapping[str, Any], start: date, days: int, as_of: str
) -> tuple[InstalmentMark, ...]:
    amount = Decimal(contribution["amount"]) or Decimal(1)
    marks = []
    for each in contribution["schedule"]:
        passed = (date.fromisoformat(each["on"]) - start).days
        share = float(Decimal(each["amount"]) / amount)
        marks.append(
            InstalmentMark(
                at=min(1000, max(0, round(passed * 1000 / days))),
                # The area, not the radius, is in proportion.
                radius=4 + round(9 * share**0.5),
                on=each["on"],
                amount=each["amount"],
                is_due=each["on"] <= as_of,
            )
        )
    return tuple(marks)
