"""The shape of a document, checked by its published JSON Schema and said in plain words."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice
from typing import Any

import jsonschema.validators
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

from unipact.agreement.formats.canonical import Day, Path, Problem
from unipact.errors import NotFound

MOST_FINDINGS = 100
"""So many are told of one document; for those beyond no near word is looked for."""

MOST_FAULTS = 1_000
"""So many departures from a schema are looked for."""

_KINDS = {
    "object": "a table",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
}


def schema_names() -> tuple[str, ...]:
    """Every published schema, by its name before ``.schema.json``."""
    files = resources.files("unipact.agreement").joinpath("schemas").iterdir()
    suffix = ".schema.json"
    return tuple(sorted(f.name[: -len(suffix)] for f in files if f.name.endswith(suffix)))


def schema_bytes(name: str) -> bytes:
    """The bytes of a published schema; raises NotFound for a name that there is none of."""
    if name not in schema_names():
        known = ", ".join(schema_names())
        raise NotFound(f'there is no schema "{name}"; the published schemas are: {known}')
    place = resources.files("unipact.agreement").joinpath("schemas", f"{name}.schema.json")
    return place.read_bytes()


@cache
def schema(name: str) -> Mapping[str, Any]:
    """A published schema as a value."""
    loaded: Mapping[str, Any] = json.loads(schema_bytes(name))
    return loaded


def structure_problems(
    document: Mapping[str, Any], name: str, *, typed_days: bool = False
) -> list[Problem]:
    """Everything in which the document departs from the schema ``name``, or the first thousand.

    With ``typed_days`` a date must have stood in the file as a TOML date (``Day``), and text
    must not have.
    """
    validator = _validator(name, typed_days)
    faults = [_fault(error) for error in islice(validator.iter_errors(document), MOST_FAULTS)]
    # A misspelt key is one fault, not two: the key it stands for is not missing as well.
    meant = {
        (fault.path, closest(key, fault.rule.get("properties", {})))
        for fault in faults[:MOST_FINDINGS]
        for key in islice(_unknown_keys(fault), MOST_FINDINGS)
    }
    return [
        problem
        for number, fault in enumerate(faults)
        if not (fault.kind == "required" and (fault.path, _missing_key(fault)) in meant)
        for problem in _problems(fault, is_hinted=number < MOST_FINDINGS)
    ]


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` most likely stands for."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``Did you mean `x`?``, or the list of what is known."""
    choices = sorted(set(known))
    near = closest(word, choices)
    if near:
        return f"Did you mean `{near}`?"
    return "Known here: " + ", ".join(choices) if choices else ""


