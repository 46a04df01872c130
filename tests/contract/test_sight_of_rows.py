"""Rows that their owner keeps: the value stands for both parties, the rows for their owner alone.

The example with every reading kept by the university (``own``), evaluated like the example itself.
What the university reads row by row is looked for in everything that the enterprise can open.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from tests.contract.command import EXAMPLE, unipact
from tests.contract.test_sight import everything
from tests.contract.world import AGREEMENT, API, Program, World, person, world_of
from unipact.agreement.models import AccessLog
from unipact.agreement.roles import MATRIX, Act, Purpose, Role, Side
from unipact.agreement.templatetags.unipact import mwh
from unipact.web import lake
from unipact.web.api.routes import api

pytestmark = pytest.mark.django_db

AT = f"/agreements/{AGREEMENT}"
#: Numbers as pages and programs write them, whatever their sign; the digits of a hash are none.
_NO_NUMBER = re.compile(r"[0-7]{6,11}\x00|[A-Za-z0-9+/=]{40,}")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?!\w)")


@pytest.fixture(scope="module")
def kept_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept-home")


@pytest.fixture(scope="module")
def kept(kept_home: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The run document of the example, all that was shared kept by its owner."""
    folder = tmp_path_factory.mktemp("kept") / "example"
    shutil.copytree(EXAMPLE, folder)
    sources = folder / "sources.toml"
    said = sources.read_text(encoding="utf-8")
    assert 'visibility = "shared"' in said
    sources.write_text(said.replace('visibility = "shared"', 'visibility = "own"'), "utf-8")
    done = unipact("run", folder / "agreement.toml", "--json", home=kept_home)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture
def world(kept_home, kept, settings) -> Iterator[World]:
    yield from world_of(kept_home, kept, settings)


def _asked(program: Program, address: str) -> Any:
    answer = program.ask("get", address)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def _numbers(text: str) -> set[object]:
    """Every number in a text, as it is written and as it is worth.

    Sizes in the headers of archives, hashes and signatures are none, and hold any digits by chance.
    """
    written = set(_NUMBER.findall(_NO_NUMBER.sub(" ", text)))
    return written | {Decimal(each.replace(",", "")).normalize() for each in written}


def _telling(values: Iterable[object]) -> set[object]:
    """Those with enough digits to be met by nobody's chance, exact and in whole kilowatt hours."""
    exact = {abs(Decimal(str(each))) for each in values if each is not None}
    numbers = {each.normalize() for each in exact | {Decimal(round(each)) for each in exact}}
    return {each for each in numbers if len(each.as_tuple().digits) >= 5}


def _secrets(owner: Program, digest: str) -> dict[str, set[object]]:
    """What the owner reads of single meters and days, by where it stands."""
    evidence = f"{AT}/evidence/{digest}"
    rows = _asked(owner, f"{evidence}/rows?limit=1000")["rows"]
    days = _asked(owner, f"{evidence}/intervals")["rows"]
    buildings = _asked(owner, f"{AT}/campus/buildings")["items"]
    meter = _asked(owner, f"{AT}/campus/meters/b2")
    years = [each["meters"][0]["year_kwh"] for each in buildings]
    return {
        # Small readings tell by how a row writes them: 27.400.
        "rows": {row[3] for row in rows if row[3]} | _telling(_highest_kwh()),
        "intervals": _telling(value for row in days for value in row[3:]),
        # Pages show the large ones in whole MWh.
        "meters": _telling(years) | {mwh(each).split()[0] for each in years if float(each) > 1e6},
        "days of a meter": _telling(each["observed_kwh"] for each in meter["days"]),
    }


def _highest_kwh() -> list[Decimal]:
    """The largest readings of single hours, straight from the lake's files."""
    held = lake.installation().lake
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT kwh FROM read_parquet(?) WHERE kwh IS NOT NULL ORDER BY kwh DESC LIMIT 500",
            [held.files(held.resolve(), "campus.readings")],
        ).fetchall()
    return [each for (each,) in found]


def test_the_other_party_meets_no_row_in_anything_that_it_can_read(world: World) -> None:
    owner = Program(Side.UNIVERSITY, Role.ANALYST, Purpose.VERIFICATION)
    secrets = _secrets(owner, world.evidence)
    assert all(len(values) > 20 for values in secrets.values()), {
        name: len(values) for name, values in secrets.items()
    }
    officer = Role.RELATIONS_MANAGER
    programs = {each: Program(Side.ENTERPRISE, officer, each) for each in Purpose}
    found = everything(world, person(Side.ENTERPRISE, officer), programs)
    assert len(found) > 100
    for key, (_, text) in found.items():
        met = _numbers(text)
        told = {
            name: sorted(map(str, values & met)) for name, values in secrets.items() if values & met
        }
        assert told == {}, key


