"""The spans that everything shown of the campus speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from unipact.agreement.engine.terms import Span
from unipact.errors import NotFound


@dataclass(frozen=True, slots=True)
class Windows:
    """The baseline of the energy commitment, and the agreement's term as far as it has come."""

    zone: str
    baseline: Span
    reporting: Span

    @property
    def until(self) -> date:
        """The first day that does not count."""
        return self.reporting.until


def windows_of(document: Mapping[str, Any] | None) -> Windows:
    """The windows that a run document gives.

    Raises:
        NotFound: there is no document yet, or no commitment of this field has a baseline.
    """
    if document is None:
        raise NotFound("nothing was evaluated yet")
    until = date.fromisoformat(document["as_of"]) + timedelta(days=1)
    start = date.fromisoformat(document["agreement"]["term"]["from"])
    for each in document["commitments"]:
        baseline = each["baseline"]
        if each["metric_ref"].startswith("campus.") and baseline and baseline["from"]:
            first = date.fromisoformat(baseline["from"])
            last = date.fromisoformat(baseline["until"])
            return Windows(
                document["agreement"]["zone"], Span(first, last), Span(start, max(until, start))
            )
    raise NotFound("no commitment of the campus has a baseline")
