"""Who may open which page of the spine, on the small agreement.

Every door of the whole console is walked as everybody in tests/contract/test_doors.py.
"""

from __future__ import annotations

import pytest
from django.test import Client

from unipact.agreement.models import AccessLog
from unipact.agreement.roles import MATRIX, Act, Role, Side
from unipact.agreement.services import access_log_append
from unipact.agreement.tests.kept import (
    CONTENT,
    NOW,
    actor,
    kept_evaluations,
    kept_version,
    person,
)

pytestmark = pytest.mark.django_db

_PAGES = {
    "/": Act.AGREEMENT_SEE,
    "/agreements/pact/": Act.AGREEMENT_SEE,
    "/agreements/pact/commitments/": Act.AGREEMENT_SEE,
    "/agreements/pact/fields/campus/": Act.AGREEMENT_SEE,
    "/agreements/pact/people/": Act.PEOPLE_SEE,
    "/agreements/pact/people/leave/": Act.MEMBERSHIP_LEAVE,
    "/agreements/pact/roles/": Act.AGREEMENT_SEE,
    "/agreements/pact/tokens/": Act.TOKENS_MANAGE,
    "/agreements/pact/versions/import/": Act.AGREEMENT_IMPORT,
    "/agreements/pact/report/": Act.REPORT_SEE,
    "/agreements/pact/run.json": Act.EVIDENCE_SEE,
    "/agreements/pact/versions/1/agreement.toml": Act.AGREEMENT_EXPORT,
}


@pytest.fixture
def kept() -> None:
    """The small agreement with two evaluations."""
    kept_evaluations(kept_version())


def _client(party: str, role: Role) -> Client:
    client = Client()
    client.force_login(person(party, role))  # type: ignore[arg-type]
    return client


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(("side", "role"), MATRIX.permitted)
def test_each_role_opens_what_the_table_permits(side: Side, role: Role) -> None:
    party = {Side.UNIVERSITY: "uni", Side.ENTERPRISE: "firm"}[side]
    client = _client(party, role)
    found = {address: client.get(address).status_code for address in _PAGES}
    wanted = {
        address: 200 if act in MATRIX.permitted[side, role] else 403
        for address, act in _PAGES.items()
    }
    assert found == wanted


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("role", MATRIX.roles(Side.UNIVERSITY))
def test_meters_and_rows_stay_closed_to_roles_without_them(role: Role) -> None:
    client = _client("uni", role)
    for address, act in (
        ("/campus/", Act.METERS_SEE),
        ("/campus/meters/b1/", Act.METERS_SEE),
        (f"/agreements/pact/evidence/{'0' * 64}/rows/", Act.EVIDENCE_ROWS_SEE),
        (f"/agreements/pact/evidence/{'0' * 64}/", Act.EVIDENCE_SEE),
    ):
        is_refused = client.get(address).status_code == 403
        assert is_refused is (act not in MATRIX.permitted[Side.UNIVERSITY, role]), address


@pytest.mark.usefixtures("kept")
def test_somebody_who_acts_for_no_party_sees_nothing(django_user_model: type) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_user("nobody"))  # type: ignore[attr-defined]
    assert {client.get(address).status_code for address in _PAGES} == {403}


@pytest.mark.usefixtures("kept")
def test_the_agreement_of_others_does_not_exist() -> None:
    client = _client("uni", Role.COOPERATION_OFFICER)
    assert client.get("/agreements/theirs/").status_code == 404


@pytest.mark.usefixtures("kept")
def test_only_officers_see_who_read_and_only_of_their_own_records() -> None:
    reader = actor("firm", Role.ANALYST)
    access_log_append(actor=reader, owner="uni", kind="meter", record="our-meter", now=NOW)
    assert AccessLog.objects.count() == 1
    page = "/agreements/pact/people/"
    assert b"our-meter" in _client("uni", Role.COOPERATION_OFFICER).get(page).content
    assert b"our-meter" not in _client("uni", Role.EXECUTIVE).get(page).content
    assert b"our-meter" not in _client("firm", Role.RELATIONS_MANAGER).get(page).content


@pytest.mark.usefixtures("kept")
def test_the_file_comes_back_as_it_was_imported() -> None:
    answer = _client("firm", Role.ANALYST).get("/agreements/pact/versions/1/agreement.toml")
    assert answer.content == CONTENT
    assert answer.headers["Content-Disposition"] == 'attachment; filename="pact-v1.toml"'
