"""Asking for an evaluation: computed here, kept once, the same for both parties."""

from __future__ import annotations

import json

import pytest

from tests.contract.world import AGREEMENT, Program, person, world_of
from unipact.agreement.models import Evaluation
from unipact.agreement.roles import Purpose, Role, Side

pytestmark = pytest.mark.django_db

ADDRESS = f"/agreements/{AGREEMENT}/evaluations"


@pytest.fixture
def world(home, printed, settings):
    yield from world_of(home, printed, settings)


def test_both_parties_get_the_bytes_that_the_command_line_printed(world, printed) -> None:
    found = [
        Program(side, Role.ANALYST, Purpose.RECORDS).ask("post", ADDRESS, {"as_of": "2019-12-31"})
        for side in Side
    ]
    assert [each.status_code for each in found] == [201, 201]
    assert found[0].json() == found[1].json()
    (kept,) = Evaluation.objects.all()
    assert bytes(kept.document) == printed


def test_a_day_without_data_and_a_document_from_outside_are_refused(world) -> None:
    program = Program(Side.UNIVERSITY, Role.ANALYST, Purpose.RECORDS)
    # The term goes on, the data do not: what both see first is the latest day.
    for asked in (
        {"as_of": "2030-01-01"},
        {"as_of": "2020-01-01"},
        {"as_of": "soon"},
        {"document": dict(world.document)},
    ):
        answer = program.ask("post", ADDRESS, asked)
        assert answer.status_code == 422
        assert answer.json()["errors"]
    assert Evaluation.objects.count() == 1


def test_the_button_says_whether_anything_came_out_otherwise(home, printed, settings) -> None:
    other = json.loads(printed)
    for each in other["commitments"][:2]:
        each["standing"] = "missed" if each["standing"] != "missed" else "met"
    for _ in world_of(home, json.dumps(other).encode(), settings):
        browser = person(Side.UNIVERSITY, Role.COOPERATION_OFFICER)
        address = f"/agreements/{AGREEMENT}/evaluate/"
        for said in (
            "2 commitments stand or measure otherwise than before.",
            "The result is the same as before.",
        ):
            answer = browser.post(address, follow=True, headers={"accept-language": "en"})
            assert said in answer.content.decode()


def test_the_button_evaluates_and_says_as_of_which_day(world) -> None:
    browser = person(Side.UNIVERSITY, Role.COOPERATION_OFFICER)
    page = f"/agreements/{AGREEMENT}/"
    assert b"/evaluate/" in browser.get(page).content
    answer = browser.post(f"{page}evaluate/", follow=True)
    assert answer.status_code == 200
    assert b"2019-12-31" in answer.content
    assert b'role="status"' in answer.content
    assert b"/evaluate/" not in person(Side.UNIVERSITY, Role.EXECUTIVE).get(page).content
