"""Numbers as people read them: one way for pages, reports, the terminal and reasons.

A share shows as per cent, money with its currency, all with thousands separators and a true
minus sign. Data keep the plain decimal text (``decimal_text``).
"""

from __future__ import annotations

from decimal import Decimal

from unipact.agreement.engine.terms import Direction, Text

_MINUS = "\N{MINUS SIGN}"
_SPACE = "\N{NO-BREAK SPACE}"

UNITS: dict[str, Text] = {
    "count": Text("", ""),
    "share": Text("%", "%"),
    "kWh": Text("kWh", "千瓦时"),
    "kg": Text("kg", "千克"),
    "kg/kWh": Text("kg/kWh", "千克/千瓦时"),
    "person": Text("people", "人"),
    "person-month": Text("person-months", "人月"),
    "person-day": Text("person-days", "人日"),
    "day": Text("days", "天"),
    "hour": Text("hours", "小时"),
    "piece": Text("pieces", "件"),
    "set": Text("sets", "套"),
    "seat": Text("seats", "个席位"),
    "licence": Text("licences", "份许可"),
    "data-set": Text("data sets", "个数据集"),
    "month": Text("months", "个月"),
}
_SINGULAR = {
    "person": "person",
    "person-month": "person-month",
    "person-day": "person-day",
    "day": "day",
    "hour": "hour",
    "piece": "piece",
    "set": "set",
    "seat": "seat",
    "licence": "licence",
    "data-set": "data set",
    "month": "month",
}


_UCUM = {"share": "1", "kWh": "kW.h", "kg/kWh": "kg/(kW.h)", "hour": "h", "day": "d"}
_COUNTED = ("1",)


def same_unit(unit: str, ucum: str) -> bool:
    """Whether a unit of an agreement is the one that a metric states as a UCUM code.

    A count fits ``1`` and every annotation (``{building}``); a unit named after what is counted
    (``person``) also fits the annotation of that name. The same words fit as well.
    """
    if unit == ucum or _UCUM.get(unit) == ucum:
        return True
    annotation = ucum.startswith("{") and ucum.endswith("}")
    return ucum == "{" + unit + "}" or (unit == "count" and (annotation or ucum in _COUNTED))


def decimal_text(value: Decimal) -> str:
    """The value as plain decimal text: its own decimals, no exponent, no minus zero."""
    return format(value.copy_abs() if value == 0 else value, "f")


def number_text(value: Decimal) -> str:
    """The value with thousands separators and a true minus sign: ``−1,234.50``."""
    return format(value.copy_abs() if value == 0 else value, ",f").replace("-", _MINUS)


def percent_text(share: Decimal, language: str) -> str:
    """A share as per cent, with two decimals fewer than the share has: ``0.0120`` → ``1.20 %``."""
    # scaleb would give 3E+1 for 0.3; a product with a plain 100 keeps plain decimals.
    number = number_text(share * 100 if share.as_tuple().exponent == 0 else _shifted(share))
    return f"{number}%" if language.startswith("zh") else f"{number}{_SPACE}%"


def _shifted(share: Decimal) -> Decimal:
    shifted = share.scaleb(2)
    return shifted.quantize(Decimal(1)) if int(shifted.as_tuple().exponent) > 0 else shifted


def quantity_text(value: Decimal, unit: str, language: str) -> str:
    """The value in its unit, in the language (``zh`` … gives Chinese, all else English)."""
    if unit == "share":
        return percent_text(value, language)
    number = number_text(value)
    chinese = language.startswith("zh")
    if len(unit) == 3 and unit.isupper():
        if chinese and unit == "CNY":
            return f"{number}{_SPACE}元"
        return f"{unit}{_SPACE}{number}"
    known = UNITS.get(unit)
    if known is None:
        return f"{number}{_SPACE}{unit}"
    word = known.to(language)
    if not chinese and value == 1:
        word = _SINGULAR.get(unit, word)
    return f"{number}{_SPACE}{word}" if word else number


def quantity(value: Decimal, unit: str) -> Text:
    """The value in its unit, in both languages."""
    return Text(quantity_text(value, unit, "en"), quantity_text(value, unit, "zh"))


def target_text(direction: Direction, value: Decimal, unit: str) -> Text:
    """``at least 3 %`` and its Chinese."""
    text = quantity(value, unit)
    if direction == "at_least":
        return Text(f"at least {text.en}", f"不低于 {text.zh}")
    return Text(f"at most {text.en}", f"不高于 {text.zh}")
