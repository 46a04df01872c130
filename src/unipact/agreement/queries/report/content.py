"""What the report of a reporting year says, read from one run document and the one before it.

Nothing is computed anew: figures, standings, reasons and evidence are those of the run document,
put in the order in which a reader needs them. The reader's party plays no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from unipact.agreement.queries.commitments import (
    CommitmentRow,
    commitment_rows,
    counted,
    current_period,
)
from unipact.agreement.queries.overview import Change, Segment, changes, strip
from unipact.agreement.queries.report.edition import Edition
from unipact.agreement.queries.report.methods import MetricNote, Note, metric_notes, notes
from unipact.agreement.queries.report.undecided import OpenGroup, open_groups
from unipact.agreement.queries.standpoint import Document
from unipact.agreement.queries.wording import STANDING_ORDER

Facts = Mapping[str, Any]

#: Milestones show from the year's begin to this many years after the as-of day.
_YEARS_AHEAD = 1


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What stands or measures otherwise, and the period that it was then about."""

    change: Change
    period_before: Facts

    @property
    def is_other_period(self) -> bool:
        """The period that was current then is over: the values are of two periods."""
        return bool(self.period_before["id"] != self.change.row.period["id"])


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A field with its count of each standing, in the order of ``Report.standings``."""

    name: Mapping[str, str]
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One period of a commitment; ``mark`` names its evidence in the list of evidence."""

    commitment: Facts
    period: Facts
    mark: str | None


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """A milestone of a commitment."""

    commitment: Facts
    milestone: Facts


@dataclass(frozen=True, slots=True)
class BenefitLine:
    """A benefit; ``mark`` names its evidence in the list of evidence."""

    benefit: Facts
    mark: str | None


@dataclass(frozen=True, slots=True)
class FieldSection:
    """A field or flow with all that the report says of it."""

    field: Facts
    periods: tuple[PeriodLine, ...]
    milestones: tuple[MilestoneLine, ...]
    contributions: tuple[Facts, ...]
    benefits: tuple[BenefitLine, ...]


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """An evidence document, the mark that stands beside its figures, and what it shows."""

    mark: str
    evidence: Facts
    titles: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the report of a reporting year says."""

    edition: Edition
    standings: tuple[str, ...]
    strip: tuple[Segment, ...]
    lines: tuple[SummaryLine, ...]
    totals: tuple[int, ...]
    total: int
    changes: tuple[ChangeLine, ...]
    sections: tuple[FieldSection, ...]
    open_groups: tuple[OpenGroup, ...]
    evidence: tuple[EvidenceLine, ...]
    notes: tuple[Note, ...]
    metrics: tuple[MetricNote, ...]


def report_of(edition: Edition) -> Report:
    """The report of an edition."""
    document = edition.document
    # The reader's side is not asked for: the report is the same for both parties.
    rows = commitment_rows(document, "")
    counts = counted(rows)
    standings = tuple(name for name in STANDING_ORDER if name in counts)
    commitments = {each["id"]: each for each in document["commitments"]}
    periods = [
        (commitments[row.id], period)
        for row in rows
        for period in periods_reported(commitments[row.id], edition)
    ]
    evidence = _evidence(document, periods)
    marks = {each.evidence["id"]: each.mark for each in evidence}
    fields = document["agreement"]["fields"]
    lines = []
    for field in fields:
        of_field = [row for row in rows if row.field["id"] == field["id"]]
        found = counted(of_field)
        values = tuple(found.get(name, 0) for name in standings)
        lines.append(SummaryLine(field["name"], values, len(of_field)))
    return Report(
        edition=edition,
        standings=standings,
        strip=strip(rows),
        lines=tuple(lines),
        totals=tuple(counts[name] for name in standings),
        total=len(rows),
        changes=_changes(edition.earlier, rows),
        sections=tuple(_section(edition, field, periods, marks) for field in fields),
        open_groups=open_groups(document, periods),
        evidence=evidence,
        notes=notes(edition),
        metrics=metric_notes(document, periods),
    )


def periods_reported(commitment: Facts, edition: Edition) -> list[Facts]:
    """The periods that the report of the year is about, in the order of time.

    The current one, every one that ran or fell due in the reporting year, and every earlier one
    that could not be decided yet.
    """
    start, as_of = edition.start.isoformat(), edition.as_of.isoformat()
    return [
        each
        for each in commitment["periods"]
        if each["id"] == commitment["current_period"]
        or (
            each["from"] <= as_of
            and (each["until"] > start or each["due"] >= start or each["state"] == "running")
        )
    ]


def _changes(earlier: Document | None, rows: Sequence[CommitmentRow]) -> tuple[ChangeLine, ...]:
    if earlier is None:
        return ()
    before = {each["id"]: current_period(each) for each in earlier["commitments"]}
    return tuple(ChangeLine(each, before[each.row.id]) for each in changes(earlier, rows))


def _section(
    edition: Edition,
    field: Facts,
    periods: list[tuple[Facts, Facts]],
    marks: Mapping[str, str],
) -> FieldSection:
    document = edition.document

    def of_field(kind: str) -> list[Facts]:
        return [each for each in document[kind] if each["field"] == field["id"]]

    milestones = [
        MilestoneLine(commitment, each)
        for commitment in of_field("commitments")
        for each in commitment["milestones"]
        if _shows(each, edition)
    ]
    return FieldSection(
        field,
        tuple(
            PeriodLine(commitment, period, _mark(period, marks))
            for commitment, period in periods
            if commitment["field"] == field["id"]
        ),
        tuple(sorted(milestones, key=lambda each: (each.milestone["due"], each.milestone["id"]))),
        tuple(of_field("contributions")),
        tuple(BenefitLine(each, _mark(each, marks)) for each in of_field("benefits")),
    )


def _mark(measured: Facts, marks: Mapping[str, str]) -> str | None:
    return marks[measured["evidence"]["id"]] if measured["evidence"] is not None else None


def _shows(milestone: Facts, edition: Edition) -> bool:
    """Due in the reporting year or the year after, or still open."""
    last = date(edition.as_of.year + _YEARS_AHEAD, 12, 31).isoformat()
    if milestone["due"] < edition.start.isoformat():
        return milestone["state"] in {"undecided", "no_data"}
    return bool(milestone["due"] <= last)


def _evidence(document: Document, periods: list[tuple[Facts, Facts]]) -> tuple[EvidenceLine, ...]:
    """Each evidence document once, in the order in which the report first needs it."""
    found: dict[str, Facts] = {}
    titles: dict[str, list[Mapping[str, str]]] = {}
    for evidence, title in _shown(document, periods):
        found[evidence["id"]] = evidence
        titles.setdefault(evidence["id"], []).append(title)
    return tuple(
        EvidenceLine(f"E{n}", evidence, tuple(titles[key]))
        for n, (key, evidence) in enumerate(found.items(), start=1)
    )


def _shown(
    document: Document, periods: list[tuple[Facts, Facts]]
) -> Iterator[tuple[Facts, Mapping[str, str]]]:
    for field in document["agreement"]["fields"]:
        for commitment, period in periods:
            if commitment["field"] == field["id"] and period["evidence"] is not None:
                yield period["evidence"], commitment["title"]
        for benefit in document["benefits"]:
            if benefit["field"] == field["id"] and benefit["evidence"] is not None:
                yield benefit["evidence"], benefit["title"]
