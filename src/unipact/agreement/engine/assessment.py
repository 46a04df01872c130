"""The run document: how a whole agreement stands at one day and one snapshot.

Pure and deterministic: the same agreement, day and source give the same document and bytes.
The format is ``schemas/run.schema.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from unipact.agreement.engine.milestones import judge_milestone
from unipact.agreement.engine.ports import (
    MetricAnswer,
    MetricDescription,
    MetricRequest,
    MetricSource,
)
from unipact.agreement.engine.quantities import decimal_text, same_unit
from unipact.agreement.engine.reasons import Case
from unipact.agreement.engine.run_form import (
    Document,
    agreement_form,
    baseline_form,
    contribution_form,
    forecast_form,
    measurement_form,
    metric_form,
    number_form,
    reason_form,
    rules_form,
    span_form,
    text_form,
)
from unipact.agreement.engine.states import VersionState
from unipact.agreement.engine.status import Judgement, Standing, judge, standing_counts
from unipact.agreement.engine.terms import (
    Agreement,
    Benefit,
    Commitment,
    Span,
    Target,
    Text,
)

FORMAT = "unipact-run/1"
_EFFORTS = ("talent-cultivation", "scientific-research", "smart-campus")


def assess(
    agreement: Agreement,
    *,
    sha256: str,
    state: VersionState,
    source: MetricSource,
    as_of: date,
) -> Document:
    """The run document of an agreement.

    Args:
        agreement: the terms.
        sha256: hash of their canonical form.
        state: of this version; a file that no console holds is a ``draft``.
        source: computes metrics at its one snapshot.
        as_of: the last day that counts.
    """
    answers = _answers(agreement, source, as_of)
    commitments = [_commitment(c, agreement, answers, as_of) for c in agreement.commitments]
    snapshot = source.snapshot
    return {
        "format": FORMAT,
        "agreement": agreement_form(agreement, sha256, state),
        "as_of": as_of.isoformat(),
        "snapshot": {
            "id": snapshot.id,
            "tables": dict(snapshot.tables),
            "data_until": snapshot.data_until.isoformat() if snapshot.data_until else None,
        },
        "software": dict(source.software),
        "rules": rules_form(agreement),
        "summary": _summary(agreement, commitments),
        "commitments": commitments,
        "contributions": [contribution_form(c, as_of) for c in agreement.contributions],
        "benefits": [_benefit(b, agreement, answers, as_of) for b in agreement.benefits],
    }


def run_bytes(document: Mapping[str, Any]) -> bytes:
    """The one way to write a run document: UTF-8, keys sorted, indent of two, one newline."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    return text.encode() + b"\n"


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the source said, by (commitment or benefit id, target id)."""

    values: Mapping[tuple[str, str], MetricAnswer]
    metrics: Mapping[str, MetricDescription]


_BENEFIT = "benefit/"


def _answers(agreement: Agreement, source: MetricSource, as_of: date) -> _Answers:
    metrics: dict[str, MetricDescription] = {}
    bound: list[Commitment | Benefit] = [*agreement.commitments, *agreement.benefits]
    for item in bound:
        description = source.describe(item.metric, item.metric_version)
        if description is not None:
            metrics[_reference(item)] = description
    requests = [
        _request(commitment, target, agreement, as_of)
        for commitment in agreement.commitments
        if _reference(commitment) in metrics
        for target in commitment.targets
        if target.period.start <= as_of
    ]
    if agreement.term.start <= as_of:
        requests += [
            _benefit_request(benefit, agreement, as_of)
            for benefit in agreement.benefits
            if _reference(benefit) in metrics
        ]
    answers = source.evaluate(requests)
    keys = [(request.commitment, request.target_id) for request in requests]
    return _Answers(dict(zip(keys, answers, strict=True)), metrics)


def _reference(item: Commitment | Benefit) -> str:
    return f"{item.metric}@{item.metric_version}"


def _request(
    commitment: Commitment, target: Target, agreement: Agreement, as_of: date
) -> MetricRequest:
    return MetricRequest(
        commitment=commitment.id,
        target_id=target.id,
        metric=commitment.metric,
        version=commitment.metric_version,
        where=commitment.where,
        baseline=commitment.baseline.period if commitment.baseline else None,
        period=target.period,
        due=target.due,
        as_of=as_of,
        zone=agreement.zone,
        target=target.value,
        direction=commitment.direction,
        level=agreement.status.level,
        least_elapsed=agreement.status.least_elapsed,
        marks=_marks(commitment, target, as_of),
    )


def _marks(commitment: Commitment, target: Target, as_of: date) -> tuple[date, ...]:
    """The days inside the target's period on which a milestone with a value was due."""
    period = target.period
    due = {each.due for each in commitment.milestones if each.value is not None}
    return tuple(sorted(day for day in due if period.start <= day < period.until and day <= as_of))


def _benefit_span(agreement: Agreement, as_of: date) -> Span:
    start = agreement.term.start
    until = min(as_of + timedelta(days=1), agreement.term.until)
    return Span(start, max(start, until))


def _benefit_request(benefit: Benefit, agreement: Agreement, as_of: date) -> MetricRequest:
    span = _benefit_span(agreement, as_of)
    return MetricRequest(
        commitment=_BENEFIT + benefit.id,
        target_id="so-far",
        metric=benefit.metric,
        version=benefit.metric_version,
        where=benefit.where,
        baseline=benefit.baseline,
        period=span,
        due=span.until - timedelta(days=1),
        as_of=as_of,
        zone=agreement.zone,
        target=Decimal(0),
        direction="at_least",
        level=agreement.status.level,
        least_elapsed=agreement.status.least_elapsed,
    )


