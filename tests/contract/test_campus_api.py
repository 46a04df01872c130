"""The campus by API and command line: the numbers of its pages, and the same refusals."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.contract.command import EXAMPLE, unipact
from tests.contract.world import (
    AGREEMENT,
    API,
    CONTENT,
    NOW,
    Program,
    World,
    person,
    programs,
    world_of,
)
from unipact.agreement.models import AccessLog
from unipact.agreement.roles import MATRIX, Act, Purpose, Role, Side
from unipact.agreement.services import agreement_import, evaluation_record
from unipact.installation import Installation
from unipact.installation.sources import sources_beside
from unipact.web import lake
from unipact.web.api.routes import api

pytestmark = pytest.mark.django_db

CAMPUS = f"/agreements/{AGREEMENT}/campus"
ADDRESSES = (f"{CAMPUS}/buildings", f"{CAMPUS}/savings", f"{CAMPUS}/meters/b2")


@pytest.fixture
def world(home, printed, settings):
    yield from world_of(home, printed, settings)


@pytest.fixture
def owner(world: World) -> Program:
    return Program(Side.UNIVERSITY, Role.ANALYST, Purpose.VERIFICATION)


@pytest.fixture
def other(world: World) -> Program:
    return Program(Side.ENTERPRISE, Role.ANALYST, Purpose.VERIFICATION)


@pytest.fixture(scope="module")
def run_file(printed, tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("run") / "run.json"
    path.write_bytes(printed)
    return path


def _asked(program: Program, address: str) -> Any:
    answer = program.ask("get", address)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (ADDRESSES[0], ("buildings",)),
        (ADDRESSES[1], ("pool",)),
        (ADDRESSES[2], ("meter", "b2")),
    ],
)
def test_the_command_line_prints_what_the_api_answers(
    owner: Program, home, run_file, address, words
) -> None:
    name, *rest = words
    done = unipact("campus", name, run_file, *rest, "--json", home=home)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout) == _asked(owner, address)


def test_the_command_line_shows_people_the_same_saving(owner: Program, home, run_file) -> None:
    share = _asked(owner, ADDRESSES[1])["statement"]["share"]
    done = unipact("campus", "pool", run_file, home=home)
    assert f"{share:.1%}" in done.stdout.decode()
    names = [each["name"]["zh"] for each in _asked(owner, ADDRESSES[0])["items"]]
    lines = unipact("campus", "buildings", run_file, "-l", "zh", home=home).stdout.decode()
    assert len(names) == 31
    assert all(name in lines for name in names)


def test_the_api_answers_with_the_numbers_of_the_pages(owner: Program) -> None:
    browser = person(Side.UNIVERSITY, Role.ANALYST)
    page = browser.get("/campus/").context
    said = _asked(owner, ADDRESSES[1])
    shown, statement = page["statement"], said["statement"]
    assert shown.refused is None
    for name in ("share", "low_share", "high_share", "avoided_kwh", "cv_rmse", "meters"):
        assert statement[name] == getattr(shown, name)
    assert [each["low_kwh"] for each in statement["months"]] == [
        each.low_kwh for each in shown.months
    ]
    assert said["detectable"]["pool"] == page["detectable"].pool
    assert len(said["load"]["cells"]) == len(page["heat"]["cells"]) == 168
    items = {each["id"]: each["meters"][0] for each in _asked(owner, ADDRESSES[0])["items"]}
    assert len(items) == len(page["rows"]) == 31
    for row in page["rows"]:
        line = items[row.summary.building_id]
        assert line["year_kwh"] == str(row.summary.year_kwh)
        assert line["coverage"] == row.summary.coverage
        assert line["detectable_share"] == row.detectable
    meter = browser.get("/campus/meters/b2/").context
    one = _asked(owner, ADDRESSES[2])
    assert one["statement"]["share"] == meter["statement"].share
    assert [each["avoided_kwh"] for each in one["days"]] == [
        each.avoided_kwh for each in meter["days"]
    ]
    assert len(one["scatter"]["days"]) == len(meter["scatter"].days) > 300
    assert one["scatter"]["workday_line"] == [list(each) for each in meter["scatter"].workday_line]


def test_the_statement_is_that_of_the_energy_commitment(world: World, owner: Program) -> None:
    (value,) = [
        each["periods"][0]["value"]
        for each in world.document["commitments"]
        if each["id"] == "campus-energy-savings-pool"
    ]
    share = _asked(owner, ADDRESSES[1])["statement"]["share"]
    assert f"{share:.4f}" == value


def test_only_roles_and_purposes_that_see_meters_are_answered(world: World) -> None:
    for side, role, purpose, program in programs():
        may = (
            Act.METERS_SEE in MATRIX.permitted[side, role]
            and Act.METERS_SEE in MATRIX.purposes[purpose]
        )
        for address in ADDRESSES[:2] if may else ADDRESSES:
            answer = program.ask("get", address)
            assert answer.status_code == (200 if may else 403), (role, purpose, address)


def test_what_the_other_party_reads_is_noted_with_its_token(other: Program) -> None:
    for address in ADDRESSES:
        _asked(other, address)
    noted = AccessLog.objects.filter(token=other.token, owner__slug="usst")
    assert sorted(noted.values_list("kind", "record")) == [
        ("meter", "campus.readings/b2"),
        ("meters", "campus.readings"),
    ]


def test_what_the_owner_reads_is_not_noted(owner: Program) -> None:
    for address in ADDRESSES:
        _asked(owner, address)
    assert not AccessLog.objects.exists()


def test_a_building_that_is_not_there_is_not_found_and_nothing_is_noted(other: Program) -> None:
    answer = other.ask("get", f"{CAMPUS}/meters/b99")
    assert answer.status_code == 404
    assert json.loads(answer.content)["type"] == "urn:unipact:problem:not-found"
    browser = person(Side.ENTERPRISE, Role.ANALYST)
    assert browser.get("/campus/meters/b99/").status_code == 404
    assert browser.get(f"/campus/meters/{'b' * 500}/").status_code == 404
    assert not AccessLog.objects.exists()


def test_the_command_line_names_the_building_that_is_not_there(home, run_file) -> None:
    done = unipact("campus", "meter", run_file, "b99", home=home)
    assert done.returncode == 2
    assert b"b99" in done.stderr


def test_a_file_that_is_no_run_document_is_refused_in_one_line(home, tmp_path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(b"[" * 100_000)
    done = unipact("campus", "pool", path, home=home)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1


def test_buildings_and_days_come_page_by_page_without_a_gap(owner: Program) -> None:
    whole = _asked(owner, ADDRESSES[0])
    assert whole["next"] is None
    found, address = [], f"{ADDRESSES[0]}?limit=10"
    while True:
        page = _asked(owner, address)
        assert len(page["items"]) <= 10
        found += page["items"]
        if page["next"] is None:
            break
        address = f"{ADDRESSES[0]}?limit=10&after={page['next']}"
    assert found == whole["items"]
    days = _asked(owner, ADDRESSES[2])["days"]
    first = _asked(owner, f"{ADDRESSES[2]}?limit=100")
    second = _asked(owner, f"{ADDRESSES[2]}?limit=100&after={first['next']}")
    assert first["days"] + second["days"] == days
    assert second["next"] is None


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("limit=0", 422),
        ("limit=1001", 422),
        ("after=%00", 422),
        ("as_of=yesterday", 422),
        ("as_of=2019-09-30", 404),
        ("building=b2", 422),
        ("limit=1&limit=2", 422),
        ("after=zzz", 200),
    ],
)
def test_a_question_that_does_not_fit_is_refused(owner: Program, question, status) -> None:
    assert owner.ask("get", f"{ADDRESSES[0]}?{question}").status_code == status


@pytest.mark.parametrize("building", ["-b2", "b 2", "%00", "b2%0a", "..", "x" * 65])
def test_what_is_no_id_is_no_building(owner: Program, building) -> None:
    assert owner.ask("get", f"{CAMPUS}/meters/{building}").status_code in {404, 422}


def test_no_name_of_a_building_opens_the_door_without_a_token(owner: Program) -> None:
    address = f"{CAMPUS}/meters/openapi.json"
    assert Client().get(API + address).status_code == 401
    assert owner.ask("get", address).status_code == 404


@pytest.fixture
def kept_to_itself(printed, tmp_path, settings):
    """The console over a lake in which the university keeps its buildings to itself."""
    settings.UNIPACT_HOME = tmp_path
    lake.installation.cache_clear()
    sources = sources_beside(EXAMPLE / "agreement.toml")
    own = [
        dataclasses.replace(each, visibility="own")
        for each in sources.imports
        if each.kind == "buildings"
    ]
    installation = Installation(tmp_path)
    installation.load(own)
    document = {**json.loads(printed), "snapshot": installation.lake.resolve().document}
    version = agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    evaluation_record(actor=None, version=version, document=json.dumps(document).encode(), now=NOW)
    yield
    lake.installation.cache_clear()


def test_what_its_owner_keeps_to_itself_is_refused_as_on_the_pages(kept_to_itself) -> None:
    program = Program(Side.ENTERPRISE, Role.ANALYST, Purpose.VERIFICATION)
    said = [program.ask("get", address) for address in ADDRESSES]
    assert {each.status_code for each in said} == {403}
    assert {json.loads(each.content)["type"] for each in said} == {
        "urn:unipact:problem:not-permitted"
    }
    browser = person(Side.ENTERPRISE, Role.ANALYST)
    for address in ("/campus/", "/campus/meters/b2/"):
        assert browser.get(address).status_code == 403
    assert not AccessLog.objects.exists()


def test_the_owner_sees_what_it_keeps_even_where_nothing_was_measured(kept_to_itself) -> None:
    program = Program(Side.UNIVERSITY, Role.ANALYST, Purpose.VERIFICATION)
    items = _asked(program, ADDRESSES[0])["items"]
    assert len(items) == 31
    assert {Decimal(each["meters"][0]["year_kwh"]) for each in items} == {0}
    statement = _asked(program, ADDRESSES[1])["statement"]
    assert statement["share"] is None
    assert statement["refused"]["zh"]
    page = person(Side.UNIVERSITY, Role.ANALYST).get("/campus/")
    assert page.status_code == 200
    assert statement["refused"]["zh"] in page.content.decode()


def test_the_operations_are_described_with_what_they_answer() -> None:
    document = api.get_openapi_schema()
    operations = [each for path in document["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names))
    for address, name in (
        ("buildings", "Buildings"),
        ("savings", "Savings"),
        ("meters/{building}", "Meter"),
    ):
        said = document["paths"][f"{API}/agreements/{{agreement}}/campus/{address}"]["get"]
        schema = said["responses"]["200"]["content"]["application/json"]["schema"]
        assert schema["$ref"] == f"#/components/schemas/{name}"
        assert name in document["components"]["schemas"]
