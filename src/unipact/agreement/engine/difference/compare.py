"""Two versions of an agreement compared: items by their ids, sets as sets, never by position."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from unipact.agreement.engine.difference.labels import NESTED, SECTIONS, rank_of
from unipact.agreement.engine.difference.results import (
    Change,
    Difference,
    ItemDifference,
    Path,
    SectionDifference,
    SectionId,
    ValueChange,
)
from unipact.agreement.engine.difference.values import Side, Table, names_in, value_change
from unipact.agreement.engine.terms import Text
from unipact.errors import Finding, Invalid

_METADATA = ("version", "previous")
_IDENTITY = ("format", "id")
_SINGLE: tuple[SectionId, ...] = ("terms", "status", "renewal")
# What tells the entries of a list apart, where it is not `id`.
_KEYS = {"schedule": "on", "valuations": "party"}
_MISSING: Any = object()
_Pair = tuple[Path, Any, Any]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    """What the JSON form ``new`` of an agreement says otherwise than ``old``.

    Both are ``AgreementFile.document`` of checked files. Items are matched by id, targets and
    milestones too, instalments by day, valuations by party; lists of ids are sets. Something
    that only changed its place is no change. Each language of a text is a value of its own.

    Raises:
        Invalid: the two are no versions of one agreement in one format.
    """
    for key in _IDENTITY:
        if old[key] != new[key]:
            what = f'"{new[key]}" is not "{old[key]}"'
            finding = Finding(key, what, "Compare two versions of one agreement")
            raise Invalid("these are no versions of one agreement", findings=[finding])
    sections = tuple(_section(identity, old, new) for identity in SECTIONS)
    has_changed = any(section.changed for section in sections)
    return Difference(
        metadata=_metadata(old, new),
        sections=sections,
        is_only_order=not has_changed and _without_metadata(old) != _without_metadata(new),
    )


def _metadata(old: Table, new: Table) -> tuple[ValueChange, ...]:
    before, after = (
        Side(names_in({}), "terms", {key: side[key] for key in _METADATA if key in side})
        for side in (old, new)
    )
    return _values(before, after)


def _without_metadata(document: Table) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key not in _METADATA}


def _section(identity: SectionId, old: Table, new: Table) -> SectionDifference:
    before, after = _items(identity, old), _items(identity, new)
    old_names, new_names = names_in(old), names_in(new)
    items = tuple(
        _item(
            key,
            Side(old_names, identity, before.get(key, {})),
            Side(new_names, identity, after.get(key, {})),
        )
        for key in _merged(after, before)
    )
    return SectionDifference(identity, SECTIONS[identity], items)


def _items(identity: SectionId, document: Table) -> dict[str, Table]:
    if identity == "terms":
        elsewhere = {*SECTIONS, *_METADATA, *_IDENTITY}
        return {"terms": {k: v for k, v in document.items() if k not in elsewhere}}
    if identity in _SINGLE:
        return {identity: document[identity]} if identity in document else {}
    return {entry["id"]: entry for entry in document.get(identity, ())}


def _item(identity: str, old: Side, new: Side) -> ItemDifference:
    values = _values(old, new)
    change: Change = "changed" if values else "same"
    if not old.item:
        change = "added"
    elif not new.item:
        change = "removed"
    return ItemDifference(identity, _title(identity, new if new.item else old), change, values)


def _title(identity: str, side: Side) -> Text:
    section = side.section
    if section in _SINGLE:
        return SECTIONS[section]
    if section == "exit":
        return Text(f"Exit clause {identity}", f"退出条款 {identity}")
    table = side.item.get("title") or side.item["name"]
    return Text(table["en"], table["zh"])


def _values(old: Side, new: Side) -> tuple[ValueChange, ...]:
    found = [pair for pair in _compared(old.item, new.item, ()) if pair[0] != ("id",)]
    changes = [
        value_change(
            path,
            None if before is _MISSING else old.value(path, before),
            None if after is _MISSING else new.value(path, after),
            _name(path, new, old),
        )
        for path, before, after in found
    ]
    return tuple(sorted(changes, key=_place))


def _place(change: ValueChange) -> tuple[int, str]:
    path = change.path
    if path[0] not in NESTED:
        return rank_of(path), ""
    # All changes of one target or milestone stand together; instalments stand by their days.
    return rank_of(path[:2]), path[1] if path[0] == "schedule" else ""


def _name(path: Path, new: Side, old: Side) -> Text:
    identity = path[1] if len(path) > 1 else ""
    if path[0] != "valuations":
        return Text(identity, identity)
    known = new.party_name(identity) or old.party_name(identity)
    return known or Text(identity, identity)


def _compared(old: Any, new: Any, path: Path) -> Iterator[_Pair]:
    """Each path at which two values differ, with both; what is not there is ``_MISSING``."""
    tables = [value for value in (old, new) if value is not _MISSING]
    if all(isinstance(value, Mapping) for value in tables):
        before, after = ({} if v is _MISSING else cast("Table", v) for v in (old, new))
        for key in _merged(after, before):
            yield from _compared(
                before.get(key, _MISSING), after.get(key, _MISSING), (*path, str(key))
            )
        return
    before_by, after_by = _keyed(old, path), _keyed(new, path)
    if before_by is not None and after_by is not None:
        for key in _merged(after_by, before_by):
            one, other = before_by.get(key, _MISSING), after_by.get(key, _MISSING)
            if one is _MISSING or other is _MISSING:
                yield (*path, key), one, other
            else:
                yield from _compared(one, other, (*path, key))
        return
    old, new = _as_set(old), _as_set(new)
    if not _is_alike(old, new):
        yield path, old, new


def _keyed(value: Any, path: Path) -> dict[str, Table] | None:
    """A list of tables by what tells them apart; None for what is no such list."""
    if value is _MISSING:
        return {}
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        return None
    key = _KEYS.get(path[-1], "id")
    found = {str(each.get(key)): each for each in value}
    return found if len(found) == len(value) else None


def _as_set(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(sorted(set(value)))
    return value


def _is_alike(old: Any, new: Any) -> bool:
    # For Python 1 == True; for an agreement they are two things.
    return isinstance(old, bool) == isinstance(new, bool) and bool(old == new)


def _merged(first: Iterable[str], second: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*first, *second]))
