"""What one request needs found: its value, its marks, and how complete the data of each are.

The questions of all requests go into one list, so that those of one metric share its scan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from unipact.agreement.engine.ports import Mark
from unipact.analysis.evaluation.computed import rounded
from unipact.analysis.evaluation.found import Asked, Found
from unipact.analysis.registry import AnyMetric, Ratio, Registry


@dataclass(frozen=True, slots=True)
class Question:
    """Places in the list: of a value and, where its metric names one, of its completeness."""

    value: int
    completeness: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The questions of one request, and of each day that it marks."""

    metric: AnyMetric
    completeness: Ratio | None
    main: Question
    marked: Mapping[date, Question]

    def coverage(self, found: Sequence[Found]) -> Decimal | None:
        """The share of what should have been measured that was; None where nothing is expected."""
        return self._share(self.main, found)

    def marks(self, found: Sequence[Found]) -> dict[date, Mark]:
        """The value on each marked day whose end the data reach."""
        marks = {}
        for day, question in self.marked.items():
            said = found[question.value]
            if said.value is None or said.measured_until is None or said.measured_until <= day:
                continue
            marks[day] = Mark(
                rounded(said.value, self.metric.decimals),
                said.result.interval if said.result else None,
                self._share(question, found),
            )
        return marks

    def _share(self, question: Question, found: Sequence[Found]) -> Decimal | None:
        if self.completeness is None or question.completeness is None:
            return None
        # Nothing there that could be measured: nothing was.
        share = found[question.completeness].value or Decimal(0)
        return rounded(share, self.completeness.decimals)


def plans_of(asked: Sequence[Asked], registry: Registry) -> tuple[list[Plan], list[Asked]]:
    """A plan for each of ``asked``, and everything that they ask, in one list."""
    questions: list[Asked] = []

    def put(one: Asked, completeness: Ratio | None) -> Question:
        questions.append(one)
        value = len(questions) - 1
        if completeness is None:
            return Question(value, None)
        scope = replace(one.scope, baseline=None, as_of=None, target=None, direction=None)
        questions.append(Asked(completeness, scope, None))
        return Question(value, value + 1)

    plans = []
    for each in asked:
        completeness = registry.completeness_of(each.metric)
        main = put(each, completeness)
        marked = {}
        for day in _marked(each):
            end = day + timedelta(days=1)
            same = end == each.scope.until
            cut = replace(each, scope=replace(each.scope, until=end, as_of=day))
            marked[day] = main if same else put(cut, completeness)
        plans.append(Plan(each.metric, completeness, main, marked))
    return plans, questions


def _marked(asked: Asked) -> list[date]:
    """The days that the request marks and that lie in the part of the period that counts.

    The state at the snapshot says nothing of an earlier day: a metric without a time has none.
    """
    if asked.request is None or getattr(asked.metric, "time", "") is None:
        return []
    reported = asked.reported
    return [day for day in asked.request.marks if reported.start <= day < reported.until]
