"""What every page shows the same way: icons, standings, quantities, texts in two languages."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from unipact.agreement.engine.terms import Text
from unipact.agreement.queries.wording import named as name_among
from unipact.agreement.queries.wording import unit_name

register = template.Library()

_HEX = re.compile(r"[0-9a-f]{16,64}")

STANDING_ICONS: Mapping[str, str] = {
    "met": "circle-check-filled",
    "partly_met": "progress",
    "missed": "circle-x",
    "on_track": "trending-up",
    "at_risk": "alert-triangle",
    "off_track": "trending-down",
    "undecided": "question-mark",
    "no_data": "circle-dashed",
    "not_due": "clock",
    "reached": "circle-check-filled",
}
_KIND_ICONS: Mapping[str, str] = {
    "money": "coin",
    "people": "users",
    "equipment": "device-desktop",
    "data": "database",
    "licence": "certificate",
}


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """One drawing of the sprite; it is decoration, the text beside it says the same."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static("vendor/icons/sprite.svg"),
        name,
    )


@register.simple_tag
def standing_icon(standing: str) -> SafeString:
    """The drawing that stands for a standing."""
    return icon(STANDING_ICONS.get(standing, "circle"))


@register.simple_tag
def pill(standing: str) -> SafeString:
    """A standing as icon and word: never by its colour alone."""
    return format_html(
        '<span class="pill pill-{}">{}<span>{}</span></span>',
        standing.replace("_", "-"),
        icon(STANDING_ICONS.get(standing, "circle")),
        name_among("standing", standing),
    )


@register.filter
def word(text: Mapping[str, str] | None) -> str:
    """A bilingual text in the language of the page."""
    if not text:
        return ""
    return text["zh"] if (get_language() or "").startswith("zh") else text["en"]


@register.filter
def named(key: str, words: str) -> str:
    """The name that people read for a document's word: ``row.standing|named:"standing"``."""
    return name_among(words, key)


@register.filter
def party_names(ids: list[str], names: Mapping[str, Mapping[str, str]]) -> str:
    """Parties by name, in the order of the agreement file."""
    joint = pgettext("between parties", ", ")
    return joint.join(word(names.get(each)) or each for each in ids)


@register.filter
def sides(ids: Sequence[str], party: str) -> str:
    """Parties as the reader's own party speaks of them."""
    if len(ids) > 1:
        return gettext("both parties")
    return gettext("us") if party in ids else gettext("the other party")


@register.filter
def lookup(mapping: Mapping[str, Any], key: str) -> Any:
    """``mapping[key]``, or None: templates cannot index by a variable."""
    return mapping.get(key)


@register.filter
def dash(name: str) -> str:
    """A standing's name as CSS classes spell it."""
    return name.replace("_", "-")


def quantity(value: object, unit: str) -> str:
    """A decimal string with its unit as people write it: shares as percent, money grouped."""
    if value is None or value == "":
        return "–"
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if unit == "share" or (unit == "1" and _places(number)):
        # UCUM's 1 is a share or a plain number; a share is always rounded to decimals.
        places = max(0, -int(number.as_tuple().exponent) - 2)
        return f"{_signed(number * 100, places)} %"
    places = max(0, -int(number.as_tuple().exponent))
    if places == 2 and number == number.to_integral_value():
        places = 0
    name = unit_name(unit)
    return f"{_signed(number, places)} {name}".strip()


def _signed(number: Decimal, places: int) -> str:
    # Rounding first, so that nothing shows as minus zero.
    rounded = round(number, places) + 0
    return f"{rounded:,.{places}f}".replace("-", "\N{MINUS SIGN}")


register.filter("quantity", quantity)
register.filter("unit", unit_name)


@register.filter
def percent(share: object, places: int = 0) -> str:
    """A share of 0–1 as percent."""
    if share is None or share == "":
        return "–"
    return f"{_signed(Decimal(str(share)) * 100, places)} %"


@register.filter
def short_hash(digest: str) -> str:
    """The first twelve digits of a hash: enough to compare by eye. A name stays whole."""
    if not digest.startswith("sha256:") and not _HEX.fullmatch(digest):
        return digest
    return digest.removeprefix("sha256:")[:12]


@register.filter
def bare_hash(digest: str) -> str:
    """A hash without the name of its algorithm, as addresses carry it."""
    return digest.removeprefix("sha256:")


@register.filter
def last_day(until: str) -> str:
    """The last day inside a half-open span, since people read spans so."""
    return (date.fromisoformat(str(until)) - timedelta(days=1)).isoformat()


@register.simple_tag
def direction_sign(direction: str) -> str:
    """The sign between a value and its target."""
    return "≥" if direction == "at_least" else "≤"


@register.filter
def both(text: Text) -> str:
    """The typed text of an agreement file in the language of the page."""
    return text.to(get_language() or "zh")


@register.filter
def kind_icon(kind: str) -> str:
    """The drawing that stands for a kind of contribution."""
    return _KIND_ICONS.get(kind, "packages")


@register.filter
def grouped(value: object) -> str:
    """A number with its thousands apart and few decimals; a dash for none."""
    if value is None:
        return "–"
    number = Decimal(str(value))
    return _signed(number, 0 if abs(number) >= 100 else min(4, _places(number)))


@register.filter
def mwh(energy_kwh: object) -> str:
    """Energy in kWh as MWh, which buildings are read in."""
    number = Decimal(str(energy_kwh)) / 1000
    return f"{_signed(number, 0 if abs(number) >= 1000 else 1)} MWh"


@register.filter
def percent_of(share: float | None, places: int = 0) -> str:
    """A share that an engine computed, as percent; a dash where there is none."""
    if share is None or not math.isfinite(share):
        return "–"
    return f"{_signed(Decimal(str(share)) * 100, places)} %"


@register.filter
def at(sequence: Sequence[Any], place: int) -> Any:
    """``sequence[place]``: templates cannot index by a variable."""
    return sequence[place]


def _places(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))


@register.filter
def is_number(kind: str) -> bool:
    """True for an Arrow type that holds numbers."""
    return kind.startswith(("decimal", "double", "float", "int", "uint"))


@register.filter
def quality_facts(quality: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The short facts of an evidence's quality; lists are counted, not spelled out."""
    facts = []
    for name, value in quality.items():
        if isinstance(value, Mapping):
            facts += [
                (f"{name}.{key}", str(each)) for key, each in value.items() if _is_short(each)
            ]
        elif isinstance(value, list):
            facts.append((name, str(len(value))))
        elif _is_short(value):
            facts.append((name, str(value)))
    return facts


def _is_short(value: object) -> bool:
    return isinstance(value, str | int | bool) and len(str(value)) <= 120


@register.filter
def permille(place: int) -> str:
    """A place in thousandths of a line as SVG writes it, so that it scales without distortion."""
    return f"{place / 10:.1f}%"
