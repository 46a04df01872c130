"""``agreement.toml`` and its JSON form: bytes to checked terms, with every finding at once.

Every byte string gives an ``AgreementFile`` or raises ``Invalid`` whose findings name the line,
the key path and the ids that lead there, what is wrong and the mend.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unipact.agreement.engine.terms import Agreement
from unipact.agreement.formats.build import agreement_from
from unipact.agreement.formats.canonical import canonical_bytes, sha256_of, to_json_form
from unipact.agreement.formats.meaning import meaning_problems
from unipact.agreement.formats.scope import KnownMetrics
from unipact.agreement.formats.toml_file import (
    decoded,
    placed_findings,
    raise_invalid,
    refuse,
    shape_problems,
    toml_document,
)

_SCHEMA = "agreement"


@dataclass(frozen=True, slots=True)
class AgreementFile:
    """An agreement that was read and found good.

    Attributes:
        agreement: the typed terms.
        document: the JSON form, in NFC.
        sha256: ``sha256:…`` of the canonical form; the same for every layout of one meaning.
        original: the bytes as they came.
    """

    agreement: Agreement
    document: Mapping[str, Any]
    sha256: str
    original: bytes

    @property
    def canonical(self) -> bytes:
        """The RFC 8785 bytes that ``sha256`` is the digest of."""
        return canonical_bytes(self.document)


def read_agreement(
    data: bytes, *, name: str = "agreement.toml", known_metrics: KnownMetrics | None = None
) -> AgreementFile:
    """Read and check the bytes of an ``agreement.toml``; raises Invalid with every finding.

    ``known_metrics`` are the metrics of the fields that run: a metric of such a field that is
    not among them is a finding; a metric of a field that does not run has no data source yet.
    """
    document, problems = toml_document(data, name=name, schema=_SCHEMA)
    problems += meaning_problems(document, known_metrics=known_metrics)
    if problems:
        raise_invalid(name, placed_findings(problems, document, name=name, toml=data))
    return _file(document, data)


def read_agreement_json(
    data: bytes, *, name: str = "agreement.json", known_metrics: KnownMetrics | None = None
) -> AgreementFile:
    """Read and check the JSON form; raises Invalid with every finding (no line is named)."""
    raw = _json(decoded(data, name), name)
    if not isinstance(raw, dict):
        refuse(name, name, "the JSON form of an agreement is one object")
    document, problems = to_json_form(raw)
    problems += shape_problems(document, problems, _SCHEMA, typed_days=False)
    problems += meaning_problems(document, known_metrics=known_metrics)
    if problems:
        raise_invalid(name, placed_findings(problems, document, name=name, toml=None))
    return _file(document, data)


def _file(document: dict[str, Any], data: bytes) -> AgreementFile:
    return AgreementFile(agreement_from(document), document, sha256_of(document), data)


def _json(text: str, name: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        refuse(name, f"{name}:{error.lineno}:{error.colno}", f"this is no JSON: {error.msg}")
    except RecursionError:
        refuse(name, name, "the file is nested too deeply")
    except ValueError as error:
        refuse(name, name, f"a value cannot be read ({str(error)[:120]})")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        counted = Counter(key for key, _ in pairs)
        twice = next(key for key, times in counted.items() if times > 1)
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object")
    return result


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")
