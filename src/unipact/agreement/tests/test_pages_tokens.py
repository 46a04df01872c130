"""The tokens' pages: making one, its secret shown once, revoking, and who sees whose."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from unipact.agreement.models import Token
from unipact.agreement.queries.tokens import TOKEN_PAGE
from unipact.agreement.roles import MATRIX, Act, Purpose, Role, Side
from unipact.agreement.services import token_make
from unipact.agreement.tests.kept import NOW, kept_evaluations, kept_version, person
from unipact.agreement.views.filled import said

pytestmark = pytest.mark.django_db

TOKENS = "/agreements/pact/tokens/"
SIDES = {"uni": Side.UNIVERSITY, "firm": Side.ENTERPRISE}
EVERYBODY = [(party, role) for party, side in SIDES.items() for role in MATRIX.roles(side)]
RIGHT = {"name": "meters to lake", "role": "analyst", "purpose": "verification", "days": "30"}


@pytest.fixture(autouse=True)
def kept() -> None:
    """The small agreement with two evaluations."""
    kept_evaluations(kept_version())


def window(party: str, role: Role, language: str = "en") -> Client:
    """Somebody's browser."""
    client = Client(headers={"accept-language": language})
    client.force_login(person(party, role))  # type: ignore[arg-type]
    return client


@pytest.fixture
def officer() -> Client:
    """The university's officer."""
    return window("uni", Role.COOPERATION_OFFICER)


def _token(party: str, name: str = "meters") -> Token:
    token, _ = token_make(
        actor=None,
        party=party,
        role=Role.ANALYST,
        purpose=Purpose.REPORTING,
        name=name,
        days=300,
        now=timezone.now(),
    )
    return token


def test_before_the_first_token_the_page_says_what_one_is_for(officer: Client) -> None:
    page = officer.get(TOKENS).content.decode()
    assert "No token yet" in page
    assert [each for each in MATRIX.abouts.values() if each["en"] not in page] == []


def test_the_secret_is_shown_once_and_opens_the_api(officer: Client) -> None:
    answer = officer.post(TOKENS, RIGHT)
    page = answer.content.decode()
    secret = re.search(r'id="made-secret" value="(unipact_[^"]+)"', page)[1]
    address = re.search(r"curl [^<]+ http://testserver(/[^<]+)<", page)[1]
    assert "no-store" in answer.headers["Cache-Control"]
    again = officer.get(TOKENS).content.decode()
    assert secret not in again
    assert Token.objects.get().hint in again
    told = Client().get(address, headers={"authorization": f"Bearer {secret}"})
    assert told.status_code == 200
    assert told.json()["party"] == "uni"


@pytest.mark.parametrize(("party", "role"), EVERYBODY)
def test_the_pages_open_to_the_roles_that_the_table_names(party: str, role: Role) -> None:
    client = window(party, role)
    token = _token(party)
    found = {
        client.get(TOKENS).status_code,
        client.post(TOKENS, RIGHT).status_code,
        client.get(f"{TOKENS}{token.pk}/revoke/").status_code,
        client.post(f"{TOKENS}{token.pk}/revoke/").status_code,
    }
    may = Act.TOKENS_MANAGE in MATRIX.permitted[SIDES[party], role]
    assert found == ({200, 302} if may else {403})
    token.refresh_from_db()
    assert (token.revoked_at is not None) is may


def test_revoking_is_confirmed_and_holds_at_once(officer: Client) -> None:
    page = officer.post(TOKENS, RIGHT).content.decode()
    secret = re.search(r'value="(unipact_[^"]+)"', page)[1]
    token = Token.objects.get()
    confirm = officer.get(f"{TOKENS}{token.pk}/revoke/").content.decode()
    assert "From its next request on the program is refused." in confirm
    answer = officer.post(f"{TOKENS}{token.pk}/revoke/", follow=True)
    assert "The token meters to lake is revoked." in answer.content.decode()
    told = Client().get("/api/v1/me", headers={"authorization": f"Bearer {secret}"})
    assert told.status_code == 401
    assert "btn-stop" not in officer.get(f"{TOKENS}{token.pk}/revoke/").content.decode()