def _summary(agreement: Agreement, commitments: Sequence[Document]) -> Document:
    def counts(chosen: Iterable[Document]) -> dict[str, int]:
        standings: list[Standing] = [entry["standing"] for entry in chosen]
        return standing_counts(standings)

    return {
        "commitments": len(commitments),
        "standing": counts(commitments),
        "by_field": {
            field.id: counts(c for c in commitments if c["field"] == field.id)
            for field in agreement.fields
        },
        "by_effort": {
            effort: counts(c for c in commitments if c["effort"] == effort) for effort in _EFFORTS
        },
        "by_party": {
            party.id: counts(c for c in commitments if party.id in c["owed_by"])
            for party in agreement.parties
        },
    }


def _commitment(
    commitment: Commitment, agreement: Agreement, answers: _Answers, as_of: date
) -> Document:
    metric = answers.metrics.get(_reference(commitment))
    mine = {
        target.id: _in_unit(answers.values[(commitment.id, target.id)], metric, commitment.unit)
        for target in commitment.targets
        if (commitment.id, target.id) in answers.values
    }
    periods = [
        _period(_case(commitment, target, agreement, as_of), mine.get(target.id))
        for target in commitment.targets
    ]
    current = _current(commitment, as_of)
    return {
        "id": commitment.id,
        "field": commitment.field,
        "effort": commitment.effort,
        "owed_by": list(commitment.owed_by),
        "owed_to": list(commitment.owed_to),
        "owner": {"party": commitment.owner_party, "role": commitment.owner_role},
        "title": text_form(commitment.title),
        "text": text_form(commitment.text),
        "metric_ref": _reference(commitment),
        "metric": metric_form(metric) if metric else None,
        "where": dict(commitment.where),
        "baseline": baseline_form(commitment.baseline) if commitment.baseline else None,
        "unit": commitment.unit,
        "direction": commitment.direction,
        "standing": periods[current]["standing"],
        "current_period": commitment.targets[current].id,
        "milestones": _milestones(commitment, mine, agreement, as_of),
        "periods": periods,
    }


def _current(commitment: Commitment, as_of: date) -> int:
    """The place of the last period that has begun, or of the first one."""
    begun = [i for i, target in enumerate(commitment.targets) if target.period.start <= as_of]
    return begun[-1] if begun else 0


def _case(commitment: Commitment, target: Target, agreement: Agreement, as_of: date) -> Case:
    return Case(
        target=target,
        direction=commitment.direction,
        unit=commitment.unit,
        metric=_reference(commitment),
        rules=agreement.status,
        as_of=as_of,
        baseline_value=commitment.baseline.value if commitment.baseline else None,
    )


def _in_unit(answer: MetricAnswer, metric: MetricDescription | None, unit: str) -> MetricAnswer:
    """The answer, unless the metric counts in another unit than the commitment promises in."""
    if metric is None or same_unit(unit, metric.unit):
        return answer
    gap = Text(
        f"the metric counts in {metric.unit}, the commitment in {unit}",
        f"指标的单位是 {metric.unit}，承诺的单位是 {unit}",
    )
    return MetricAnswer(value=None, gap=gap)


def _period(case: Case, answer: MetricAnswer | None) -> Document:
    judgement: Judgement = judge(case, answer)
    target = case.target
    no_source = answer is None and judgement.state != "not_due"
    given = answer or MetricAnswer(
        value=None, gap=Text("no data source yet", "尚无数据来源") if no_source else None
    )
    return {
        "id": target.id,
        **span_form(target.period),
        "due": target.due.isoformat(),
        "target": decimal_text(target.value),
        "state": judgement.state,
        "status": judgement.status,
        "standing": judgement.standing,
        "reason": reason_form(judgement.reason),
        "forecast": forecast_form(given.forecast, case.rules.level) if given.forecast else None,
        "forecast_gap": text_form(given.forecast_gap) if given.forecast_gap else None,
        "series": [
            {
                **span_form(step.span),
                "value": number_form(step.value),
                "cumulative": number_form(step.cumulative),
            }
            for step in given.series
        ],
        **measurement_form(given),
    }


def _milestones(
    commitment: Commitment,
    answers: Mapping[str, MetricAnswer],
    agreement: Agreement,
    as_of: date,
) -> list[Document]:
    found = []
    for milestone in commitment.milestones:
        judgement = judge_milestone(commitment, milestone, answers, agreement.status, as_of)
        found.append(
            {
                "id": milestone.id,
                "title": text_form(milestone.title),
                "due": milestone.due.isoformat(),
                "weight": milestone.weight,
                "value": number_form(milestone.value),
                "measured": number_form(judgement.measured),
                "state": judgement.state,
                "reason": reason_form(judgement.reason),
            }
        )
    return found


def _benefit(benefit: Benefit, agreement: Agreement, answers: _Answers, as_of: date) -> Document:
    metric = answers.metrics.get(_reference(benefit))
    answer = answers.values.get((_BENEFIT + benefit.id, "so-far"))
    if answer is None:
        early = Text("the term has not begun", "协议期尚未开始")
        none = Text("no data source yet", "尚无数据来源")
        answer = MetricAnswer(value=None, gap=early if metric else none)
    return {
        "id": benefit.id,
        "party": benefit.party,
        "field": benefit.field,
        "title": text_form(benefit.title),
        "metric_ref": _reference(benefit),
        "metric": metric_form(metric) if metric else None,
        **span_form(_benefit_span(agreement, as_of)),
        **measurement_form(answer),
    }
