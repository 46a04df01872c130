"""How the figures of a report are made: notes with the agreement's own thresholds, and metrics.

The texts stand here in both languages and not in the catalogue of messages, so that the page, the
PDF and the JSON say the same whoever asks. Definitions of metrics are those of the run document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from unipact.agreement.engine.quantities import percent_text
from unipact.agreement.engine.terms import Text
from unipact.agreement.queries.report.edition import Edition
from unipact.agreement.queries.standpoint import Document

Facts = Mapping[str, Any]
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing about the method that holds for the whole report."""

    id: str
    title: Text
    text: Text


@dataclass(frozen=True, slots=True)
class MetricNote:
    """A metric as its field declares it, what it measures here, and how it was computed."""

    metric: Facts
    titles: tuple[Texts, ...]
    intervals: tuple[Texts, ...]
    forecasts: tuple[Texts, ...]


def notes(edition: Edition) -> tuple[Note, ...]:
    """What one must know to read the figures, with the thresholds that were agreed."""
    document = edition.document
    return (
        _year(edition),
        _as_of(document),
        _snapshot(document),
        _measured(document["rules"]),
        _status(document["rules"]),
        _forecast(document["rules"]),
        Note(
            "sides",
            Text("Contributions and benefits", "投入与收益"),
            Text(
                "Contributions are shown as planned: what is due by the as-of day and what was "
                "agreed in all. What was delivered is not recorded here. A benefit has no target "
                "and therefore no status.",
                "投入按计划列示：截至日已到期的数额与约定总额；此处不记录实际交付。"
                "收益没有目标，因此没有状态。",
            ),
        ),
        Note(
            "repeat",
            Text("Computed again", "复算"),
            Text(
                "Every figure was read from one run document and none was computed for this "
                "report. Whoever holds the same agreement and the same snapshot computes the same "
                "values, digit for digit: unipact verify run.json. The report is the same for both "
                "parties.",
                "所有数字均取自同一份运行文档，本报告未另行计算。持有同一协议和同一快照者可逐位"
                "得出相同数值：unipact verify run.json。双方所持报告相同。",
            ),
        ),
    )


def metric_notes(
    document: Document, periods: Sequence[tuple[Facts, Facts]]
) -> tuple[MetricNote, ...]:
    """Each metric that the report shows, in the order of its name."""
    metrics: dict[tuple[str, int], Facts] = {}
    titles: dict[tuple[str, int], list[Texts]] = {}
    intervals: dict[tuple[str, int], list[Texts]] = {}
    forecasts: dict[tuple[str, int], list[Texts]] = {}
    for owner, measured in _measurements(document, periods):
        metric = owner["metric"]
        if metric is None:
            continue
        key = (metric["name"], metric["version"])
        metrics[key] = metric
        titles.setdefault(key, []).append(owner["title"])
        intervals.setdefault(key, []).extend(_method(measured["interval"]))
        forecasts.setdefault(key, []).extend(_method(measured.get("forecast")))
    return tuple(
        MetricNote(metrics[key], _once(titles[key]), _once(intervals[key]), _once(forecasts[key]))
        for key in sorted(metrics)
    )


def _measurements(
    document: Document, periods: Sequence[tuple[Facts, Facts]]
) -> Iterator[tuple[Facts, Facts]]:
    yield from periods
    yield from ((each, each) for each in document["benefits"])


def _method(made: Facts | None) -> list[Texts]:
    return [made["method"]] if made is not None else []


def _once(texts: Iterable[Texts]) -> tuple[Texts, ...]:
    return tuple({each["en"]: each for each in texts}.values())


def _year(edition: Edition) -> Note:
    start, last = edition.start, edition.as_of
    zone = edition.document["agreement"]["zone"]
    return Note(
        "year",
        Text("The reporting year", "报告年度"),
        Text(
            f"The report is of the calendar year {edition.year} in the zone {zone}, from {start} "
            f"(1 January, or the begin of the term) to the as-of day {last}. It shows every "
            "period that ran or fell due in these days, the current period of every commitment, "
            "and earlier periods that could not be decided yet.",
            f"本报告为 {zone} 时区的 {edition.year} 日历年度报告，自 {start}（1 月 1 日或期限"
            f"起始日）至截至日 {last}。列示在此期间进行或到期的各考核期、每项承诺的当前考核期，"
            "以及此前尚不能判定的考核期。",
        ),
    )


