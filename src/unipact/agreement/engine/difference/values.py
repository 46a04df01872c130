"""The values of one version as people read them: days in ISO form, numbers as they are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from unipact.agreement.engine.difference.labels import CHOICES, kind_of, label_of, pattern_of
from unipact.agreement.engine.difference.results import Kind, Path, SectionId, Value, ValueChange
from unipact.agreement.engine.quantities import UNITS, percent_text, quantity, target_text
from unipact.agreement.engine.terms import Text

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of parties and of fields are called in one version."""

    parties: Mapping[str, Text]
    fields: Mapping[str, Text]


def names_in(document: Table) -> Names:
    """The names that a version gives its parties and fields."""
    parties, fields = (
        {entry["id"]: _both(entry["name"]) for entry in document.get(key, ())}
        for key in ("party", "field")
    )
    return Names(parties, fields)


@dataclass(frozen=True, slots=True)
class Side:
    """An item in one of the two versions (empty where it is not there), and the names there."""

    names: Names
    section: SectionId
    item: Table

    def value(self, path: Path, raw: Any) -> Value:
        """The value at a path of the item."""
        kind = kind_of(path)
        if kind == "ids" and isinstance(raw, str):
            raw = (raw,)
        if isinstance(raw, bool):
            kind = "truth"
        elif kind == "reference" and isinstance(raw, int):
            kind = "whole"
        return Value(kind, raw, self._text(kind, path, raw))

    def party_name(self, identity: str) -> Text | None:
        """The name of a party of this version."""
        return self.names.parties.get(identity)

    def _text(self, kind: Kind, path: Path, raw: Any) -> Text:
        if kind == "decimal":
            return self._quantity(path, raw)
        if kind == "choice":
            return _choice(path, raw)
        if kind == "ids":
            known = self.names.fields if path == ("field",) else self.names.parties
            names = [known.get(each, Text(each, each)) for each in raw]
            return Text("; ".join(n.en for n in names), "；".join(n.zh for n in names))
        if kind == "entry" and isinstance(raw, Mapping):
            return self._entry(path, raw)
        plain = _plain(raw)
        return Text(plain, plain)

    def _quantity(self, path: Path, raw: str) -> Text:
        number = Decimal(raw)
        if self.section == "status":
            return Text(percent_text(number, "en"), percent_text(number, "zh"))
        unit = str(self.item.get("unit", ""))
        pattern = pattern_of(path)
        if pattern == "valuations.*.amount":
            unit = next(v["currency"] for v in self.item["valuations"] if v["party"] == path[1])
        if pattern == "targets.*.value" and "direction" in self.item:
            return target_text(self.item["direction"], number, unit)
        return quantity(number, unit)

    def _entry(self, path: Path, raw: Table) -> Text:
        unit = str(self.item.get("unit", ""))
        if path[0] == "schedule":
            return quantity(Decimal(raw["amount"]), unit)
        if path[0] == "valuations":
            return quantity(Decimal(raw["amount"]), raw["currency"])
        if path[0] == "targets":
            value = target_text(self.item["direction"], Decimal(raw["value"]), unit)
            start, until, due = raw["from"], raw["until"], raw["due"]
            return Text(
                f"{value.en}, from {start} to before {until}, judged on {due}",
                f"{value.zh}，自 {start} 起至 {until} 之前，判定日 {due}",
            )
        title, due, weight = _both(raw["title"]), raw["due"], raw["weight"]
        reached = quantity(Decimal(raw["value"]), unit) if "value" in raw else None
        return Text(
            f"{title.en}, due {due}, weight {weight}" + (f", {reached.en}" if reached else ""),
            f"{title.zh}，{due} 到期，权重 {weight}" + (f"，{reached.zh}" if reached else ""),
        )


def value_change(path: Path, old: Value | None, new: Value | None, name: Text) -> ValueChange:
    """A change whose two sides never read the same: ``100 %`` once was ``"1"``, now ``"1.0"``."""
    if old and new and (old.text.en == new.text.en or old.text.zh == new.text.zh):
        old, new = _as_written(old), _as_written(new)
    return ValueChange(path, label_of(path, name), old, new)


def _as_written(value: Value) -> Value:
    raw = json.dumps(value.raw, ensure_ascii=False)
    text = Text(f"{value.text.en} ({raw})", f"{value.text.zh}（{raw}）")
    return Value(value.kind, value.raw, text)


def _choice(path: Path, raw: Any) -> Text:
    key = path[-1]
    words = CHOICES.get("owner.role" if path == ("owner", "role") else key, {})
    if key == "unit" and raw in UNITS and UNITS[raw].en:
        return UNITS[raw]
    plain = _plain(raw)
    return words.get(plain, Text(plain, plain))


def _plain(raw: Any) -> str:
    return str(raw) if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)


def _both(table: Table) -> Text:
    return Text(table["en"], table["zh"])
