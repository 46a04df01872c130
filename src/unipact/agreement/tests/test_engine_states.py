"""The states of versions and periods, and who may follow whom."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from unipact.agreement.engine.labels import (
    EFFORTS,
    STANDINGS,
)
from unipact.agreement.engine.labels import VERSION_STATES as VERSION_LABELS
from unipact.agreement.engine.states import (
    VERSION_MOVES,
    VERSION_STATES,
    VersionState,
    state_at,
    version_moved,
)
from unipact.agreement.engine.status import STANDINGS as STANDING_CODES
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.structure import schema
from unipact.agreement.tests.specimen import SPECIMEN
from unipact.errors import Conflict


def reachable(start: VersionState) -> set[VersionState]:
    seen: set[VersionState] = set()
    waiting = [start]
    while waiting:
        state = waiting.pop()
        if state not in seen:
            seen.add(state)
            waiting += VERSION_MOVES[state]
    return seen


def test_every_state_has_its_moves_and_is_reached_from_a_draft() -> None:
    assert set(VERSION_MOVES) == set(VERSION_STATES) == reachable("draft")


def test_only_an_agreed_version_comes_into_force() -> None:
    assert [s for s in VERSION_STATES if "in_force" in VERSION_MOVES[s]] == ["agreed"]


def test_offers_are_countered_both_ways() -> None:
    assert version_moved("offered", "countered") == "countered"
    assert version_moved("countered", "offered") == "offered"


def test_a_final_state_is_never_left() -> None:
    finals = {s for s in VERSION_STATES if not VERSION_MOVES[s]}
    assert finals == {"superseded", "expired", "ended", "withdrawn", "declined", "lapsed"}


@pytest.mark.parametrize(("start", "to"), list(product(VERSION_STATES, repeat=2)))
def test_a_move_that_is_not_in_the_table_is_a_conflict(
    start: VersionState, to: VersionState
) -> None:
    if to in VERSION_MOVES[start]:
        assert version_moved(start, to) == to
    else:
        with pytest.raises(Conflict, match=f"a version that is {start} cannot become {to}"):
            version_moved(start, to)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2019, 6, 24), "draft"),
        (date(2019, 6, 25), "agreed"),
        (date(2019, 7, 1), "in_force"),
        (date(2022, 6, 30), "in_force"),
        (date(2022, 7, 1), "expired"),
    ],
)
def test_a_file_alone_shows_its_state_by_the_day(day: date, state: str) -> None:
    assert state_at(read_agreement(SPECIMEN.encode()).agreement, day) == state


def test_every_fixed_choice_has_its_words() -> None:
    run, agreement = schema("run")["$defs"], schema("agreement")["$defs"]
    commitment = agreement["commitment"]["properties"]
    assert set(STANDINGS) == set(run["standing"]["enum"]) == set(STANDING_CODES)
    assert set(VERSION_LABELS) == set(run["agreement"]["properties"]["state"]["enum"])
    assert set(EFFORTS) == set(commitment["effort"]["enum"])
