"""The difference of two versions as plain lines, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from unipact.agreement.engine.difference.results import (
    Change,
    Difference,
    ItemDifference,
    ValueChange,
)
from unipact.agreement.engine.terms import Text

CHANGES: Mapping[Change, Text] = {
    "added": Text("added", "新增"),
    "removed": Text("removed", "删除"),
    "changed": Text("changed", "修改"),
    "same": Text("same", "未变"),
}
_NOTHING = Text("No term differs.", "条款没有任何差异。")
_ONLY_ORDER = Text(
    "Only the order of entries differs, or an empty list; the hash differs with it.",
    "仅条目顺序或空列表不同；哈希随之不同。",
)
_LONGEST = 60
"""A change with more characters has its old and its new value on lines of their own."""


def difference_lines(difference: Difference, language: str) -> list[str]:
    """The difference as lines without their ends, in ``language`` (``zh`` … or English).

    Every change has its old value before its new one: ``old → new``, or ``- old`` and ``+ new``
    on lines of their own; where only one version has it, ``-`` or ``+`` stands before its label.
    ``version`` and ``previous`` come first.
    """
    lines = [line for change in difference.metadata for line in _value(change, language, "")]
    for section in difference.sections:
        if section.changed:
            lines += ["", section.label.to(language)]
        for item in section.changed:
            lines += _item(item, language)
    if difference.is_empty:
        words = _ONLY_ORDER if difference.is_only_order else _NOTHING
        lines += ["", words.to(language)] if lines else [words.to(language)]
    return lines


def _item(item: ItemDifference, language: str) -> Iterator[str]:
    yield f"  {CHANGES[item.change].to(language)}  {_flat(item.title, language)} [{item.id}]"
    for change in item.values:
        yield from _value(change, language, "    ")


def _value(change: ValueChange, language: str, indent: str) -> Iterator[str]:
    label = _flat(change.label, language) + ("：" if language.startswith("zh") else ": ")
    sides = [
        (sign, side.text.to(language))
        for sign, side in (("-", change.old), ("+", change.new))
        if side is not None
    ]
    texts = [text for _, text in sides]
    if any("\n" in text for text in texts) or (len(texts) == 2 and len("".join(texts)) > _LONGEST):
        yield f"{indent}{label}".rstrip()
        for sign, text in sides:
            yield from (f"{indent}  {sign} {line}".rstrip() for line in text.split("\n"))
    elif len(texts) == 2:
        yield f"{indent}{label}{' → '.join(texts)}"
    else:
        yield f"{indent}{sides[0][0]} {label}{texts[0]}"


def _flat(text: Text, language: str) -> str:
    """A title or label on one line: the file may break it."""
    return " ".join(text.to(language).split())