def _as_of(document: Document) -> Note:
    as_of = document["as_of"]
    return Note(
        "as_of",
        Text("As of", "截至日"),
        Text(
            f"{as_of} is the last day that counts. What lies after it is not used, even where it "
            "was known when the report was made.",
            f"{as_of} 为计入的最后一天。此后的数据即使在编制报告时已知，也不予使用。",
        ),
    )


def _snapshot(document: Document) -> Note:
    snapshot = document["snapshot"]
    count = len(snapshot["tables"])
    return Note(
        "snapshot",
        Text("Snapshot", "快照"),
        Text(
            f"All values were computed on one state of the data: {count} tables, each at one "
            "version. Its id names that state; corrections that came later belong to another "
            "snapshot and to another report.",
            f"所有数值均在数据的同一状态上计算：{count} 张表，每张表固定在一个版本。快照编号即"
            "代表该状态；其后的更正属于另一快照，也属于另一份报告。",
        ),
    )


def _measured(rules: Facts) -> Note:
    level, least = _percent(rules["level"]), _percent(rules["least_coverage"])
    return Note(
        "interval",
        Text("Value, interval, coverage", "数值、区间与完整率"),
        Text(
            "A value is what the metric gives for the period up to the as-of day. Where a "
            f"measurement is uncertain it has a two-sided interval, at {level.en} by this "
            "agreement; how it was found stands beside the metric. Coverage is the share of what "
            f"should have been measured that was; below {least.en} nothing is decided.",
            "数值为指标在本期截至日之前的结果。测量存在不确定性时给出双侧区间，本协议约定的置信"
            f"水平为 {level.zh}；其求法列于相应指标。完整率为应测数据中实际测得的比例；低于 "
            f"{least.zh} 时不作判定。",
        ),
    )


def _status(rules: Facts) -> Note:
    on, off = _percent(rules["on_track_from"]), _percent(rules["off_track_below"])
    early, partly = _percent(rules["least_elapsed"]), _percent(rules["partly_from"])
    return Note(
        "status",
        Text("Standing", "状态"),
        Text(
            "Nobody types a standing. While a period runs it follows from the chance that the "
            f"target is met on its due day: on track from {on.en}, off track below {off.en}, else "
            "at risk, unless the target lies inside the interval of the measurement. Nothing is "
            f"forecast before {early.en} of the period has passed. From the due day on the "
            f"measurement decides: met; partly met from {partly.en} of the way to the target; else "
            "not met. It decides nothing where its interval holds the target, where the records "
            "end before the period, or where too little was measured: such a period stays open.",
            "状态均由计算得出，不由人工填写。考核期进行中，状态取决于到期日达成目标的概率："
            f"{on.zh} 及以上为“进展正常”，低于 {off.zh} 为“偏离目标”，其余为“有风险”；"
            "若目标值落在测量区间之内，则不能判定。"
            f"考核期经过 {early.zh} 之前不作预测。自到期日起由测量结果判定：已达成；走完目标路程的 "
            f"{partly.zh} 及以上为部分达成；其余为未达成。测量区间包含目标值、记录在期末之前中止"
            "或测得数据过少时不作判定，该考核期保持未决。",
        ),
    )


def _forecast(rules: Facts) -> Note:
    level = _percent(rules["level"])
    return Note(
        "forecast",
        Text("Forecast", "预测"),
        Text(
            "A forecast draws many courses that the rest of the period may take. The expected "
            f"value is their median on the due day, the interval holds {level.en} of them, and the "
            "chance is the share of them that meet the target. It is no promise: what the past "
            "does not show, it cannot foresee. The method stands beside the metric; the seed "
            "that makes it repeatable is in the run document.",
            "预测对剩余时段的多种可能走势进行抽样。预期值为到期日的中位数，区间包含其中的 "
            f"{level.zh}，概率为达成目标者所占比例。预测并非保证：历史未曾显示的情形无法预见。"
            "方法列于相应指标，使其可复现的随机种子见运行文档。",
        ),
    )


def _percent(share: str) -> Text:
    number = Decimal(share)
    return Text(percent_text(number, "en"), percent_text(number, "zh"))
