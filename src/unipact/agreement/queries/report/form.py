"""The report as JSON, ``unipact-report/1``: what programs read (``report.schema.json``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from unipact.agreement.engine.assessment import run_bytes
from unipact.agreement.engine.run_form import text_form
from unipact.agreement.queries.report.content import ChangeLine, EvidenceLine, Report, report_of
from unipact.agreement.queries.report.edition import Edition
from unipact.agreement.queries.report.methods import MetricNote
from unipact.agreement.queries.report.undecided import Open, OpenGroup

REPORT_FORMAT = "unipact-report/1"

Facts = Mapping[str, Any]
Form = dict[str, Any]

#: What the run document alone holds: the points of charts.
_LEFT_OUT = frozenset({"series", "evidence"})


def report_json(edition: Edition) -> bytes:
    """The report of an edition; the same run documents give the same bytes, whoever asks."""
    return run_bytes(report_form(report_of(edition)))


def report_form(report: Report) -> Form:
    """The report as plain values."""
    edition = report.edition
    document = edition.document
    return {
        "format": REPORT_FORMAT,
        "agreement": document["agreement"],
        "year": edition.year,
        "from": edition.start.isoformat(),
        "until": (edition.as_of + timedelta(days=1)).isoformat(),
        "as_of": document["as_of"],
        "run": {"format": document["format"], "sha256": f"sha256:{edition.sha256}"},
        "log": _log(edition),
        "compared_with": _compared(edition),
        "snapshot": document["snapshot"],
        "software": document["software"],
        "rules": document["rules"],
        "summary": document["summary"],
        "changes": [_change(each) for each in report.changes],
        "commitments": [_commitment(each, report) for each in document["commitments"]],
        "contributions": document["contributions"],
        "benefits": [_benefit(each) for each in document["benefits"]],
        "undecided": [_group(each) for each in report.open_groups],
        "evidence": [_evidence(each) for each in report.evidence],
        "methods": {
            "notes": [
                {"id": each.id, "title": text_form(each.title), "text": text_form(each.text)}
                for each in report.notes
            ],
            "metrics": [_metric(each) for each in report.metrics],
        },
    }


def _log(edition: Edition) -> Form | None:
    if edition.log is None:
        return None
    return {
        "origin": edition.log.origin,
        "entry": edition.log.index,
        "party": edition.log.party,
        "size": edition.log.size,
        "root": edition.log.root,
    }


def _compared(edition: Edition) -> Form | None:
    if edition.earlier is None:
        return None
    return {
        "as_of": edition.earlier["as_of"],
        "snapshot": edition.earlier["snapshot"]["id"],
        "sha256": f"sha256:{edition.earlier_sha256}",
    }


def _change(line: ChangeLine) -> Form:
    now = line.change.row
    return {
        "commitment": now.id,
        "title": now.title,
        "before": {
            "period": line.period_before["id"],
            "standing": line.change.before,
            "value": line.change.value_before,
        },
        "now": {
            "period": now.period["id"],
            "standing": now.standing,
            "value": now.period["value"],
        },
    }


def _commitment(commitment: Facts, report: Report) -> Form:
    kept = {key: value for key, value in commitment.items() if key not in {"metric", "periods"}}
    reported = {
        line.period["id"]
        for section in report.sections
        for line in section.periods
        if line.commitment["id"] == commitment["id"]
    }
    periods = [_period(each) for each in commitment["periods"] if each["id"] in reported]
    return {**kept, "periods": periods}


def _period(period: Facts) -> Form:
    kept = {key: value for key, value in period.items() if key not in _LEFT_OUT}
    forecast = period["forecast"]
    if forecast is not None:
        kept["forecast"] = {key: value for key, value in forecast.items() if key != "fan"}
    return {**kept, "evidence": _evidence_id(period)}


def _benefit(benefit: Facts) -> Form:
    kept = {key: value for key, value in benefit.items() if key not in {"metric", "evidence"}}
    unit = benefit["metric"]["unit"] if benefit["metric"] is not None else None
    return {**kept, "unit": unit, "evidence": _evidence_id(benefit)}


def _evidence_id(measured: Facts) -> str | None:
    return measured["evidence"]["id"] if measured["evidence"] is not None else None


def _group(group: OpenGroup) -> Form:
    return {
        "cause": group.cause,
        "title": text_form(group.title),
        "text": text_form(group.text),
        "items": [_open(each) for each in group.items],
    }


def _open(item: Open) -> Form:
    return {
        "kind": item.kind,
        "id": item.id,
        "commitment": item.commitment,
        "period": item.period["id"] if item.period is not None else None,
        "metric_ref": item.metric_ref,
        "title": item.title,
        "why": {"en": item.why["en"], "zh": item.why["zh"]},
    }


def _evidence(line: EvidenceLine) -> Form:
    evidence = line.evidence
    return {
        "mark": line.mark,
        "id": evidence["id"],
        "metric": evidence["metric"],
        "value": evidence["value"],
        "unit": evidence["unit"],
        "period": evidence["parameters"]["period"],
        "until": evidence["parameters"]["until"],
        "rows": {"count": evidence["rows"]["count"], "digest": evidence["rows"]["digest"]},
        "shows": list(line.titles),
    }


def _metric(note: MetricNote) -> Form:
    return {
        **note.metric,
        "measures": list(note.titles),
        "intervals": list(note.intervals),
        "forecasts": list(note.forecasts),
    }
