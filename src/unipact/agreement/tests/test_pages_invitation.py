"""Accepting an invitation: what a stranger with the link sees, and what one without it learns."""

from __future__ import annotations

import io
import logging
import re
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import gettext, override

from unipact.agreement.formats.secret import invitation_path
from unipact.agreement.models import Invitation, Membership
from unipact.agreement.roles import Role
from unipact.agreement.services import invitation_make, membership_grant
from unipact.agreement.tests.kept import NOW, actor, kept_evaluations, kept_version, person
from unipact.agreement.views.filled import said

pytestmark = pytest.mark.django_db

PASSPHRASE = "correct horse battery staple"
GUESSES = 20


@pytest.fixture
def path() -> str:
    """The path of an open invitation, for an analyst of the university."""
    kept_evaluations(kept_version())
    return _invited()


def _invited(role: Role = Role.ANALYST, party: str = "uni", days_ago: int = 0) -> str:
    _, secret = invitation_make(
        actor=actor("uni", Role.COOPERATION_OFFICER),
        party=party,
        role=role,
        note="Li Na",
        now=timezone.now() - timedelta(days=days_ago),
    )
    return invitation_path(secret)


def _window(language: str = "en") -> Client:
    return Client(headers={"accept-language": language})


def test_the_path_that_is_handed_out_is_the_pages(path: str) -> None:
    assert resolve(path).view_name == "invitation"


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("University invites you", "Data analyst")), ("zh-hans", ("大学", "数据分析师"))],
)
def test_the_page_says_who_invites_for_which_role(
    path: str, language: str, words: tuple[str, ...]
) -> None:
    page = _window(language).get(path).content.decode()
    assert [each for each in words if each not in page] == []


def test_whoever_accepts_is_signed_in_and_stands_on_the_home_page(path: str) -> None:
    client = _window()
    answer = client.post(path, {"username": "li.na", "password": PASSPHRASE}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert answer.context["user"].get_username() == "li.na"
    assert Membership.objects.get(user__username="li.na").role == "analyst"


def test_accepting_begins_a_session_of_its_own(path: str) -> None:
    client = _window()
    client.force_login(person("uni", Role.EXECUTIVE))  # type: ignore[arg-type]
    before = client.session.session_key
    client.post(path, {"username": "li.na", "password": PASSPHRASE})
    assert client.session.session_key != before
    user = get_user_model().objects.get(username="li.na")
    assert client.session[SESSION_KEY] == str(user.pk)


def test_the_first_officer_of_the_other_party_is_told_so(path: str) -> None:
    first = _invited(Role.RELATIONS_MANAGER, "firm")
    page = _window().get(first).content.decode()
    assert "University invites you to act for Firm" in page
    assert "the first who speaks for it" in page


def test_links_that_open_nothing_are_answered_alike(path: str) -> None:
    used, expired = _invited(), _invited(days_ago=15)
    _window().post(used, {"username": "used", "password": PASSPHRASE})
    withdrawn = _invited()
    Invitation.objects.filter(pk=Invitation.objects.latest("pk").pk).update(revoked_at=NOW)
    pages = set()
    for each in (used, expired, withdrawn, invitation_path("A" * 43), "/invitation/%00/"):
        sent = {"username": "x", "password": PASSPHRASE}
        for answer in (_window().get(each), _window().post(each, sent)):
            assert answer.status_code == 404
            page = answer.content.decode().replace(each, "?")
            pages.add(re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page))
    assert len(pages) == 1
    (page,) = pages
    assert "University" not in page
    assert not get_user_model().objects.filter(username="x").exists()


def test_the_secret_leaves_the_page_in_no_header_and_stays_in_no_cache(path: str) -> None:
    for address in (path, invitation_path("A" * 43)):
        headers = _window().get(address).headers
        assert headers["Referrer-Policy"] == "strict-origin"
        assert "no-store" in headers["Cache-Control"]


def test_the_secret_of_a_link_that_opens_is_not_written_to_the_log(path: str) -> None:
    log = next(each for each in logging.getLogger().handlers if each.get_name() == "stderr")
    assert isinstance(log, logging.StreamHandler)
    written = io.StringIO()
    before = log.setStream(written)
    try:
        assert _window().post(path, {"username": "", "password": ""}).status_code == 422
    finally:
        log.setStream(before)
    assert written.getvalue().endswith("Unprocessable Entity: /invitation/…/\n")


