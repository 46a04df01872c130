"""What the pages read from the lake: rows and intervals under a piece of evidence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from unipact.agreement.engine.terms import Text
from unipact.analysis.evaluation import Page
from unipact.analysis.evaluation.evaluator import Evaluator
from unipact.analysis.registry import NavigationEntry
from unipact.analysis.tables import TABLES
from unipact.errors import NotFound
from unipact.installation import Installation
from unipact.turns import OneAtATime

PAGE_ROWS = 25
_INTERVALS = 1_000

# A page's query reads at most a few parts of one table; two at a time would only share two cores.
_ONE_AT_A_TIME = OneAtATime()

Evidence = Mapping[str, Any]


@lru_cache(maxsize=1)
def installation() -> Installation:
    """The installation whose lake the console shows."""
    return Installation(settings.UNIPACT_HOME)


def field_pages() -> dict[str, tuple[NavigationEntry, ...]]:
    """App of a field that runs → the pages of its own that its manifest names."""
    return {each.id: each.navigation for each in installation().manifests}


def rows_page(
    evidence: Evidence, *, name: str | None, cursor: str | None, limit: int = PAGE_ROWS
) -> Page:
    """A page of the rows under ``evidence``; whoever calls has asked whether it may be seen.

    Raises:
        NotFound: there are no such rows, or no field that runs declares the metric.
        Invalid: the cursor is not one that a page gave.
        Unavailable: the snapshot is not in this lake any more, or others are read for too long.
    """
    with _ONE_AT_A_TIME:
        return _evaluator(_commits()).evidence_rows(evidence, name, cursor, limit)


def intervals_page(evidence: Evidence) -> Page | None:
    """The intervals whose sums give the value, or None where the metric has none."""
    if "intervals" not in evidence:
        return None
    key = str(evidence["id"])
    with _ONE_AT_A_TIME:
        if key not in _INTERVAL_PAGES:
            try:
                page = _evaluator(_commits()).evidence_intervals(evidence, None, _INTERVALS)
            except NotFound:
                return None
            _INTERVAL_PAGES[key] = page
            while len(_INTERVAL_PAGES) > 32:
                _INTERVAL_PAGES.pop(next(iter(_INTERVAL_PAGES)))
        return _INTERVAL_PAGES[key]


# Evidence never changes, so its intervals are computed once in a worker.
_INTERVAL_PAGES: dict[str, Page] = {}


def owners_of(evidence: Evidence, tables: tuple[str, ...]) -> dict[str, str]:
    """Owner → visibility (the strictest) of the batches in ``tables`` at the snapshot.

    The list of tables tells the owner and the source of every batch, so it counts as all of them.
    """
    rank = {"public": 0, "shared": 1, "own": 2}
    snapshot = installation().lake.at(evidence["snapshot"])
    found: dict[str, str] = {}
    asked = snapshot.tables if TABLES.name in tables else tables
    for name in asked:
        for entry in snapshot.tables[name].entries if name in snapshot.tables else ():
            if rank[entry.visibility] >= rank[found.get(entry.owner, "public")]:
                found[entry.owner] = entry.visibility
    return found


def attributions() -> tuple[Text, ...]:
    """Who asks to be named wherever data of this lake show, each once.

    What a party keeps to itself shows to nobody else, so its sources are not named either: the
    answer is the same for both parties.
    """
    return _attributions(_commits())


def _commits() -> tuple[Path, int]:
    """The lake, and how many batches it holds: one commit each, so it says whether it has grown."""
    root = installation().lake.root
    return root, sum(1 for _ in (root / "_catalog" / "_delta_log").glob("*.json"))


@lru_cache(maxsize=1)
def _evaluator(_grown: tuple[Path, int]) -> Evaluator:
    """Made once in a worker, as long as nothing is published; used under the lock."""
    return installation().evaluator()


@lru_cache(maxsize=2)
def _attributions(_grown: tuple[Path, int]) -> tuple[Text, ...]:
    entries = [
        entry
        for state in installation().lake.resolve().tables.values()
        for entry in state.entries
        if entry.visibility != "own"
    ]
    return tuple(dict.fromkeys(each.attribution for each in entries if each.attribution.en))
