"""Answers metric requests at one snapshot of the lake: ``agreement.engine.ports.MetricSource``."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from importlib.metadata import version
from typing import Any

from unipact.agreement.engine.ports import (
    MetricAnswer,
    MetricDescription,
    MetricRequest,
    SnapshotInfo,
    Step,
)
from unipact.agreement.engine.terms import Text
from unipact.analysis.evaluation import evidence, gaps
from unipact.analysis.evaluation.compiler import Compiler
from unipact.analysis.evaluation.computed import rounded, run
from unipact.analysis.evaluation.found import Asked, Found, filled_until
from unipact.analysis.evaluation.history import series_of, steps_of
from unipact.analysis.evaluation.outlook import look_ahead
from unipact.analysis.evaluation.plan import plans_of
from unipact.analysis.evaluation.session import Session
from unipact.analysis.evaluation.work import Work
from unipact.analysis.lake import Lake, Snapshot
from unipact.analysis.registry import (
    AnyMetric,
    Computed,
    Registry,
    Scope,
    scope_until,
    scope_where,
)
from unipact.errors import Finding, NotFound

_SOFTWARE = ("unipact", "duckdb", "ibis-framework", "numpy", "pyarrow", "deltalake")


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a value stands when it is computed again; ``findings`` say what differs."""

    evidence: Mapping[str, Any]
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """True where value, rows and parameters are what the document states."""
        return not self.findings