def test_a_token_of_the_other_party_is_answered_as_one_that_is_not_there(officer: Client) -> None:
    theirs = _token("firm", "their secret plan")
    assert "their secret plan" not in officer.get(TOKENS).content.decode()
    pages = set()
    for number in (theirs.pk, 99_999):
        for method in ("get", "post"):
            address = f"{TOKENS}{number}/revoke/"
            answer = getattr(officer, method)(address)
            assert answer.status_code == 404
            page = answer.content.decode().replace(address, "?")
            pages.add(re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page))
    assert len(pages) == 1
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5_000, "-1", "x"])
def test_a_number_that_no_token_has_is_not_found(officer: Client, number: str) -> None:
    assert officer.get(f"{TOKENS}{number}/revoke/").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": ""}, "it is empty"),
        ({"name": "a" * 10_000}, "it is longer than 100 characters"),
        ({"name": "a\u200bb"}, "character 2 (U+200B) cannot be seen"),
        ({"role": "relations_manager"}, "the university has no relations_manager"),
        ({"role": "king"}, "nothing is chosen"),
        ({"purpose": ""}, "nothing is chosen"),
        ({"days": "0"}, "0 is not from 1 to 366"),
        ({"days": "367"}, "367 is not from 1 to 366"),
        ({"days": "9" * 5_000}, "999999999 is not from 1 to 366"),
        ({"days": "-1"}, "it is no whole number"),
        ({"days": "a few"}, "it is no whole number"),
        ({"days": ""}, "it is no whole number"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    language: str, sent: dict[str, str], words: str
) -> None:
    client = window("uni", Role.COOPERATION_OFFICER, language)
    full = RIGHT | sent
    answer = client.post(TOKENS, full)
    page = answer.content.decode()
    assert answer.status_code == 422
    (field,) = sent
    with override(language):
        text = said(words)
    shown = re.search(rf'id="error_{field}"[^>]*>(.*?)</ul>', page, re.DOTALL)[1]
    assert text.casefold() in shown.casefold()
    if full["name"] == RIGHT["name"]:
        assert f'value="{RIGHT["name"]}"' in page
    if full["purpose"] == RIGHT["purpose"]:
        assert re.search(r'value="verification" required checked', page)
    if full["role"] == RIGHT["role"]:
        assert '<option value="analyst" selected>' in page
    assert not Token.objects.exists()


def test_one_answer_names_all_that_was_not_chosen(officer: Client) -> None:
    page = officer.post(TOKENS, {"name": "x"}).content.decode()
    assert re.findall(r'id="error_(\w+)"', page) == ["role", "purpose", "days"]


def test_the_list_is_read_to_its_end_and_asks_no_more_for_more_tokens(officer: Client) -> None:
    _token("uni", "nr-000")
    officer.get(TOKENS)
    with CaptureQueriesContext(connection) as few:
        officer.get(TOKENS)
    for n in range(1, TOKEN_PAGE + 5):
        _token("uni", f"nr-{n:03}")
    with CaptureQueriesContext(connection) as many:
        first = officer.get(TOKENS).content.decode()
    assert len(many) == len(few)
    more = re.search(r'href="(\?before=\d+)"', first)[1]
    second = officer.get(f"{TOKENS}{more}").content.decode()
    seen = re.findall(r"<strong>(nr-\d{3})</strong>", first + second)
    assert seen == [f"nr-{n:03}" for n in reversed(range(TOKEN_PAGE + 5))]


def test_an_expired_token_is_said_to_be_expired(officer: Client) -> None:
    token_make(
        actor=None,
        party="uni",
        role=Role.ANALYST,
        purpose=Purpose.REPORTING,
        name="old",
        days=1,
        now=NOW - timedelta(days=2),
    )
    page = officer.get(TOKENS).content.decode()
    assert "<span>Expired</span>" in page
    assert "/revoke/" not in page
