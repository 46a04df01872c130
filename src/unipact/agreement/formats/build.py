"""A checked document as typed terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from unipact.agreement.engine.terms import (
    Agreement,
    Baseline,
    Benefit,
    Commitment,
    Contribution,
    Exit,
    Field,
    Governance,
    Instalment,
    Milestone,
    Party,
    Renewal,
    Span,
    StatusRules,
    Target,
    Text,
    Valuation,
)

Table = Mapping[str, Any]


def agreement_from(document: Table) -> Agreement:
    """The terms of a document in which no check found anything wrong."""
    illustration = document.get("illustration")
    return Agreement(
        id=document["id"],
        version=document["version"],
        previous=document.get("previous"),
        illustration=_text(illustration) if illustration else None,
        title=_text(document["title"]),
        summary=_text(document["summary"]),
        principles=tuple(_text(entry["name"]) for entry in document["principle"]),
        zone=document["zone"],
        signed_on=_day(document["signed_on"]),
        term=_span(document["term"]),
        governance=_governance(document["governance"]),
        status=_status(document["status"]),
        parties=tuple(_party(entry) for entry in document["party"]),
        fields=tuple(_field(entry) for entry in document["field"]),
        commitments=tuple(_commitment(entry) for entry in document["commitment"]),
        contributions=tuple(_contribution(entry) for entry in document.get("contribution", ())),
        benefits=tuple(_benefit(entry) for entry in document.get("benefit", ())),
        renewal=_renewal(document["renewal"]) if "renewal" in document else None,
        exits=tuple(_exit(entry) for entry in document.get("exit", ())),
    )


def _text(table: Table) -> Text:
    return Text(en=table["en"], zh=table["zh"])


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _span(table: Table) -> Span:
    return Span(_day(table["from"]), _day(table["until"]))


def _governance(table: Table) -> Governance:
    # A default belongs to the terms and not to the document: an old file keeps its hash.
    given = {"review_days": table["review_days"]} if "review_days" in table else {}
    return Governance(
        propose=tuple(table["propose"]),
        consent=tuple(table["consent"]),
        steering_committee_months=table["steering_committee_months"],
        on_silence=table["on_silence"],
        silence_days=table["silence_days"],
        **given,
    )


def _renewal(table: Table) -> Renewal:
    return Renewal(table["months"], table["notice_days"], table.get("most"))


def _exit(table: Table) -> Exit:
    return Exit(table["id"], tuple(table["may"]), table["notice_days"], _text(table["text"]))


def _status(table: Table) -> StatusRules:
    return StatusRules(
        level=Decimal(table["level"]),
        on_track_from=Decimal(table["on_track_from"]),
        off_track_below=Decimal(table["off_track_below"]),
        least_elapsed=Decimal(table["least_elapsed"]),
        partly_from=Decimal(table["partly_from"]),
        least_coverage=Decimal(table["least_coverage"]),
    )


def _party(table: Table) -> Party:
    legal_id = table["legal_id"]
    return Party(
        id=table["id"],
        role=table["role"],
        name=_text(table["name"]),
        legal_id=(legal_id["scheme"], legal_id["value"]),
        key=table["key"],
    )


def _field(table: Table) -> Field:
    return Field(table["id"], table["kind"], _text(table["name"]), table["app"])


def _metric(reference: str) -> tuple[str, int]:
    name, _, version = reference.partition("@")
    return name, int(version)


def _commitment(table: Table) -> Commitment:
    metric, version = _metric(table["metric"])
    return Commitment(
        id=table["id"],
        field=table["field"],
        effort=table["effort"],
        owed_by=tuple(table["owed_by"]),
        owed_to=tuple(table["owed_to"]),
        owner_party=table["owner"]["party"],
        owner_role=table["owner"]["role"],
        title=_text(table["title"]),
        text=_text(table["text"]),
        metric=metric,
        metric_version=version,
        unit=table["unit"],
        direction=table["direction"],
        targets=tuple(_target(entry) for entry in table["targets"]),
        where=dict(table.get("where", {})),
        baseline=_baseline(table["baseline"]) if "baseline" in table else None,
        milestones=tuple(_milestone(entry) for entry in table.get("milestones", ())),
    )


def _target(table: Table) -> Target:
    return Target(table["id"], _span(table), _day(table["due"]), Decimal(table["value"]))


def _baseline(table: Table) -> Baseline:
    return Baseline(
        period=_span(table) if "from" in table else None,
        value=Decimal(table["value"]) if "value" in table else None,
        source=_text(table["source"]) if "source" in table else None,
    )


def _milestone(table: Table) -> Milestone:
    return Milestone(
        id=table["id"],
        title=_text(table["title"]),
        due=_day(table["due"]),
        weight=table["weight"],
        value=Decimal(table["value"]) if "value" in table else None,
    )


def _contribution(table: Table) -> Contribution:
    return Contribution(
        id=table["id"],
        party=table["party"],
        field=table["field"],
        kind=table["kind"],
        title=_text(table["title"]),
        amount=Decimal(table["amount"]),
        unit=table["unit"],
        schedule=tuple(
            Instalment(_day(entry["on"]), Decimal(entry["amount"])) for entry in table["schedule"]
        ),
        valuations=tuple(
            Valuation(entry["party"], entry["currency"], Decimal(entry["amount"]))
            for entry in table.get("valuations", ())
        ),
    )


def _benefit(table: Table) -> Benefit:
    metric, version = _metric(table["metric"])
    return Benefit(
        id=table["id"],
        party=table["party"],
        field=table["field"],
        title=_text(table["title"]),
        metric=metric,
        metric_version=version,
        where=dict(table.get("where", {})),
        baseline=_span(table["baseline"]) if "baseline" in table else None,
    )
