"""The parts that compute at one snapshot: requests of one shape together, evidence of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unipact.analysis.evaluation import additive, evidence, leveled
from unipact.analysis.evaluation.compiler import Compiler
from unipact.analysis.evaluation.computed import rounded, run
from unipact.analysis.evaluation.found import Asked, Found, table_until
from unipact.analysis.evaluation.intervals import found_in_intervals
from unipact.analysis.evaluation.session import Session
from unipact.analysis.registry import Computed, Metric


@dataclass(frozen=True, slots=True)
class Work:
    """A session at a snapshot, the compiled metrics, and the versions of the software."""

    session: Session
    compiler: Compiler
    software: Mapping[str, str]

    def find(self, asked: Sequence[Asked], *, history: bool) -> list[Found]:
        """What each request finds, in order; without ``history`` the values alone."""
        found: dict[int, Found] = {}
        groups: dict[tuple[object, ...], list[int]] = {}
        for place, each in enumerate(asked):
            groups.setdefault(each.shape, []).append(place)
        for places in groups.values():
            answers = self._find_alike([asked[place] for place in places], history=history)
            found |= dict(zip(places, answers, strict=True))
        return [found[place] for place in range(len(asked))]

    def document(self, asked: Asked, found: Found) -> dict[str, Any]:
        """The evidence of the value that was found.

        Raises:
            ValueError: none was found.
        """
        if found.value is None:
            raise ValueError("there is no evidence of no value")
        value = rounded(found.value, asked.metric.decimals)
        return evidence.document(
            self.session,
            self.compiler,
            asked.metric,
            asked.scope,
            value,
            self.software,
            found.result,
        )

    def _find_alike(self, asked: Sequence[Asked], *, history: bool) -> list[Found]:
        metric = asked[0].metric
        if isinstance(metric, Computed):
            return [
                found_in_intervals(
                    metric,
                    each,
                    run(self.session, self.compiler, metric, each.scope),
                    table_until(self.session, metric.tables, each),
                )
                for each in asked
            ]
        session, compiler = self.session, self.compiler
        is_level = isinstance(metric, Metric) and metric.kind == "level"
        if metric.time is None or is_level or not history:
            return leveled.find(session, compiler, metric, asked, history=history)
        return additive.find(session, compiler, metric, asked, history=history)