def test_a_form_of_the_page_itself_passes_the_check_against_forgery(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get(path).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    sent = {"username": "li.na", "password": PASSPHRASE}
    assert client.post(path, sent).status_code == 403
    answer = client.post(path, sent | {"csrfmiddlewaretoken": token})
    assert answer.status_code == 302


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"username": ""}, "username", "it is empty"),
        ({"username": "li\u202ena"}, "username", "character 3 (U+202E) cannot be seen"),
        ({"username": "a" * 10_000}, "username", "it is longer than 150 characters"),
        ({"username": "taken"}, "username", "somebody has this name already"),
        ({"email": "li.na"}, "email", "it is no mail address"),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "email", "it is no mail address"),
        ({"email": "li\u202ena@example.org"}, "email", "it is no mail address"),
        ({"email": "li\0na@example.org"}, "email", "it is no mail address"),
        ({"email": "a@example.org, b@example.org"}, "email", "it is no mail address"),
        ({"email": "a" * 10_000 + "@example.org"}, "email", "it is no mail address"),
        ({"password": "a" * 1_001}, "password", "it is longer than 1000 characters"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_name_is_kept(
    path: str, language: str, sent: dict[str, str], field: str, words: str
) -> None:
    membership_grant(username="taken", party="uni", role=Role.ANALYST, now=NOW)
    full = {"username": "li.na", "password": PASSPHRASE} | sent
    answer = _window(language).post(path, full)
    page = answer.content.decode()
    assert answer.status_code == 422
    with override(language):
        text = said(words)
    shown = re.search(rf'id="error_{field}"[^>]*>(.*?)</ul>', page, re.DOTALL)[1]
    assert text.casefold() in shown.casefold()
    if full["username"].isprintable() and full["username"]:
        assert f'value="{full["username"]}"' in page
    assert PASSPHRASE not in page
    assert _window().get(path).status_code == 200


def test_the_address_that_was_given_is_the_accounts(path: str) -> None:
    client = _window()
    sent = {"username": "li.na", "password": PASSPHRASE, "email": " li.na@Example.org "}
    assert client.post(path, sent).status_code == 302
    assert get_user_model().objects.get(username="li.na").email == "li.na@example.org"


def test_no_address_need_be_given_and_the_rules_are_told_in_our_words(path: str) -> None:
    page = _window("zh-hans").get(path).content.decode()
    assert "你" not in page
    with override("zh-hans"):
        rules = gettext(
            "At least 12 characters; not like your name, not a common password, not digits alone."
        )
    assert rules in page
    sent = {"username": "li.na", "password": PASSPHRASE, "email": ""}
    assert _window().post(path, sent).status_code == 302
    assert get_user_model().objects.get(username="li.na").email == ""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_weak_password_is_refused_in_the_readers_language(path: str, language: str) -> None:
    password = "864209753186420"
    answer = _window(language).post(path, {"username": "li.na", "password": password})
    assert answer.status_code == 422
    with override(language), pytest.raises(ValidationError) as refused:
        validate_password(password)
    assert refused.value.messages[0] in answer.content.decode()


def test_a_second_first_officer_is_told_that_it_is_too_late(path: str) -> None:
    late = _invited(Role.RELATIONS_MANAGER, "firm")
    person("firm", Role.RELATIONS_MANAGER)
    answer = _window().post(late, {"username": "late", "password": PASSPHRASE})
    assert answer.status_code == 409
    assert "has an officer by now" in answer.content.decode()


def test_with_an_open_link_names_are_asked_for_a_few_times_only(path: str) -> None:
    """The form tells whether a name is taken: not of the whole installation's people."""
    client, other = _window(), _invited()
    sent = {"username": "", "password": PASSPHRASE}
    for _ in range(GUESSES):
        assert client.post(path, sent).status_code == 422
    right = {"username": "li.na", "password": PASSPHRASE}
    assert client.post(path, right).status_code == 429
    # Not from another network either, and nobody else's link is shut.
    assert Client(REMOTE_ADDR="192.0.2.7").post(path, right).status_code == 429
    assert client.get(path).status_code == 200
    assert client.post(other, right).status_code == 302


def test_guessing_ends_after_some_links_and_right_ones_do_not_count(path: str) -> None:
    client = _window()
    for _ in range(GUESSES + 5):
        assert client.get(path).status_code == 200
    for n in range(GUESSES):
        assert client.get(invitation_path(f"guess-{n}")).status_code == 404
    refused = client.get(invitation_path("one-more"))
    assert refused.status_code == 429
    # Nor does the right one open then, or it could be told from the others.
    assert client.get(path).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.get(path).status_code == 200