def test_the_owner_meets_them_on_the_same_pages(world: World) -> None:
    """The same look finds them where they are: the test above can fail."""
    owner = Program(Side.UNIVERSITY, Role.ANALYST, Purpose.VERIFICATION)
    secrets = _secrets(owner, world.evidence)
    browser = person(Side.UNIVERSITY, Role.COOPERATION_OFFICER)
    pages = {
        "rows": f"{AT}/evidence/{world.evidence}/rows/",
        "intervals": f"{AT}/evidence/{world.evidence}/",
        "meters": "/campus/",
        "days of a meter": "/campus/meters/b2/",
    }
    for name, address in pages.items():
        met = _numbers(browser.get(address).content.decode())
        assert secrets[name] & met, name


def test_rows_intervals_and_meters_are_refused_and_the_value_is_there(world: World) -> None:
    browser = person(Side.ENTERPRISE, Role.RELATIONS_MANAGER)
    program = Program(Side.ENTERPRISE, Role.RELATIONS_MANAGER, Purpose.VERIFICATION)
    evidence = f"{AT}/evidence/{world.evidence}"
    for address in (f"{evidence}/rows/", "/campus/", "/campus/meters/b2/"):
        assert browser.get(address).status_code == 403, address
        assert browser.get(address, headers={"hx-request": "true"}).status_code == 403, address
    for address in ("rows", "rows?set=readings", "intervals"):
        assert program.ask("get", f"{evidence}/{address}").status_code == 403, address
    for address in ("buildings", "savings", "meters/b2"):
        assert program.ask("get", f"{AT}/campus/{address}").status_code == 403, address
    # The public rows under the same value stay open.
    assert _asked(program, f"{evidence}/rows?set=weather")["rows"]
    assert not AccessLog.objects.exists()
    period = _asked(program, f"{AT}/commitments/{world.parts['commitment']}")["periods"][0]
    assert period["value"] == "0.0544"
    assert period["evidence"]["id"] == f"sha256:{world.evidence}"
    page = browser.get(f"{AT}/commitments/{world.parts['commitment']}/").content.decode()
    assert "5.44" in page


def test_every_refused_set_of_rows_is_refused_under_every_value(world: World) -> None:
    program = Program(Side.ENTERPRISE, Role.ANALYST, Purpose.VERIFICATION)
    parts = [each for one in world.document["commitments"] for each in one["periods"]]
    found = [each["evidence"] for each in [*parts, *world.document["benefits"]]]
    asked = 0
    for each in found:
        if each is None:
            continue
        asked += 1
        digest = each["id"].removeprefix("sha256:")
        answer = program.ask("get", f"{AT}/evidence/{digest}/rows")
        assert answer.status_code == 403, each["metric"]
        assert _asked(program, f"{AT}/evidence/{digest}") == each
    assert asked > 8


def test_the_document_is_given_whole_and_its_owner_learns_of_it(world: World) -> None:
    browser = person(Side.ENTERPRISE, Role.EXECUTIVE)
    program = Program(Side.ENTERPRISE, Role.EXECUTIVE, Purpose.VERIFICATION)
    evidence = f"{AT}/evidence/{world.evidence}"
    page = browser.get(f"{evidence}/", headers={"accept-language": "en"}).content.decode()
    assert "keeps the rows behind this value to itself" in page
    assert "data-chart" not in page
    assert "hx-get" not in page[page.index('id="rows-head"') :]
    said = browser.get(f"{evidence}/evidence.json")
    assert said.status_code == 200
    assert json.loads(said.content) == _asked(program, evidence)
    noted = AccessLog.objects.filter(owner__slug="usst", record=f"sha256:{world.evidence}")
    # Once for the person, who opened the page and the document, and once for the program.
    assert list(noted.values_list("kind", flat=True)) == ["evidence-document"] * 2


@pytest.mark.parametrize("purpose", list(Purpose))
def test_evidence_is_only_named_to_a_purpose_that_may_not_see_it(world: World, purpose) -> None:
    program = Program(Side.ENTERPRISE, Role.RELATIONS_MANAGER, purpose)
    may = Act.EVIDENCE_SEE in MATRIX.purposes[purpose]
    commitment = world.parts["commitment"]
    answers = {
        "/commitments": _asked(program, f"{AT}/commitments"),
        "/commitments/{commitment}": _asked(program, f"{AT}/commitments/{commitment}"),
        "/benefits": _asked(program, f"{AT}/benefits"),
    }
    listed = answers["/commitments"]["items"]
    assert answers["/commitments/{commitment}"] in listed
    periods = [each for one in listed for each in one["periods"]]
    found = [each["evidence"] for each in [*periods, *answers["/benefits"]["items"]]]
    assert len([each for each in found if each]) > 8
    for each in found:
        assert each is None or (set(each) == {"format", "id"}) is not may
    document = json.loads(json.dumps(api.get_openapi_schema()))
    for path, answer in answers.items():
        operation = document["paths"][f"{API}/agreements/{{agreement}}{path}"]["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(answer, {**schema, "components": document["components"]})