def shown(value: object, limit: int = 60) -> str:
    """A value as a message quotes it: short, on one line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else text[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class _Fault:
    """What jsonschema found, without its many open types."""

    kind: str
    value: Any
    limit: Any
    rule: Mapping[str, Any]
    message: str
    path: Path
    in_property_name: bool


def _fault(error: ValidationError) -> _Fault:
    rule = error.schema
    return _Fault(
        kind=str(error.validator),
        value=error.instance,
        limit=error.validator_value,
        rule=rule if isinstance(rule, Mapping) else {},
        message=error.message,
        path=tuple(error.absolute_path),
        in_property_name="propertyNames" in error.absolute_schema_path,
    )


@cache
def _validator(name: str, typed_days: bool) -> Validator:
    extend: Any = jsonschema.validators.extend
    checks: dict[str, Any] = {"pattern": _pattern, "uniqueItems": _unique_items}
    if typed_days:
        checks["type"] = _type
    base = extend(jsonschema.Draft202012Validator, checks)
    made: Validator = base(schema(name), format_checker=jsonschema.FormatChecker(("date",)))
    return made


def _type(
    validator: Validator, types: object, instance: object, rule: Mapping[str, Any]
) -> Iterator[ValidationError]:
    wants_day = rule.get("format") == "date"
    if wants_day and isinstance(instance, str) and not isinstance(instance, Day):
        yield ValidationError("day as text")
    elif not wants_day and isinstance(instance, Day):
        yield ValidationError("text as day")
    else:
        check: Any = jsonschema.Draft202012Validator.VALIDATORS["type"]
        yield from check(validator, types, instance, rule)


def _pattern(
    _validator: Validator, pattern: str, instance: object, _rule: Mapping[str, Any]
) -> Iterator[ValidationError]:
    # ECMA-262's `$` is the very end; Python's also matches before a last newline.
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError("the text does not fit the pattern")


def _unique_items(
    _validator: Validator, unique: object, instance: object, _rule: Mapping[str, Any]
) -> Iterator[ValidationError]:
    # jsonschema compares each with each where the entries have no order, as tables have none.
    if unique and isinstance(instance, list):
        seen = {json.dumps(each, sort_keys=True, default=str) for each in instance}
        if len(seen) < len(instance):
            yield ValidationError("an entry stands twice")


def _unknown_keys(fault: _Fault) -> list[str]:
    if fault.kind != "additionalProperties" or not isinstance(fault.value, Mapping):
        return []
    known = fault.rule.get("properties", {})
    return [key for key in fault.value if key not in known]


def _missing_key(fault: _Fault) -> str:
    """The key of a ``required`` error: jsonschema says it only in its message."""
    missing = (str(key) for key in fault.limit if key not in fault.value)
    return next(key for key in missing if fault.message.startswith(repr(key)))


def _problems(fault: _Fault, *, is_hinted: bool) -> list[Problem]:
    path, instance = fault.path, fault.value
    if unknown := _unknown_keys(fault):
        known = list(fault.rule.get("properties", {}))
        hinted = MOST_FINDINGS if is_hinted else 0
        return [
            Problem(
                (*path, key),
                f"unknown key {shown(key)}",
                did_you_mean(key, known) if number < hinted else "",
            )
            for number, key in enumerate(unknown)
        ]
    if fault.kind == "required":
        return [Problem(path, f'the key "{_missing_key(fault)}" is missing')]
    if fault.in_property_name:
        what = f"{shown(instance)} cannot be a key here"
        return [Problem(path, what, "Lower-case letters, digits and underscores, a letter first")]
    return [Problem(path, *_words(fault))]


def _words(fault: _Fault) -> tuple[str, str]:
    value, limit = fault.value, fault.limit
    description = str(fault.rule.get("description", ""))
    match fault.kind:
        case "type":
            return _type_words(fault)
        case "enum":
            mend = did_you_mean(value, limit) if isinstance(value, str) else ""
            what = f"{shown(value)} is not one of {', '.join(limit)}"
            return what, mend if mend.startswith("Did") else ""
        case "const":
            return f"{shown(value)} is not {shown(limit)}, the one format that is read", ""
        case "pattern" | "format" if fault.rule.get("format") == "date":
            return f"{shown(value)} is no calendar day", "Write a date, for example 2019-07-01"
        case "pattern":
            return f"{shown(value)} does not fit", description
        case "minLength":
            return "the text is empty", "Write it, or take the key out"
        case "maxLength":
            return f"the text has {len(value)} characters; {limit} are allowed", ""
        case "minItems":
            what = f"the list has {len(value)} entries; at least {limit} are needed"
            return what, description
        case "uniqueItems":
            return "an entry stands twice in the list", ""
        case "minimum" | "maximum":
            word = "less" if fault.kind == "minimum" else "more"
            return f"{shown(value)} is {word} than {limit}", ""
        case "minProperties":
            return "the table is empty", description
        case "dependentRequired":
            return "`from` and `until` are given together or not at all", ""
        case _:
            return fault.message[:200], ""


def _type_words(fault: _Fault) -> tuple[str, str]:
    value = fault.value
    if fault.message == "day as text":
        return f"{shown(value)} is text, not a date", "Take the quotes off: 2019-07-01"
    if fault.message == "text as day":
        return f"{value} is a date, not text", f'Put it in quotes: "{value}"'
    kinds = [fault.limit] if isinstance(fault.limit, str) else list(fault.limit)
    expected = " or ".join(_KINDS.get(kind, kind) for kind in kinds)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    is_decimal = "[0-9]" in str(fault.rule.get("pattern", "")) and "format" not in fault.rule
    mend = f'Put the number in quotes: "{value}"' if is_number and is_decimal else ""
    return f"expected {expected}, found {_kind_of(value)}", mend


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return f"{value}".lower()
    if isinstance(value, int):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {shown(value)}"
    if value is None:
        return "nothing"
    return "a table" if isinstance(value, Mapping) else "a list"
