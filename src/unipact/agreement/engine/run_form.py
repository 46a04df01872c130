"""The parts of a run document as its schema writes them: days as ISO text, numbers as text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from unipact.agreement.engine.ports import Forecast, Interval, MetricAnswer, MetricDescription
from unipact.agreement.engine.quantities import decimal_text
from unipact.agreement.engine.reasons import Reason
from unipact.agreement.engine.states import VersionState
from unipact.agreement.engine.terms import Agreement, Baseline, Contribution, Span, Text

Document = dict[str, Any]


def agreement_form(agreement: Agreement, sha256: str, state: VersionState) -> Document:
    """Which agreement it is, who its parties are and what its fields are called."""
    return {
        "id": agreement.id,
        "version": agreement.version,
        "sha256": sha256,
        "state": state,
        "title": text_form(agreement.title),
        "illustration": text_form(agreement.illustration) if agreement.illustration else None,
        "zone": agreement.zone,
        "term": span_form(agreement.term),
        "parties": [
            {"id": party.id, "role": party.role, "name": text_form(party.name)}
            for party in agreement.parties
        ],
        "fields": [
            {"id": field.id, "kind": field.kind, "name": text_form(field.name), "app": field.app}
            for field in agreement.fields
        ],
    }


def rules_form(agreement: Agreement) -> Document:
    """The status rules that were used."""
    rules = agreement.status
    return {
        "level": decimal_text(rules.level),
        "on_track_from": decimal_text(rules.on_track_from),
        "off_track_below": decimal_text(rules.off_track_below),
        "least_elapsed": decimal_text(rules.least_elapsed),
        "partly_from": decimal_text(rules.partly_from),
        "least_coverage": decimal_text(rules.least_coverage),
    }


def contribution_form(contribution: Contribution, as_of: date) -> Document:
    """A contribution, and the sum of its instalments up to and with the as-of day."""
    zero = contribution.amount - contribution.amount
    due = sum((i.amount for i in contribution.schedule if i.on <= as_of), zero)
    return {
        "id": contribution.id,
        "party": contribution.party,
        "field": contribution.field,
        "kind": contribution.kind,
        "title": text_form(contribution.title),
        "amount": decimal_text(contribution.amount),
        "unit": contribution.unit,
        "due": decimal_text(due),
        "schedule": [
            {"on": instalment.on.isoformat(), "amount": decimal_text(instalment.amount)}
            for instalment in contribution.schedule
        ],
    }


def metric_form(metric: MetricDescription) -> Document:
    """The metric as its field declares it."""
    return {
        "name": metric.name,
        "version": metric.version,
        "sha256": metric.sha256,
        "label": text_form(metric.label),
        "description": text_form(metric.description),
        "unit": metric.unit,
        "decimals": metric.decimals,
        "source": metric.source,
    }


def baseline_form(baseline: Baseline) -> Document:
    """A baseline."""
    span = span_form(baseline.period) if baseline.period else {"from": None, "until": None}
    source = text_form(baseline.source) if baseline.source else None
    return {**span, "value": number_form(baseline.value), "source": source}


def forecast_form(forecast: Forecast, level: Decimal) -> Document:
    """A forecast at ``level``."""
    return {
        "probability": decimal_text(forecast.probability),
        "level": decimal_text(level),
        "low": decimal_text(forecast.low),
        "middle": decimal_text(forecast.middle),
        "high": decimal_text(forecast.high),
        "burn": decimal_text(forecast.burn),
        "fan": [
            {
                "until": step.until.isoformat(),
                "low": decimal_text(step.low),
                "middle": decimal_text(step.middle),
                "high": decimal_text(step.high),
            }
            for step in forecast.fan
        ],
        "method": text_form(forecast.method),
        "seed": forecast.seed,
    }


def interval_form(interval: Interval) -> Document:
    """An interval."""
    return {
        "level": decimal_text(interval.level),
        "low": decimal_text(interval.low),
        "high": decimal_text(interval.high),
        "method": text_form(interval.method),
    }


def reason_form(reason: Reason) -> Document:
    """A reason."""
    return {
        "code": reason.code,
        "en": reason.text.en,
        "zh": reason.text.zh,
        "facts": dict(reason.facts),
    }


def text_form(text: Text) -> Document:
    """A text in both languages."""
    return {"en": text.en, "zh": text.zh}


def span_form(span: Span) -> Document:
    """``from`` and ``until``."""
    return {"from": span.start.isoformat(), "until": span.until.isoformat()}


def number_form(value: Decimal | None) -> str | None:
    """Decimal text, or None."""
    return None if value is None else decimal_text(value)


def measurement_form(answer: MetricAnswer) -> Document:
    """What was measured, or why nothing was."""
    until = answer.measured_until
    return {
        "value": number_form(answer.value),
        "gap": text_form(answer.gap) if answer.gap else None,
        "interval": interval_form(answer.interval) if answer.interval else None,
        "coverage": number_form(answer.coverage),
        "measured_until": until.isoformat() if until else None,
        "evidence": dict(answer.evidence) if answer.evidence is not None else None,
    }
