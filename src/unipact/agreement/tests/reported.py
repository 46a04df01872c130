"""Editions of reports that tests read, made from the sample run document."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

from unipact.agreement.engine.assessment import run_bytes
from unipact.agreement.queries.report.edition import Edition

SAMPLE = Path(__file__).resolve().parents[4] / "tests/contract/samples/run.json"


def document() -> dict[str, Any]:
    """A run document of 2019-11-30 with a value in doubt, one that is met, and one without data."""
    loaded: dict[str, Any] = json.loads(SAMPLE.read_bytes())
    return loaded


def earlier_document() -> dict[str, Any]:
    """The same agreement two months before: nothing was decided, and less was measured."""
    before = copy.deepcopy(document())
    before["as_of"] = "2019-09-29"
    period = before["commitments"][1]["periods"][0]
    before["commitments"][1]["standing"] = period["standing"] = "at_risk"
    period["value"] = "29"
    return before


def edition(shown: dict[str, Any] | None = None, earlier: dict[str, Any] | None = None) -> Edition:
    """The report of ``shown``, the sample unless given, compared with ``earlier``."""
    shown = document() if shown is None else shown
    return Edition(shown, _sha256(shown), earlier, _sha256(earlier) if earlier else None)


def _sha256(shown: dict[str, Any]) -> str:
    return hashlib.sha256(run_bytes(shown)).hexdigest()
