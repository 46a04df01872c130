"""The page of the deadlines, and the calendar that a person's secret address opens."""

from __future__ import annotations

import io
import logging
import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from icalendar import Calendar

from unipact.agreement.formats.secret import calendar_path
from unipact.agreement.log.folded import register_of
from unipact.agreement.models import CalendarFeed, HeldKey, Log
from unipact.agreement.queries.standpoint import actor_of
from unipact.agreement.roles import Role
from unipact.agreement.services import membership_end, membership_grant
from unipact.agreement.services.calendar import feed_make
from unipact.agreement.services.consultation import decision_make, proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.kept import person
from unipact.agreement.tests.parties import (
    AGREEMENT,
    NOW,
    PARTIES,
    founded,
    next_version,
    signer,
)

pytestmark = pytest.mark.django_db

PAGE = f"/agreements/{AGREEMENT}/deadlines/"
OFFICERS = {"usst": Role.COOPERATION_OFFICER, "huawei": Role.RELATIONS_MANAGER}
GUESSES = 20


@pytest.fixture(autouse=True)
def log():
    """The log, founded, with a proposal that waits for the university."""
    found = founded(now=timezone.now() - timedelta(days=2))
    proposed = Proposed("version", reason_en="More time", content=next_version())
    now = timezone.now() - timedelta(days=1)
    proposal_make(signer=signer("huawei"), agreement=AGREEMENT, proposed=proposed, now=now)
    return found


def window(party: str, role: Role | None = None, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person(party, role or OFFICERS[party]))  # type: ignore[arg-type]
    return client


def address_made(client: Client) -> str:
    page = client.post(PAGE).content.decode()
    found = re.search(r'value="http://testserver(/calendar/[^"]+\.ics)"', page)
    assert found is not None
    return found[1]


def fetched(address: str, **headers: str):
    return Client(headers=headers).get(address)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Consent to a proposal or decline it", "Send me the link")),
        ("zh-hans", ("对提案表示同意或拒绝",)),
    ],
)
def test_the_page_says_what_waits_in_both_languages(language, words):
    page = window("usst", language=language).get(PAGE).content.decode()
    assert [each for each in words if each not in page] == []


def test_a_party_that_consented_is_not_asked():
    (change,) = register_of(Log.objects.get()).changes
    given = {"change": change, "decision": "consent", "now": timezone.now()}
    decision_make(signer=signer("huawei"), agreement=AGREEMENT, **given)
    assert "Consent to a proposal" not in window("huawei").get(PAGE).content.decode()


def test_the_address_is_shown_once_and_only_its_digest_is_kept():
    client = window("usst")
    address = address_made(client)
    assert address not in client.get(PAGE).content.decode()
    secret = address.removeprefix("/calendar/").removesuffix(".ics")
    kept = CalendarFeed.objects.get()
    assert secret not in " ".join(str(each) for each in vars(kept).values())
    assert len(secret) >= 43
    assert resolve(address).view_name == "calendar"


def test_a_program_reads_the_calendar_without_signing_in():
    answer = fetched(address_made(window("usst")))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    (proposal,) = [each for each in events if str(each["UID"]).startswith("proposal.")]
    assert str(proposal["SUMMARY"]).startswith("Consent to a proposal")
    assert str(proposal["URL"]).startswith(f"http://testserver/agreements/{AGREEMENT}/")


def test_a_calendar_is_in_the_language_in_which_it_was_made():
    answer = fetched(address_made(window("usst", language="zh-hans")), **{"accept-language": "en"})
    said = [str(each["SUMMARY"]) for each in Calendar.from_ical(answer.content).walk("VEVENT")]
    assert any(each.startswith("对提案表示同意或拒绝") for each in said)


def test_a_calendar_that_did_not_change_is_not_sent_again():
    address = address_made(window("usst"))
    first = fetched(address)
    again = fetched(address, **{"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert fetched(address).content == first.content


def test_no_name_of_a_person_is_in_a_calendar():
    client = window("usst")
    content = fetched(address_made(client)).content.decode()
    assert "usst-cooperation_officer" not in content


def test_a_new_address_closes_the_one_before():
    client = window("usst")
    before, after = address_made(client), address_made(client)
    assert [fetched(each).status_code for each in (before, after)] == [404, 200]


def test_a_closed_calendar_opens_nothing():
    client = window("usst")
    address = address_made(client)
    assert client.post(f"{PAGE}calendar/close/").status_code == 302
    assert fetched(address).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_a_calendar_ends_with_the_membership():
    window("usst")
    membership_grant(username="leaving", party="usst", role=Role.ANALYST, now=NOW)
    client = Client()
    client.force_login(get_user_model().objects.get(username="leaving"))
    address = address_made(client)
    assert fetched(address).status_code == 200
    membership_end(actor=None, username="leaving", now=timezone.now())
    assert fetched(address).status_code == 404


def test_addresses_that_open_nothing_are_answered_alike():
    client = window("usst")
    closed = address_made(client)
    client.post(f"{PAGE}calendar/close/")
    pages = set()
    for each in (closed, calendar_path("A" * 43), "/calendar/%00.ics"):
        answer = fetched(each)
        assert answer.status_code == 404
        pages.add(
            re.sub(
                r'csrfmiddlewaretoken" value="[^"]+"',
                "",
                answer.content.decode().replace(each, "?"),
            )
        )
    assert len(pages) == 1


def test_guessing_ends_after_some_addresses_and_right_ones_do_not_count():
    address = address_made(window("usst"))
    for number in range(GUESSES):
        assert fetched(calendar_path(f"guess-{number}")).status_code == 404
        assert number or fetched(address).status_code == 200
    assert fetched(calendar_path("one-more")).status_code == 429
    other = Client(REMOTE_ADDR="192.0.2.7").get(address)
    assert other.status_code == 200


def test_one_calendar_is_not_asked_for_without_end():
    address = address_made(window("usst"))
    codes = {fetched(address).status_code for _ in range(61)}
    assert codes == {200, 429}


def test_the_secret_of_an_address_is_not_written_to_the_log():
    log = next(each for each in logging.getLogger().handlers if each.get_name() == "stderr")
    assert isinstance(log, logging.StreamHandler)
    written = io.StringIO()
    before = log.setStream(written)
    try:
        assert fetched(calendar_path("S3cr3t-of-a-calendar")).status_code == 404
    finally:
        log.setStream(before)
    assert written.getvalue().endswith("Not Found: /calendar/…\n")


def test_signing_requests_are_in_the_calendar_of_who_may_sign_only():
    effect = {"commitment": "campus-energy-savings-pool", "period": "h2-2019"}
    HeldKey.objects.filter(party__slug="usst").delete()
    proposed = Proposed("waiver", reason_en="No heating", effect=effect)
    proposal_make(signer=signer("usst"), agreement=AGREEMENT, proposed=proposed, now=timezone.now())
    officer = fetched(address_made(window("usst"))).content
    analyst = fetched(address_made(window("usst", Role.ANALYST))).content
    assert b"UID:request." in officer
    assert b"UID:request." not in analyst


@pytest.mark.parametrize("party", PARTIES)
def test_a_person_makes_a_calendar_for_nobody_else(party):
    user = person(party, OFFICERS[party])
    actor = actor_of(int(user.pk), str(user))
    feed_make(actor=actor, language="en", now=NOW)
    assert CalendarFeed.objects.get().membership.user_id == user.pk
