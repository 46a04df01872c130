"""The lake as the campus's doors read it: at the snapshot of the run document that they show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from unipact.analysis.evaluation.held import Holding
from unipact.analysis.evaluation.session import Session
from unipact.analysis.lake import Entry, Snapshot
from unipact.campus.tables import BUILDINGS, METERS, READINGS, WEATHER
from unipact.turns import OneAtATime

#: What a page of the campus is made of.
TABLES_SHOWN = (BUILDINGS.name, METERS.name, READINGS.name, WEATHER.name)

# The lake's engine uses every core for one question; a second at a time would only wait within.
_ONE_AT_A_TIME = OneAtATime()


def snapshot_shown(holding: Holding, document: Mapping[str, Any] | None) -> Snapshot:
    """The snapshot that a run document was computed on: page and commitment agree.

    Raises:
        Unavailable: it is not in this lake any more.
    """
    return holding.lake.at(document["snapshot"]) if document else holding.lake.resolve(())


def batches_shown(snapshot: Snapshot) -> Sequence[Entry]:
    """The batches of every table that a page of the campus is made of."""
    states = [snapshot.tables[name] for name in TABLES_SHOWN if name in snapshot.tables]
    return [entry for state in states for entry in state.entries]


@contextmanager
def session_at(holding: Holding, snapshot: Snapshot) -> Iterator[Session]:
    """Read the lake at ``snapshot``, alone in this process.

    Raises:
        Unavailable: others were read for too long.
    """
    with _ONE_AT_A_TIME:
        yield Session(holding.registry, holding.lake, snapshot)
