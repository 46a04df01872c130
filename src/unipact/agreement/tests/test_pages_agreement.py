"""What the spine's pages say, from which side, and how many questions they ask the database."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from unipact.agreement.roles import Role
from unipact.agreement.tests.kept import DAYS, kept_evaluations, kept_version, person, run_document

pytestmark = pytest.mark.django_db

#: Questions to the database, sessions included. A page that needs more says why here.
#: Two of them ask for the log, on every page: the version that both signed, and the badge.
QUESTIONS = {
    "/": 7,
    "/agreements/pact/": 8,
    # With what the parties say of each period.
    "/agreements/pact/commitments/": 8,
    "/agreements/pact/fields/campus/": 8,
    # With the invitations and the log of people, which only officers see.
    "/agreements/pact/people/": 12,
    "/agreements/pact/roles/": 7,
    "/agreements/pact/tokens/": 8,
    "/agreements/pact/versions/import/": 7,
    # With the log's size and root, which the report names.
    "/agreements/pact/report/": 8,
}


@pytest.fixture
def officer() -> Client:
    """A window of the university's officer, before the evaluated agreement."""
    kept_evaluations(kept_version())
    client = Client(headers={"accept-language": "en"})
    client.force_login(person("uni", Role.COOPERATION_OFFICER))  # type: ignore[arg-type]
    return client


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("address", QUESTIONS)
def test_a_page_asks_no_more_of_the_database_than_before(officer: Client, address: str) -> None:
    officer.get(address)
    with CaptureQueriesContext(connection) as asked:
        officer.get(address)
    assert len(asked) == QUESTIONS[address], [each["sql"] for each in asked.captured_queries]


def test_before_the_first_evaluation_the_pages_say_what_to_do() -> None:
    kept_version()
    client = Client(headers={"accept-language": "en"})
    client.force_login(person("uni", Role.COOPERATION_OFFICER))  # type: ignore[arg-type]
    assert "Nothing was evaluated yet" in _text(client, "/")
    for address in QUESTIONS:
        if "fields" not in address:
            assert client.get(address).status_code == 200


def test_an_earlier_day_is_shown_when_asked_for(officer: Client) -> None:
    assert "As of 2019-12-31" in _text(officer, "/")
    assert "As of 2019-09-30" in _text(officer, "/?as_of=2019-09-30")
    assert officer.get("/?as_of=2019-10-01").status_code == 404
    assert officer.get("/?as_of=soon").status_code == 422


def test_each_commitment_has_a_page_in_both_languages(officer: Client) -> None:
    document = json.loads(run_document(DAYS[-1]))
    for each in document["commitments"]:
        address = f"/agreements/pact/commitments/{each['id']}/"
        assert each["title"]["en"] in _text(officer, address)
        officer.cookies["django_language"] = "zh-hans"
        assert each["title"]["zh"] in _text(officer, address)
        officer.cookies["django_language"] = "en"


def test_a_commitment_that_the_agreement_does_not_have_is_not_found(officer: Client) -> None:
    assert officer.get("/agreements/pact/commitments/none/").status_code == 404
    assert officer.get("/agreements/pact/fields/none/").status_code == 404


def test_both_parties_see_the_same_commitment_from_their_own_side(officer: Client) -> None:
    other = Client(headers={"accept-language": "en"})
    other.force_login(person("firm", Role.RELATIONS_MANAGER))  # type: ignore[arg-type]
    document = json.loads(run_document(DAYS[-1]))
    one = next(each for each in document["commitments"] if len(each["owed_by"]) == 1)
    debtor, creditor = (officer, other) if one["owed_by"] == ["uni"] else (other, officer)
    owed, due = "/agreements/pact/commitments/?side=owed", "/agreements/pact/commitments/?side=due"
    assert one["title"]["en"] in _text(debtor, owed)
    assert one["title"]["en"] not in _text(debtor, due)
    assert one["title"]["en"] not in _text(creditor, owed)


def test_the_run_document_comes_back_byte_for_byte(officer: Client) -> None:
    answer = officer.get("/agreements/pact/run.json?as_of=2019-09-30")
    assert answer.content == run_document(DAYS[0])
