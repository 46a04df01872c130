"""Whether a run document holds: its values from the rows, its statuses from the agreement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from unipact.errors import Finding
from unipact.installation.home import Installation
from unipact.installation.run import assessed, read_file

Document = Mapping[str, Any]

#: What may differ between two computations that agree: who computed, and what follows from it.
_OF_THE_COMPUTER = ("software", "id")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``values`` were computed again; ``findings`` say where the document and they differ."""

    values: int
    findings: tuple[Finding, ...]


def verify_values(installation: Installation, document: Document) -> Verdict:
    """Compute every value that has evidence again, and hold the document to its evidence.

    Raises:
        SnapshotGone: this lake does not hold the rows.
    """
    evaluator = installation.evaluator()
    findings: list[Finding] = []
    values = 0
    for place, said, owner in _measured(document):
        evidence = said["evidence"]
        if evidence is None:
            if said["value"] is not None:
                findings.append(Finding(place, "states a value without evidence"))
            continue
        values += 1
        found = evaluator.verify(evidence).findings
        findings += [Finding(f"{place} {each.where}", each.what, each.mend) for each in found]
        findings += [Finding(f"{place} {what}", how) for what, how in _apart(said, owner, evidence)]
    return Verdict(values, tuple(findings))


def verify_whole(installation: Installation, document: Document, agreement: Path) -> Verdict:
    """Make the whole document again from the agreement file, and compare all but the software.

    Raises:
        Invalid: the agreement file is wrong.
        SnapshotGone: this lake does not hold the rows.
    """
    file = read_file(installation, agreement)
    source = installation.evaluator(installation.lake.at(document["snapshot"]))
    again = assessed(file, source, date.fromisoformat(document["as_of"]))
    return Verdict(0, tuple(_differences(document, again, "")))


def _measured(document: Document) -> Iterator[tuple[str, Document, Document]]:
    """Each measurement with its place and the commitment or benefit that it is of."""
    for each in document["commitments"]:
        for period in each["periods"]:
            yield f"{each['id']} {period['id']}", period, each
    for each in document["benefits"]:
        yield f"benefit {each['id']}", each, each


def _apart(said: Document, owner: Document, evidence: Document) -> Iterator[tuple[str, str]]:
    """Where a measurement says something else than the evidence that it carries."""
    if said["value"] is None or Decimal(said["value"]) != Decimal(evidence["value"]):
        yield "value", f"states {said['value']}, its evidence {evidence['value']}"
    metric = f"{evidence['metric']['name']}@{evidence['metric']['version']}"
    if owner["metric_ref"] != metric:
        yield "metric", f"states {owner['metric_ref']}, its evidence {metric}"
    period = {"from": said["from"], "until": said["until"]}
    if evidence["parameters"]["period"] != period:
        yield "period", f"states {period}, its evidence {evidence['parameters']['period']}"
    target = said.get("target")
    measured = evidence["parameters"]["target"]
    if target and Decimal(target) != Decimal(measured):
        yield "target", f"states {target}, its evidence was asked for {measured}"
    if "where" in owner and evidence["parameters"]["where"] != owner["where"]:
        yield "where", f"states {owner['where']}, its evidence {evidence['parameters']['where']}"


def _differences(before: Any, after: Any, place: str) -> Iterator[Finding]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            inner = f"{place}.{name}" if place else name
            evidence = place.endswith("evidence")
            if name == "software" or (evidence and name in _OF_THE_COMPUTER):
                continue
            yield from _differences(before.get(name), after.get(name), inner)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _differences(*pair, f"{place}[{_name(pair[1], index)}]")
    elif before != after:
        yield Finding(place, f"states {_brief(before)}, computed {_brief(after)}")


def _name(item: Any, index: int) -> str:
    return str(item.get("id", index)) if isinstance(item, Mapping) else str(index)


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:120]}…"
