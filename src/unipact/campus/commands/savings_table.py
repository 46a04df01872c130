"""The answer of ``unipact campus savings`` for people: a table and a small picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from unipact.campus.engine.savings import Savings

Language = Literal["en", "zh"]

_BAR = 40
_WORDS: dict[str, dict[Language, str]] = {
    "verdict": {"en": "Verdict", "zh": "结论"},
    "avoided": {"en": "Avoided energy", "zh": "避免的能耗"},
    "expected": {"en": "Expected energy", "zh": "预期能耗"},
    "observed": {"en": "Observed energy", "zh": "实测能耗"},
    "saving": {"en": "Saving", "zh": "节能率"},
    "detectable": {"en": "Detectable saving", "zh": "可检出的节能"},
    "model": {"en": "Model", "zh": "模型"},
    "fit": {"en": "Fit of the baseline", "zh": "基准拟合"},
    "coverage": {"en": "Coverage", "zh": "覆盖率"},
    "windows": {"en": "Baseline, reporting", "zh": "基准期、报告期"},
    "meter": {"en": "Meter rows", "zh": "电表数据行"},
    "weather": {"en": "Weather rows", "zh": "气象数据行"},
    "months": {
        "en": "kWh a day by month: = observed, | expected",
        "zh": "逐月日均 kWh：= 实测，| 预期",
    },
}


def table(said: Mapping[str, Any], answer: Savings, *, language: Language) -> str:
    """The document as lines of text; ends without a line feed."""
    rows = [("verdict", said["verdict"][language])]
    if not answer.refused:
        rows += [
            (
                "avoided",
                f"{answer.avoided_kwh:,.0f} kWh ± {said['uncertainty_kwh_90']:,.0f} (90 %)",
            ),
            ("expected", f"{answer.expected_kwh:,.0f} kWh"),
            ("observed", f"{answer.observed_kwh:,.0f} kWh"),
            (
                "saving",
                f"{answer.share:.1%} ({answer.low_share:.1%} … {answer.high_share:.1%})",
            ),
            ("detectable", f"{answer.detectable_share:.1%}"),
        ]
    rows.append(("model", said["model"]))
    if answer.fit:
        fit = f"CV(RMSE) {answer.fit.cv_rmse:.1%}, NMBE {answer.fit.nmbe:+.2%}, n {answer.fit.n}"
        rows.append(("fit", fit))
        rows.append(("coverage", f"{answer.baseline_counted:.1%}, {answer.coverage:.1%}"))
    baseline, reporting = said["baseline"], said["reporting"]
    rows.append(
        (
            "windows",
            f"{baseline['start']} – {baseline['end']} – {reporting['end']} ({said['zone']})",
        )
    )
    rows += [(name, _rows(said[name], language)) for name in ("meter", "weather")]
    width = max(_width(_WORDS[name][language]) for name, _ in rows)
    lines = [_padded(_WORDS[name][language], width) + "  " + text for name, text in rows]
    if not answer.refused:
        lines += ["", _WORDS["months"][language], *_picture(answer)]
    return "\n".join(lines)


def _rows(side: Mapping[str, Any], language: Language) -> str:
    words = {
        "rows_accepted": {"en": "accepted", "zh": "采用"},
        "rows_missing": {"en": "missing", "zh": "缺失"},
        "rows_duplicate": {"en": "duplicate", "zh": "重复"},
        "rows_bad": {"en": "bad", "zh": "错误"},
        "zero_hours": {"en": "hours of 0 kWh", "zh": "小时为 0 kWh"},
    }
    return ", ".join(f"{side[key]} {word[language]}" for key, word in words.items() if key in side)


def _picture(answer: Savings) -> list[str]:
    rows = answer.intervals
    if rows is None:
        return []
    counted = rows.counted
    month = rows.days[counted].astype("datetime64[M]")
    day = rows.days[counted]
    names = np.unique(month)
    observed, expected = [], []
    for name in names:
        inside = month == name
        days = len(np.unique(day[inside]))
        observed.append(float(rows.observed[counted][inside].sum()) / days)
        expected.append(float(rows.expected[counted][inside].sum()) / days)
    top = max(*observed, *expected, 1e-9)
    lines = []
    for name, seen, hoped in zip(names, observed, expected, strict=True):
        bar = list("=" * round(_BAR * max(seen, 0.0) / top) + " " * _BAR)[: _BAR + 1]
        bar[min(round(_BAR * max(hoped, 0.0) / top), _BAR)] = "|"
        change = f"{1 - seen / hoped:+.1%}" if hoped > 0 else ""
        lines.append(f"{name}  {''.join(bar)}  {seen:>10,.0f}  {hoped:>10,.0f}  {change:>7}")
    return lines


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
