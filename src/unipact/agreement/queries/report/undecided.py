"""What could not be decided, and why: by cause, with the run document's own reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from unipact.agreement.engine.terms import Text
from unipact.agreement.queries.standpoint import Document

Facts = Mapping[str, Any]
Kind = Literal["commitment", "milestone", "benefit"]

_OPEN = frozenset({"undecided", "no_data"})


@dataclass(frozen=True, slots=True)
class Open:
    """One thing that could not be decided; ``title`` is its own, ``of`` that of its commitment."""

    kind: Kind
    id: str
    commitment: str | None
    title: Mapping[str, str]
    of: Mapping[str, str] | None
    period: Facts | None
    metric_ref: str
    why: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """All that could not be decided for one cause."""

    cause: str
    title: Text
    text: Text
    items: tuple[Open, ...]


#: Cause → what it is called and what it means, in the order of the report.
CAUSES: Mapping[str, tuple[Text, Text]] = {
    "interval": (
        Text("The measurement cannot tell", "测量结果不足以判定"),
        Text(
            "The target lies inside the interval of the measurement, so both answers are possible.",
            "目标值落在测量区间之内，两种结论均有可能。",
        ),
    ),
    "coverage": (
        Text("Too little was measured", "测得的数据过少"),
        Text(
            "Less was measured than the agreement asks for. What is missing never counts as kept.",
            "测得的数据未达到协议要求的完整率。缺失的数据绝不视为履约。",
        ),
    ),
    "incomplete": (
        Text("The records end too early", "记录提前结束"),
        Text(
            "The records end before the period does.",
            "记录在考核期结束之前已中止。",
        ),
    ),
    "forecast": (
        Text("There is no forecast", "没有预测"),
        Text(
            "The period runs and has a value, but nothing can be forecast for its due day.",
            "考核期正在进行且已有数值，但无法对到期日作出预测。",
        ),
    ),
    "no_value": (
        Text("There is no value", "没有数值"),
        Text(
            "The metric is supplied, but it has no value for this period.",
            "指标已有来源，但本期没有数值。",
        ),
    ),
    "unmeasured": (
        Text("Nothing is measured", "无测量内容"),
        Text(
            "The agreement names no value that could be measured: people must say it.",
            "协议未规定可测量的数值，须由人员说明。",
        ),
    ),
    "no_source": (
        Text("There is no data source", "没有数据来源"),
        Text(
            "No field that runs declares the metric that binds, so nothing can be said about it.",
            "已运行的领域均未声明所约定的指标，因此无法作出任何判断。",
        ),
    ),
}
_CAUSE_OF_CODE: Mapping[str, str] = {
    "undecided_interval": "interval",
    "too_little_measured": "coverage",
    "incomplete": "incomplete",
    "too_early": "forecast",
    "no_forecast": "forecast",
    "no_value": "no_value",
    "no_source": "no_source",
    "milestone_undecided": "interval",
    "milestone_too_little_measured": "coverage",
    "milestone_unmeasured": "unmeasured",
    "milestone_no_data": "no_value",
}


def open_groups(
    document: Document, periods: Sequence[tuple[Facts, Facts]]
) -> tuple[OpenGroup, ...]:
    """Everything of the reported periods that could not be decided, by its cause."""
    found: dict[str, list[Open]] = {cause: [] for cause in CAUSES}
    for cause, item in _all(document, periods):
        found[cause].append(item)
    return tuple(
        OpenGroup(cause, *CAUSES[cause], tuple(items)) for cause, items in found.items() if items
    )


def _all(document: Document, periods: Sequence[tuple[Facts, Facts]]) -> Iterator[tuple[str, Open]]:
    for commitment, period in periods:
        if period["status"] in _OPEN:
            yield (
                _cause(period["reason"]["code"], commitment),
                Open(
                    "commitment",
                    commitment["id"],
                    commitment["id"],
                    commitment["title"],
                    None,
                    period,
                    commitment["metric_ref"],
                    period["reason"],
                ),
            )
    for commitment in document["commitments"]:
        for each in commitment["milestones"]:
            if each["state"] in _OPEN:
                yield (
                    _cause(each["reason"]["code"], commitment),
                    Open(
                        "milestone",
                        each["id"],
                        commitment["id"],
                        each["title"],
                        commitment["title"],
                        None,
                        commitment["metric_ref"],
                        each["reason"],
                    ),
                )
    for benefit in document["benefits"]:
        if benefit["value"] is None:
            yield (
                _cause("no_value", benefit),
                Open(
                    "benefit",
                    benefit["id"],
                    None,
                    benefit["title"],
                    None,
                    None,
                    benefit["metric_ref"],
                    benefit["gap"],
                ),
            )


def _cause(code: str, measured: Facts) -> str:
    """The cause of a reason's code; without a metric it is always the missing source."""
    if measured["metric"] is None and code != "milestone_unmeasured":
        return "no_source"
    return _CAUSE_OF_CODE.get(code, "no_value")
