"""Mails about deadlines: asked for and confirmed, each thing told once, none lost, none doubled."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.test import Client

from unipact.agreement.models import ReminderChoice, ReminderSent
from unipact.agreement.queries.reminders import digests_due
from unipact.agreement.queries.standpoint import actor_of
from unipact.agreement.roles import Role
from unipact.agreement.services import membership_end, membership_grant
from unipact.agreement.services.calendar import reminders_off, reminders_on
from unipact.agreement.services.consultation import proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.kept import person
from unipact.agreement.tests.parties import (
    AGREEMENT,
    DAY,
    NOW,
    founded,
    next_version,
    signer,
)
from unipact.errors import Conflict, Invalid, Unavailable
from unipact.web.accounts.mailing import POST
from unipact.web.reminding import remind

pytestmark = pytest.mark.django_db

ADDRESS = "https://unipact.example.org"
PAGE = f"/agreements/{AGREEMENT}/deadlines/"
OFFICERS = {"usst": Role.COOPERATION_OFFICER, "huawei": Role.RELATIONS_MANAGER}


class Failing(EmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages):
        raise ConnectionRefusedError("no li.na@example.org here")


class Cut(EmailBackend):
    """A mail server that takes a mail; then the machine is switched off."""

    def send_messages(self, messages):
        super().send_messages(messages)
        raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def ready(settings, tmp_path):
    settings.UNIPACT_HOME = tmp_path
    settings.UNIPACT_SENDS_MAIL = True
    founded()


def acting(party="usst", role=None):
    user = person(party, role or OFFICERS[party])
    return actor_of(int(user.pk), str(user))


def switched_on(party="usst", language="en", role=None):
    actor = acting(party, role)
    reminders_on(actor=actor, address=f"{actor.name}@example.org", language=language, now=NOW)
    return actor


def proposing(at=NOW, by="huawei"):
    proposed = Proposed("version", reason_en="More time", content=next_version())
    proposal_make(signer=signer(by), agreement=AGREEMENT, proposed=proposed, now=at)


def told(at, **more):
    return list(remind(now=at, address=ADDRESS, **more))


def stages(at):
    return [
        (each.deadline.kind, each.stage) for digest in digests_due(now=at) for each in digest.due
    ]


def test_nobody_gets_a_mail_who_did_not_ask_for_it():
    acting()
    proposing()
    assert told(NOW) == []
    assert mail.outbox == []


def test_what_is_new_is_told_once():
    switched_on()
    proposing()
    assert ("proposal", "new") in stages(NOW)
    told(NOW)
    (sent,) = mail.outbox
    assert sent.to == ["usst-cooperation_officer@example.org"]
    assert "Consent to a proposal" in sent.body
    assert f"{ADDRESS}/agreements/{AGREEMENT}/consultation/" in sent.body
    assert told(NOW + DAY) == []
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(("left", "stage"), [(14, "14"), (3, "3"), (0, "0")])
def test_a_deadline_is_told_again_as_it_comes_nearer(left, stage):
    switched_on()
    proposing()
    told(NOW)
    lapses = NOW + 60 * DAY
    assert ("proposal", stage) in stages(lapses - left * DAY - timedelta(hours=1))


def test_only_the_nearest_stage_is_told():
    switched_on()
    proposing()
    found = stages(NOW + 58 * DAY)
    assert [each for each in found if each[0] == "proposal"] == [("proposal", "3")]


def test_terms_that_were_known_all_along_are_told_when_they_come_near_only():
    switched_on()
    assert all(stage != "new" for _, stage in stages(NOW))
    # The steering committee meets by the first of July.
    assert ("committee", "14") in stages(datetime(2020, 6, 20, tzinfo=NOW.tzinfo))


def test_the_other_partys_part_is_not_told():
    switched_on("huawei")
    proposing(by="usst")
    found = [each for digest in digests_due(now=NOW + 170 * DAY) for each in digest.due]
    assert found
    assert all("huawei" in each.deadline.waits_for or not each.deadline.waits_for for each in found)


def test_one_mail_a_person_and_day():
    switched_on()
    proposing()
    told(NOW)
    proposing(at=NOW + timedelta(hours=1), by="usst")
    assert told(NOW + timedelta(hours=2)) == []
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("language", "words"), [("en", "deadline"), ("zh-hans", "对提案表示同意或拒绝")]
)
def test_a_mail_is_in_the_persons_language(language, words):
    switched_on(language=language)
    proposing()
    told(NOW)
    (sent,) = mail.outbox
    assert words in sent.subject + sent.body


def test_a_mail_names_nobody_but_the_parties():
    switched_on()
    proposing()
    told(NOW)
    assert "cooperation_officer" not in mail.outbox[0].body


def test_a_mail_that_cannot_be_sent_is_tried_again_the_next_time(settings):
    switched_on()
    proposing()
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Failing"
    (failed,) = told(NOW)
    assert failed.fault == "ConnectionRefusedError"
    assert not ReminderSent.objects.exists()
    settings.EMAIL_BACKEND = before
    (sent,) = told(NOW + timedelta(hours=1))
    assert sent.fault == ""
    assert len(mail.outbox) == 1


def test_one_mail_that_fails_keeps_no_other_back(settings, monkeypatch):
    switched_on("usst")
    switched_on("usst", role=Role.ANALYST)
    proposing()
    real = EmailBackend.send_messages

    def refuse_the_first(self, messages):
        if "cooperation_officer" in messages[0].to[0]:
            raise ConnectionRefusedError
        return real(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", refuse_the_first)
    assert sorted(each.fault for each in told(NOW)) == ["", "ConnectionRefusedError"]


def test_whoever_is_cut_off_after_sending_doubles_one_mail_and_loses_none(settings):
    switched_on("usst")
    switched_on("usst", role=Role.ANALYST)
    proposing()
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Cut"
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        told(NOW)
    settings.EMAIL_BACKEND = before
    told(NOW + timedelta(hours=1))
    recipients = [each.to[0] for each in mail.outbox]
    assert len(recipients) == 3
    assert len(set(recipients)) == 2


def test_a_dry_run_sends_and_records_nothing():
    switched_on()
    proposing()
    (found,) = told(NOW, is_dry_run=True)
    assert found.digest.due
    assert mail.outbox == []
    assert not ReminderSent.objects.exists()


def test_two_at_once_do_not_send_the_same():
    switched_on()
    proposing()
    first = remind(now=NOW, address=ADDRESS)
    next(first)
    with pytest.raises(Conflict):
        next(remind(now=NOW, address=ADDRESS))
    assert list(first) == []


def test_an_installation_without_a_mail_server_says_so_and_records_nothing(settings):
    settings.UNIPACT_SENDS_MAIL = False
    switched_on()
    proposing()
    with pytest.raises(Unavailable):
        told(NOW)
    assert not ReminderSent.objects.exists()


def test_whoever_left_gets_no_mail_and_the_address_is_forgotten():
    switched_on()
    membership_grant(username="leaving", party="usst", role=Role.COOPERATION_OFFICER, now=NOW)
    membership_end(actor=None, username="usst-cooperation_officer", now=NOW)
    proposing()
    assert told(NOW) == []
    assert not ReminderChoice.objects.exists()


def test_mails_that_are_switched_off_stop():
    actor = switched_on()
    proposing()
    assert reminders_off(actor=actor, now=NOW)
    assert told(NOW) == []


def test_what_was_sent_is_never_changed():
    switched_on()
    proposing()
    told(NOW)
    row = ReminderSent.objects.first()
    with pytest.raises(Conflict):
        row.save()
    with pytest.raises(Conflict):
        ReminderSent.objects.all().delete()


def test_no_address_is_taken_that_is_none():
    with pytest.raises(Invalid):
        reminders_on(actor=acting(), address="no address", language="en", now=NOW)


# --- on the page ---


def window(party="usst"):
    client = Client(headers={"accept-language": "en"})
    client.force_login(person(party, OFFICERS[party]))
    return client


def link_sent():
    POST.submit(int).result(timeout=60)
    found = re.search(r"http://testserver(/reminders/\S+/)", mail.outbox[-1].body)
    assert found is not None
    return found[1]


def test_the_mails_begin_when_the_link_is_opened():
    client = window()
    client.post(f"{PAGE}mails/", {"address": "li.na@example.org"})
    assert not ReminderChoice.objects.exists()
    client.get(link_sent())
    assert ReminderChoice.objects.get().address == "li.na@example.org"
    assert "Mails go to li.na@example.org" in client.get(PAGE).content.decode()
    client.post(f"{PAGE}mails/end/")
    assert not ReminderChoice.objects.exists()


def test_the_link_of_somebody_else_switches_nothing_on():
    window().post(f"{PAGE}mails/", {"address": "li.na@example.org"})
    window("huawei").get(link_sent())
    assert not ReminderChoice.objects.exists()


def test_a_link_that_is_too_old_switches_nothing_on(monkeypatch):
    client = window()
    client.post(f"{PAGE}mails/", {"address": "li.na@example.org"})
    link = link_sent()
    monkeypatch.setattr("unipact.web.reminders._OPEN_S", -1)
    client.get(link)
    assert not ReminderChoice.objects.exists()


def test_a_wrong_address_is_shown_again_with_what_is_wrong():
    answer = window().post(f"{PAGE}mails/", {"address": "nothing"})
    assert answer.status_code == 422
    assert "It is no mail address" in answer.content.decode()


def test_links_are_not_sent_without_end():
    client = window()
    codes = [
        client.post(f"{PAGE}mails/", {"address": "li.na@example.org"}).status_code for _ in range(6)
    ]
    POST.submit(int).result(timeout=60)
    assert codes == [302] * 5 + [429]
    assert len(mail.outbox) == 5


def test_days_are_counted_to_the_day():
    switched_on()
    proposing()
    (digest,) = digests_due(now=NOW + 57 * DAY)
    left = {each.deadline.kind: each.days_left for each in digest.due}
    assert left["proposal"] == (date(2020, 3, 2) - date(2020, 2, 28)).days
