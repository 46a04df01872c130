"""The report of a period: every commitment by field, with the evidence under each figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unipact.agreement.queries.commitments import CommitmentRow, commitment_rows, counted
from unipact.agreement.queries.standpoint import Document
from unipact.agreement.queries.wording import STANDING_ORDER


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A field with its count of each standing, in the order of ``ReportPage.standings``."""

    name: Mapping[str, str]
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class FieldSection:
    """A field of the report with its commitments and contributions."""

    field: Mapping[str, Any]
    rows: tuple[CommitmentRow, ...]
    contributions: tuple[Mapping[str, Any], ...]
    benefits: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything that the report of a period says."""

    standings: tuple[str, ...]
    lines: tuple[SummaryLine, ...]
    totals: tuple[int, ...]
    total: int
    sections: tuple[FieldSection, ...]
    evidence: tuple[Mapping[str, Any], ...]


def report_page(document: Document, party: str) -> ReportPage:
    """The report from one run document; nothing is computed anew."""
    rows = commitment_rows(document, party)
    counts = counted(rows)
    standings = tuple(name for name in STANDING_ORDER if name in counts)
    sections = tuple(_section(document, field, rows) for field in document["agreement"]["fields"])
    lines = []
    for section in sections:
        found = counted(section.rows)
        values = tuple(found.get(name, 0) for name in standings)
        lines.append(SummaryLine(section.field["name"], values, len(section.rows)))
    return ReportPage(
        standings,
        tuple(lines),
        tuple(counts[name] for name in standings),
        len(rows),
        sections,
        tuple(evidence_documents(document).values()),
    )


def evidence_documents(document: Document) -> dict[str, Mapping[str, Any]]:
    """Every evidence document of a run document, by its id."""
    found: dict[str, Mapping[str, Any]] = {}
    for commitment in document["commitments"]:
        for period in commitment["periods"]:
            if period["evidence"] is not None:
                found[period["evidence"]["id"]] = period["evidence"]
    for benefit in document["benefits"]:
        if benefit["evidence"] is not None:
            found[benefit["evidence"]["id"]] = benefit["evidence"]
    return found


def _section(
    document: Document, field: Mapping[str, Any], rows: tuple[CommitmentRow, ...]
) -> FieldSection:
    def of_field(kind: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(each for each in document[kind] if each["field"] == field["id"])

    return FieldSection(
        field,
        tuple(row for row in rows if row.field["id"] == field["id"]),
        of_field("contributions"),
        of_field("benefits"),
    )
