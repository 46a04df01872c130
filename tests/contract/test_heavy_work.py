"""What takes seconds of a core: so often an hour for a party, and nobody waits for it for ever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from tests.contract.world import AGREEMENT, Program, World, person, world_of
from unipact.agreement.queries.report import pdf
from unipact.agreement.roles import Purpose, Role, Side
from unipact.campus import lake as campus_lake
from unipact.turns import OneAtATime
from unipact.web import evaluate, lake
from unipact.web.throttle import HEAVY_WORK, take

pytestmark = pytest.mark.django_db

AT = f"/agreements/{AGREEMENT}"
PARTY = "huawei"


@pytest.fixture
def world(home, printed, settings) -> Iterator[World]:
    pdf._MADE.clear()
    yield from world_of(home, printed, settings)


@pytest.fixture
def officer() -> Any:
    return person(Side.ENTERPRISE, Role.RELATIONS_MANAGER)


def _program(purpose: Purpose) -> Program:
    return Program(Side.ENTERPRISE, Role.RELATIONS_MANAGER, purpose)


def _use_up(permits: int = HEAVY_WORK.permits) -> None:
    take(HEAVY_WORK, PARTY, now=timezone.now(), permits=permits)


def _assert_told_when_to_come_again(answer: Any) -> None:
    assert answer.status_code == 429, answer.content
    assert 0 < int(answer.headers["Retry-After"]) <= HEAVY_WORK.period_s


def test_evaluations_end_with_the_permits_of_the_party(world: World, officer) -> None:
    _use_up()
    program = _program(Purpose.RECORDS)
    _assert_told_when_to_come_again(program.ask("post", f"{AT}/evaluations", {}))
    _assert_told_when_to_come_again(officer.post(f"{AT}/evaluate/"))


def test_reports_made_anew_end_with_the_permits_of_the_party(world: World, officer) -> None:
    _use_up(HEAVY_WORK.permits - 1)
    program = _program(Purpose.REPORTING)
    made = program.ask("get", f"{AT}/report.pdf?language=en")
    assert made.status_code == 200
    _assert_told_when_to_come_again(program.ask("get", f"{AT}/report.pdf?language=zh"))
    _assert_told_when_to_come_again(officer.get(f"{AT}/report.pdf?language=zh"))
    # What was made before costs nothing, whoever made it.
    for again in (
        program.ask("get", f"{AT}/report.pdf?language=en"),
        officer.get(f"{AT}/report.pdf?language=en"),
    ):
        assert again.status_code == 200
        assert again.content == made.content


@pytest.mark.parametrize(
    ("module", "method", "address", "purpose"),
    [
        (pdf, "get", f"{AT}/report.pdf", Purpose.REPORTING),
        (evaluate, "post", f"{AT}/evaluations", Purpose.RECORDS),
        (campus_lake, "get", f"{AT}/campus/buildings", Purpose.VERIFICATION),
        (lake, "get", f"{AT}/evidence/{{digest}}/rows", Purpose.VERIFICATION),
    ],
    ids=["pdf", "evaluate", "campus", "rows"],
)
def test_whoever_waits_too_long_for_a_turn_is_told_so(
    world: World, monkeypatch, module, method, address, purpose
) -> None:
    name = "ONE_AT_A_TIME" if hasattr(module, "ONE_AT_A_TIME") else "_ONE_AT_A_TIME"
    assert isinstance(getattr(module, name), OneAtATime)
    monkeypatch.setattr(module, name, OneAtATime(wait_s=0.01))
    program = _program(purpose)
    body: dict[str, str] | None = {} if method == "post" else None
    with getattr(module, name):
        answer = program.ask(method, address.format(digest=world.evidence), body)
    assert answer.status_code == 503, answer.content
    assert "try again" in answer.json()["detail"]
