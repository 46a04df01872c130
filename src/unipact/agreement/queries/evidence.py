"""Finding a piece of evidence in the run documents that a reader may see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from unipact.agreement.queries.standpoint import Document, Standpoint, document_of
from unipact.errors import NotFound


@dataclass(frozen=True, slots=True)
class FoundEvidence:
    """An evidence document and what it shows: a commitment's period, or a benefit."""

    evidence: Mapping[str, Any]
    title: Mapping[str, str]
    commitment: str | None
    metric: Mapping[str, Any] | None
    interval: Mapping[str, Any] | None

    @property
    def digest(self) -> str:
        return str(self.evidence["id"]).removeprefix("sha256:")


def evidence_found(here: Standpoint, digest: str) -> FoundEvidence:
    """The evidence with this hash, in the shown run document or in any other of the agreement.

    A hash that nobody has is looked for in every run document of the agreement. A worker keeps 64
    of them parsed (``document_of``): five years, evaluated monthly. Where there are more, each
    such question parses the others again.

    Raises:
        NotFound: no run document that the reader may see holds it.
    """
    documents = [here.document] if here.document is not None else []
    documents += [
        document_of(each) for each in reversed(here.evaluations) if each != here.evaluation
    ]
    for document in documents:
        for found in _all(document):
            if found.digest == digest:
                return found
    raise NotFound(f"there is no evidence {digest}")


def _all(document: Document) -> Iterator[FoundEvidence]:
    for commitment in document["commitments"]:
        for period in commitment["periods"]:
            if period["evidence"] is not None:
                yield FoundEvidence(
                    period["evidence"],
                    commitment["title"],
                    commitment["id"],
                    commitment["metric"],
                    period["interval"],
                )
    for benefit in document["benefits"]:
        if benefit["evidence"] is not None:
            yield FoundEvidence(
                benefit["evidence"], benefit["title"], None, benefit["metric"], benefit["interval"]
            )
