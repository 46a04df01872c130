"""What the console shows of the campus, as lines for the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

Language = Literal["en", "zh"]

_WORDS: dict[str, dict[Language, str]] = {
    "building": {"en": "Building", "zh": "建筑"},
    "meter": {"en": "Meter", "zh": "计量表"},
    "year": {"en": "kWh, 52 weeks", "zh": "52 周 kWh"},
    "coverage": {"en": "Coverage", "zh": "覆盖率"},
    "detectable": {"en": "Detectable saving", "zh": "可检出的节能"},
    "month": {"en": "Since", "zh": "起始日"},
    "observed": {"en": "Observed kWh", "zh": "实测 kWh"},
    "expected": {"en": "Expected kWh", "zh": "预期 kWh"},
    "avoided": {"en": "Avoided kWh", "zh": "避免 kWh"},
    "cumulative": {"en": "Avoided so far", "zh": "累计避免"},
    "interval": {"en": "Interval (90 %)", "zh": "区间（90%）"},
    "saving": {"en": "Saving", "zh": "节能率"},
    "windows": {"en": "Baseline, reporting", "zh": "基准期、报告期"},
    "excluded": {"en": "Not counted", "zh": "未计入"},
}


def buildings_table(said: Mapping[str, Any], language: Language) -> str:
    """One line a meter."""
    heads = ("building", "meter", "year", "coverage", "detectable")
    rows = [
        (
            f"{each['id']}  {each['name'][language]}",
            meter["meter"],
            f"{Decimal(meter['year_kwh']):,.0f}",
            _share(meter["coverage"]),
            _share(meter["detectable_share"]),
        )
        for each in said["items"]
        for meter in each["meters"]
    ]
    return _table([[_WORDS[name][language] for name in heads], *rows])


def statement_table(said: Mapping[str, Any], language: Language) -> str:
    """The saving with its interval, then one line a month."""
    statement, baseline, reporting = said["statement"], said["baseline"], said["reporting"]
    windows = (
        f"{baseline['start']} – {baseline['until']}, "
        f"{reporting['start']} – {reporting['until']} ({said['zone']})"
    )
    lines = [f"{_WORDS['windows'][language]}  {windows}"]
    if statement["refused"]:
        return "\n".join([*lines, statement["refused"][language]])
    low, high = _share(statement["low_share"]), _share(statement["high_share"])
    lines += [
        f"{_WORDS['saving'][language]}  {_share(statement['share'])} ({low} … {high})",
        f"{_WORDS['detectable'][language]}  {_share(statement['detectable_share'])}",
        *(
            f"{_WORDS['excluded'][language]}  {each['building']}: {each['reason'][language]}"
            for each in statement["excluded"]
        ),
        "",
    ]
    heads = ("month", "observed", "expected", "avoided", "cumulative", "interval")
    rows = [
        (
            each["start"],
            *(
                f"{each[name]:,.0f}"
                for name in ("observed_kwh", "expected_kwh", "avoided_kwh", "cumulative_kwh")
            ),
            f"{each['low_kwh']:,.0f} … {each['high_kwh']:,.0f}",
        )
        for each in statement["months"]
    ]
    return "\n".join([*lines, _table([[_WORDS[name][language] for name in heads], *rows])])


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    """The rows in columns, the first one to the left."""
    widths = [max(_width(row[k]) for row in rows) for k in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            text + " " * (width - _width(text)) if k == 0 else " " * (width - _width(text)) + text
            for k, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
