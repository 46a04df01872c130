"""Agreement files as the log reads them: the few keys on which its rules rest.

A verifier reads files of years ago and of formats to come, so it does not judge the whole file:
it checks the hash of the meaning and takes what the rules need. ``docs/reference/log.md``, "Terms".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from unipact.agreement.engine.register.terms import ExitClause, LogTerms
from unipact.agreement.formats.canonical import sha256_of
from unipact.agreement.formats.log import fields
from unipact.agreement.formats.log.fields import Check, wrong
from unipact.agreement.formats.toml_file import json_form


def log_terms(data: bytes) -> LogTerms:
    """The terms in the bytes of an agreement file.

    Raises:
        Invalid: it is no TOML with a canonical form, or lacks a key that the rules need.
    """
    document, problems = json_form(data, name="agreement")
    if problems:
        raise wrong("agreement", f"{'.'.join(map(str, problems[0].path))}: {problems[0].what}")
    governance = _take(document, "governance", fields.is_object)
    parties = _tables(document, "party")
    renewal = document.get("renewal")
    return LogTerms(
        agreement=_take(document, "id", fields.is_name),
        version=_take(document, "version", fields.is_number),
        previous=_optional(document, "previous", _is_text),
        sha256=sha256_of(document).removeprefix("sha256:"),
        file_sha256=hashlib.sha256(data).hexdigest(),
        keys={
            _take(each, "id", fields.is_name): _take(each, "key", fields.is_vkey)
            for each in parties
        },
        propose=_names(governance, "propose"),
        consent=_names(governance, "consent"),
        on_silence=_take(governance, "on_silence", fields.one_of("lapse", "escalate")),
        silence_days=_take(governance, "silence_days", _is_days),
        commitments=frozenset(
            _take(each, "id", fields.is_name) for each in _tables(document, "commitment")
        ),
        exits={
            _take(each, "id", fields.is_name): ExitClause(
                _names(each, "may"), _take(each, "notice_days", _is_days)
            )
            for each in (_tables(document, "exit") if "exit" in document else [])
        },
        renewal_notice_days=(
            None
            if renewal is None
            else _take(_require_object(renewal, "renewal"), "notice_days", _is_days)
        ),
    )


def _take(table: Mapping[str, Any], key: str, is_right: Check) -> Any:
    value = table.get(key)
    if not is_right(value):
        raise wrong("agreement", f"the key {key} is missing or not of its form")
    return value


def _optional(table: Mapping[str, Any], key: str, is_right: Check) -> Any:
    return _take(table, key, is_right) if key in table else None


def _tables(document: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = document.get(key)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise wrong("agreement", f"{key} is no list of tables")
    ids = [each.get("id") for each in found]
    if len({str(each) for each in ids}) != len(ids):
        raise wrong("agreement", f"two of {key} have one id")
    return found


def _names(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = table.get(key)
    if not isinstance(found, list) or not all(fields.is_name(each) for each in found):
        raise wrong("agreement", f"{key} is no list of ids")
    return tuple(found)


def _require_object(value: Any, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong("agreement", f"{key} is no table")
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_days(value: Any) -> bool:
    return fields.is_number(value) and value <= 36_525
