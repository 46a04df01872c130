"""A report with styles of its own is a file, never a page of the console."""

from __future__ import annotations

import pytest

from tests.contract.world import AGREEMENT, Program, world_of
from unipact.agreement.roles import Purpose, Role, Side

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(home, printed, settings):
    yield from world_of(home, printed, settings)


def test_the_api_hands_html_out_as_an_attachment_under_the_closed_policy(world) -> None:
    program = Program(Side.ENTERPRISE, Role.EXECUTIVE, Purpose.REPORTING)
    answer = program.ask("get", f"/agreements/{AGREEMENT}/report.html?language=en")
    assert b"<style" in answer.content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_the_three_forms_are_those_of_the_console_for_both_parties(world) -> None:
    programs = [Program(side, Role.EXECUTIVE, Purpose.REPORTING) for side in Side]
    for form in ("json", "html", "pdf"):
        found = [each.ask("get", f"/agreements/{AGREEMENT}/report.{form}") for each in programs]
        assert [each.status_code for each in found] == [200, 200]
        assert found[0].content == found[1].content


def test_a_day_and_a_year_at_once_are_refused(world) -> None:
    program = Program(Side.UNIVERSITY, Role.EXECUTIVE, Purpose.REPORTING)
    address = f"/agreements/{AGREEMENT}/report.json"
    both = program.ask("get", f"{address}?as_of=2019-12-31&year=2019")
    assert both.status_code == 422
    assert program.ask("get", f"{address}?year=2018").status_code == 404
    assert program.ask("get", f"{address}?year=2019").status_code == 200