class Evaluator:
    """Computes metrics at ``snapshot`` (by default what the lake holds now).

    Parameters:
        threads: of DuckDB, at most 4 unless said; results do not depend on it.
    """

    def __init__(
        self,
        registry: Registry,
        lake: Lake,
        snapshot: Snapshot | None = None,
        threads: int | None = None,
    ) -> None:
        self._registry = registry
        self._lake = lake
        self._threads = threads
        self._compiler = Compiler(registry)
        self._now = self._work(snapshot or lake.resolve())

    @property
    def snapshot(self) -> SnapshotInfo:
        """The state of the lake that every answer rests on."""
        held = self._now.session.snapshot
        tables = {name: state.version for name, state in sorted(held.tables.items())}
        return SnapshotInfo(held.id, tables, filled_until(self._now.session, tables, "UTC"))

    @cached_property
    def software(self) -> Mapping[str, str]:
        """Versions of everything that a value may depend on."""
        found = {name: version(name) for name in _SOFTWARE}
        return {**found, "python": platform.python_version()}

    def describe(self, metric: str, version: int) -> MetricDescription | None:
        """What the metric is, or None where no field that runs declares it."""
        declared = self._registry.metrics.get((metric, version))
        if declared is None:
            return None
        return MetricDescription(
            name=declared.name,
            version=declared.version,
            label=declared.label,
            description=declared.description,
            unit=declared.unit,
            decimals=declared.decimals,
            direction=declared.direction,
            source=declared.source,
            sha256=self._compiler.sha256(declared),
            parameters=tuple(each.name for each in declared.parameters),
        )

    def evaluate(self, requests: Sequence[MetricRequest]) -> Sequence[MetricAnswer]:
        """One answer for each request, in their order; requests of one metric share its scan.

        Raises:
            Invalid: a request's parameters do not fit its metric.
            SnapshotGone: rows of the snapshot are not there any more.
        """
        answers: list[MetricAnswer | None] = [None] * len(requests)
        asked: list[tuple[int, Asked]] = []
        for place, request in enumerate(requests):
            prepared = self._prepare(request)
            if isinstance(prepared, Text):
                answers[place] = MetricAnswer(value=None, gap=prepared)
            else:
                asked.append((place, prepared))
        # Values, marks and coverage together: those of one metric share one scan.
        plans, questions = plans_of([each for _, each in asked], self._registry)
        found = self._now.find(questions, history=True)
        for (place, each), plan in zip(asked, plans, strict=True):
            answers[place] = replace(
                self._answer(each, found[plan.main.value]),
                coverage=plan.coverage(found),
                marks=plan.marks(found),
            )
        return [each for each in answers if each is not None]

    def values(self, requests: Sequence[MetricRequest]) -> Sequence[Decimal | None]:
        """The values alone, without history, forecast and evidence; None where there is none."""
        prepared = [self._prepare(each) for each in requests]
        asked = [each for each in prepared if isinstance(each, Asked)]
        found = iter(self._now.find(asked, history=False))
        return [
            _rounded(each.metric, next(found).value) if isinstance(each, Asked) else None
            for each in prepared
        ]

    def evidence_rows(
        self,
        document: Mapping[str, Any],
        rows: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> evidence.Page:
        """A page of the rows behind ``document``'s value, at its snapshot.

        ``rows`` names a set of a computed metric's rows (default the first). The caller decides
        who may see rows; this function does not.

        Raises:
            NotFound: no field that runs declares the metric, or there is no such set.
            SnapshotGone: the snapshot was erased or never was in this lake.
            Invalid: the cursor or the limit is wrong.
        """
        metric, work = self._at(document)
        sets = list(evidence.row_sets(work.compiler, metric, evidence.scope_of(document)))
        chosen = evidence.chosen_set(sets, rows)
        return evidence.page(work.session, chosen, cursor, limit)

    def evidence_intervals(
        self, document: Mapping[str, Any], cursor: str | None = None, limit: int = 100
    ) -> evidence.Page:
        """A page of the intervals whose sums give a computed value; errors as above."""
        metric, work = self._at(document)
        if not isinstance(metric, Computed):
            raise NotFound(f"{metric.name} has no intervals: it is not a computed metric")
        result = run(work.session, work.compiler, metric, evidence.scope_of(document))
        if result.intervals is None:
            raise NotFound(f"{metric.name} has no value at this snapshot")
        return evidence.interval_page(result.intervals, cursor, limit)

    def verify(self, document: Mapping[str, Any]) -> Verification:
        """Compute the value and every digest of ``document`` again, and compare.

        Raises:
            NotFound: no field that runs declares the metric.
            SnapshotGone: the rows were erased or never were in this lake; no other number is
                computed in their place.
        """
        metric, work = self._at(document)
        scope = evidence.scope_of(document)
        asked = Asked(metric, scope, None)
        found = work.find([asked], history=False)[0]
        if found.value is None:
            said = found.gap.en if found.gap else "no value"
            return Verification({}, (Finding("value", f"computed none: {said}"),))
        again = work.document(asked, found)
        return Verification(again, tuple(evidence.differences(document, again)))

    def _work(self, snapshot: Snapshot) -> Work:
        session = Session(self._registry, self._lake, snapshot, self._threads)
        return Work(session, self._compiler, self.software)

    def _at(self, document: Mapping[str, Any]) -> tuple[AnyMetric, Work]:
        said = document["metric"]
        metric = self._registry.metrics.get((said["name"], said["version"]))
        if metric is None:
            raise NotFound(f"no field that runs declares {said['name']}@{said['version']}")
        if document["snapshot"] == self._now.session.snapshot.document:
            return metric, self._now
        return metric, self._work(self._lake.at(document["snapshot"]))

    def _prepare(self, request: MetricRequest) -> Asked | Text:
        metric = self._registry.metrics.get((request.metric, request.version))
        if metric is None:
            known = any(name == request.metric for name, _ in self._registry.metrics)
            if known:
                return gaps.no_version(request.metric, request.version)
            return gaps.no_source(request.metric)
        if empty := self._now.session.is_empty(metric.tables):
            return gaps.nothing_imported(empty)
        where = scope_where(metric, request.where, f"{request.commitment}.where")
        scope = Scope(
            where=where,
            period=request.period,
            until=scope_until(request.period, request.as_of),
            zone=request.zone,
            baseline=request.baseline,
            as_of=request.as_of,
            target=request.target,
            direction=request.direction,
            level=request.level,
        )
        if scope.until <= request.period.start:
            return gaps.not_begun(request.period)
        return Asked(metric, scope, request)

    def _answer(self, asked: Asked, found: Found) -> MetricAnswer:
        if found.value is None or asked.request is None:
            return MetricAnswer(value=None, gap=found.gap, measured_until=found.measured_until)
        metric, request = asked.metric, asked.request
        result = found.result
        ahead: Any = gaps.NO_STEPS
        if found.measured is not None:
            ahead = look_ahead(
                request,
                found.measured,
                metric.decimals,
                self._now.session.snapshot.id,
                result.interval if result else None,
            )
        spans = steps_of(request.period, found.measured_until or asked.scope.until)
        series: tuple[Step, ...] = ()
        if found.value_in is not None:
            inside = found.value_in
            series = series_of(
                spans, request.period.start, lambda span: _rounded(metric, inside(span))
            )
        return MetricAnswer(
            value=_rounded(metric, found.value),
            interval=result.interval if result else None,
            forecast=None if isinstance(ahead, Text) else ahead,
            forecast_gap=ahead if isinstance(ahead, Text) else None,
            series=series,
            evidence=self._now.document(asked, found),
            measured_until=found.measured_until,
        )


def _rounded(metric: AnyMetric, value: Decimal | None) -> Decimal | None:
    return None if value is None else rounded(value, metric.decimals)
