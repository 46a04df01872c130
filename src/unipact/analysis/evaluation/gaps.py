"""Why there is no value, in words that both sides read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from unipact.agreement.engine.terms import Span, Text


def no_source(metric: str) -> Text:
    """No field that runs declares the metric."""
    field = metric.split(".", maxsplit=1)[0]
    return Text(
        f"no data source yet: the field {field} does not run",
        f"暂无数据来源：领域 {field} 尚未运行",
    )


def no_version(metric: str, version: int) -> Text:
    """The field runs, but does not declare this metric in this version."""
    return Text(
        f"no data source yet: {metric} has no version {version} here",
        f"暂无数据来源：此处没有 {metric} 的第 {version} 版",
    )


def nothing_imported(tables: Sequence[str]) -> Text:
    """The lake's tables that the metric reads are empty."""
    names = ", ".join(tables)
    return Text(
        f"no data yet: nothing was imported into {names}", f"暂无数据：{names} 尚未导入任何数据"
    )


def not_begun(period: Span) -> Text:
    """The as-of day lies before the period."""
    return Text(
        f"the period has not begun: it starts on {period.start}",
        f"本期尚未开始：{period.start} 起算",
    )


def no_rows(start: str, until: str) -> Text:
    """Nothing was measured in the part of the period that counts."""
    return Text(
        f"no readings in the period from {start} to {until} (exclusive)",
        f"{start} 至 {until}（不含）期间没有读数",
    )


def no_whole_day(start: date) -> Text:
    """The data end inside the first day of the period."""
    return Text(
        f"the data end before the first day of the period, {start}, does",
        f"数据在本期首日（{start}）结束之前即告中止",
    )


NOTHING_TO_DIVIDE_BY = Text(
    "no value: what it is a share of is zero in the period", "无法计算：期间内的分母为零"
)
NO_STEPS = Text(
    "no forecast: the metric has no history of steps", "无法预测：该指标没有分时段的历史"
)
