"""The pages of the people: what each role finds there, what goes wrong beside its field."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override

from unipact.agreement.models import Invitation, Membership, Party, PeopleLog
from unipact.agreement.queries.people import PEOPLE_LOG_PAGE
from unipact.agreement.roles import MATRIX, Act, Actor, Purpose, Role, Side
from unipact.agreement.services import (
    access_log_append,
    invitation_make,
    membership_grant,
    token_make,
)
from unipact.agreement.services.memberships import people_log_append
from unipact.agreement.tests.kept import NOW, actor, kept_evaluations, kept_version, person
from unipact.agreement.views.filled import is_known, said

pytestmark = pytest.mark.django_db

PEOPLE = "/agreements/pact/people/"
SIDES = {"uni": Side.UNIVERSITY, "firm": Side.ENTERPRISE}
EVERYBODY = [(party, role) for party, side in SIDES.items() for role in MATRIX.roles(side)]
OFFICER, MANAGER = Role.COOPERATION_OFFICER, Role.RELATIONS_MANAGER


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
    return window("uni", OFFICER)


def _member(username: str) -> int:
    return Membership.objects.get(user__username=username).pk


def _link(page: str) -> str:
    return re.search(r'value="http://testserver(/invitation/[^"]+/)"', page)[1]


# Who finds what


@pytest.mark.parametrize(("party", "role"), EVERYBODY)
def test_each_role_finds_what_the_table_permits(party: str, role: Role) -> None:
    page = window(party, role).get(PEOPLE).content.decode()
    may = MATRIX.permitted[SIDES[party], role]
    assert ("Invite a colleague" in page) is (Act.PEOPLE_MANAGE in may)
    assert ("What was changed among our people" in page) is (Act.PEOPLE_MANAGE in may)
    assert ("/agreements/pact/tokens/" in page) is (Act.TOKENS_MANAGE in may)
    assert ("What the other party read of ours" in page) is (Act.ACCESS_LOG_SEE in may)
    assert ("/agreements/pact/roles/" in page) is (Act.PEOPLE_SEE in may)
    assert ("/agreements/pact/people/leave/" in page) is (Act.MEMBERSHIP_LEAVE in may)


@pytest.mark.parametrize(("party", "role"), EVERYBODY)
def test_each_role_may_send_what_the_table_permits(party: str, role: Role) -> None:
    client = window(party, role)
    membership_grant(username="somebody", party=party, role=Role.EXECUTIVE, now=NOW)
    by = None
    invitation, _ = invitation_make(
        actor=by, party=party, role=Role.ANALYST, note="Li", now=timezone.now()
    )
    number = _member("somebody")
    found = {
        client.post(f"{PEOPLE}invite/", {"note": "Li", "role": "analyst"}).status_code,
        client.post(f"{PEOPLE}invitations/{invitation.pk}/withdraw/").status_code,
        client.get(f"{PEOPLE}{number}/").status_code,
        client.post(f"{PEOPLE}{number}/", {"role": "analyst"}).status_code,
        client.get(f"{PEOPLE}{number}/end/").status_code,
        client.post(f"{PEOPLE}{number}/end/").status_code,
    }
    may = Act.PEOPLE_MANAGE in MATRIX.permitted[SIDES[party], role]
    assert found == ({200, 302} if may else {403})
    assert Membership.objects.filter(user__username="somebody").exists() is not may


def test_what_is_sent_without_our_forms_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("uni", OFFICER))  # type: ignore[arg-type]
    assert client.post(f"{PEOPLE}invite/", {"note": "Li", "role": "analyst"}).status_code == 403
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("address", ["invite/", "invitations/{}/withdraw/"])
def test_what_changes_something_is_not_done_by_opening_it(officer: Client, address: str) -> None:
    """Whoever comes by a link, or back from the sign-in, is led to the page of the form."""
    officer.post(f"{PEOPLE}invite/", {"note": "Li Na", "role": "analyst"})
    invitation = Invitation.objects.get()
    opened = officer.get(f"{PEOPLE}{address.format(invitation.pk)}")
    assert (opened.status_code, opened.headers["Location"]) == (302, PEOPLE)
    refused = window("uni", Role.EXECUTIVE).get(f"{PEOPLE}{address.format(invitation.pk)}")
    assert refused.status_code == 403
    invitation.refresh_from_db()
    assert invitation.revoked_at is None
    assert Invitation.objects.count() == 1


# Inviting


def test_the_link_is_shown_once_and_the_invitation_stands_among_the_open_ones(
    officer: Client,
) -> None:
    page = officer.post(f"{PEOPLE}invite/", {"note": "Li Na", "role": "analyst"})
    link = _link(page.content.decode())
    assert Client().get(link).status_code == 200
    again = officer.get(PEOPLE).content.decode()
    assert link not in again
    assert "Li Na" in again
    assert f"invitations/{Invitation.objects.get().pk}/withdraw/" in again
    assert "no-store" in page.headers["Cache-Control"]


def test_an_invitation_that_grew_too_old_is_no_longer_listed(officer: Client) -> None:
    invitation_make(
        actor=actor("uni", OFFICER),
        party="uni",
        role=Role.ANALYST,
        note="Somebody else",
        now=timezone.now() - timedelta(days=20),
    )
    page = officer.get(PEOPLE).content.decode()
    assert "/withdraw/" not in page


def test_a_withdrawn_invitation_opens_nothing_and_is_said_to_be_withdrawn(officer: Client) -> None:
    page = officer.post(f"{PEOPLE}invite/", {"note": "Li Na", "role": "analyst"})
    number = Invitation.objects.get().pk
    answer = officer.post(f"{PEOPLE}invitations/{number}/withdraw/", follow=True)
    assert "The invitation for Li Na is withdrawn." in answer.content.decode()
    assert Client().get(_link(page.content.decode())).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"note": "", "role": "analyst"}, "note", "it is empty"),
        ({"note": "a" * 101, "role": "analyst"}, "note", "it is longer than 100 characters"),
        (
            {"note": "a\u202eb", "role": "analyst"},
            "note",
            "character 2 (U+202E) cannot be seen",
        ),
        ({"note": "a\0b", "role": "analyst"}, "note", "character 2 (U+0000) cannot be seen"),
        ({"note": "Li Na", "role": ""}, "role", "nothing is chosen"),
        ({"note": "Li Na", "role": "king"}, "role", "nothing is chosen"),
        (
            {"note": "Li Na", "role": "relations_manager"},
            "role",
            "the university has no relations_manager",
        ),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    language: str, sent: dict[str, str], field: str, words: str
) -> None:
    answer = window("uni", OFFICER, language).post(f"{PEOPLE}invite/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    with override(language):
        text = said(words)
    shown = re.search(rf'id="error_{field}"[^>]*>(.*?)</ul>', page, re.DOTALL)[1]
    assert text.casefold() in shown.casefold()
    assert f'id="id_{field}"' in page
    assert re.search(rf'id="id_{field}"[^>]*aria-invalid="true"', page)
    if sent["note"].isprintable() and sent["note"]:
        assert f'value="{sent["note"]}"' in page
    if sent["role"] == "analyst":
        assert '<option value="analyst" selected>' in page
    assert not Invitation.objects.exists()


def test_the_first_officer_of_the_other_party_is_invited_and_nobody_after_that(
    officer: Client,
) -> None:
    page = officer.get(PEOPLE).content.decode()
    assert "Invite the other party" in page
    made = officer.post(f"{PEOPLE}invite/", {"whose": "theirs", "note": "Zhao"})
    assert Invitation.objects.get().role == MANAGER
    assert Client().get(_link(made.content.decode())).status_code == 200
    person("firm", MANAGER)
    assert "Invite the other party" not in officer.get(PEOPLE).content.decode()
    assert officer.post(f"{PEOPLE}invite/", {"whose": "theirs", "note": "Q"}).status_code == 403


def test_an_error_of_the_other_partys_form_stands_in_that_form(officer: Client) -> None:
    answer = officer.post(f"{PEOPLE}invite/", {"whose": "theirs", "note": "a" * 101})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="error_their_note"' in page
    assert 'id="error_note"' not in page


# Moving, ending, leaving


def test_a_person_is_given_another_role(officer: Client) -> None:
    person("uni", Role.ANALYST)
    number = _member("uni-analyst")
    answer = officer.post(f"{PEOPLE}{number}/", {"role": "executive"}, follow=True)
    assert "uni-analyst has another role from now on." in answer.content.decode()
    assert Membership.objects.get(pk=number).role == "executive"


def test_a_role_holds_from_the_next_page_on(officer: Client) -> None:
    analyst = window("uni", Role.ANALYST)
    assert analyst.get("/campus/").status_code != 403
    officer.post(f"{PEOPLE}{_member('uni-analyst')}/", {"role": "executive"})
    assert analyst.get("/campus/").status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_last_officer_is_told_why_nothing_happens(language: str) -> None:
    client = window("uni", OFFICER, language)
    number = _member("uni-cooperation_officer")
    with override(language):
        why = gettext("this is the last one who speaks for the party: name another officer first")
    for address, sent in (
        (f"{PEOPLE}{number}/", {"role": "analyst"}),
        (f"{PEOPLE}{number}/end/", {}),
        (f"{PEOPLE}leave/", {}),
    ):
        answer = client.post(address, sent)
        assert answer.status_code == 409
        assert why.casefold() in answer.content.decode().casefold()
    assert Membership.objects.get(pk=number).role == OFFICER
    # What was chosen is still chosen.
    page = client.post(f"{PEOPLE}{number}/", {"role": "analyst"}).content.decode()
    assert '<option value="analyst" selected>' in page
    # Where it cannot be done there is no button that would do it.
    assert "btn-stop" not in client.get(f"{PEOPLE}leave/").content.decode()


def test_the_page_before_an_end_names_what_ends_with_it(officer: Client) -> None:
    membership_grant(username="second", party="uni", role=OFFICER, now=NOW)
    user = Membership.objects.get(user__username="second").user_id
    by = Actor("second", "uni", Side.UNIVERSITY, OFFICER, user_id=user)
    now = timezone.now()
    for name in ("meters to lake", "reports"):
        token_make(
            actor=by,
            party="uni",
            role=Role.ANALYST,
            purpose=Purpose.RECORDS,
            name=name,
            days=30,
            now=now,
        )
    invitation_make(actor=by, party="uni", role=Role.ANALYST, note="Wang Fang", now=now)
    page = officer.get(f"{PEOPLE}{_member('second')}/end/").content.decode()
    for words in ("account second is closed", "2 tokens", "meters to lake", "Wang Fang"):
        assert words in page
    answer = officer.post(f"{PEOPLE}{_member('second')}/end/", follow=True)
    assert "The membership of second has ended." in answer.content.decode()
    assert not Membership.objects.filter(user__username="second").exists()


def test_whoever_is_let_go_is_out_in_the_window_that_is_open(officer: Client) -> None:
    analyst = window("uni", Role.ANALYST)
    assert analyst.get("/").status_code == 200
    officer.post(f"{PEOPLE}{_member('uni-analyst')}/end/")
    assert analyst.get("/").headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(("party", "role"), EVERYBODY)
def test_everybody_may_leave_and_sees_that_they_have(party: str, role: Role) -> None:
    client = window(party, role)
    membership_grant(username="second", party=party, role=MATRIX.officers[SIDES[party]], now=NOW)
    assert client.get(f"{PEOPLE}leave/").status_code == 200
    answer = client.post(f"{PEOPLE}leave/")
    assert "You have left" in answer.content.decode()
    assert client.get("/").headers["Location"].startswith("/sign-in/")


def test_an_officer_who_ends_the_own_membership_has_left() -> None:
    client = window("uni", OFFICER)
    membership_grant(username="second", party="uni", role=OFFICER, now=NOW)
    answer = client.post(f"{PEOPLE}{_member('uni-cooperation_officer')}/end/")
    assert "You have left" in answer.content.decode()


def test_what_an_account_had_to_sign_in_with_is_deleted_when_its_membership_ends(
    officer: Client,
) -> None:
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator

    leaver, stays = person("uni", Role.ANALYST), person("uni", Role.EXECUTIVE)
    for user in (leaver, stays):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
        EmailAddress.objects.create(user=user, email=f"{user}@example.org")
    officer.post(f"{PEOPLE}{_member('uni-analyst')}/end/")
    assert [each.user for each in Authenticator.objects.all()] == [stays]
    assert [each.user for each in EmailAddress.objects.all()] == [stays]


# The other party's own


def test_whatever_is_the_other_partys_is_answered_as_what_is_not_there() -> None:
    person("uni", Role.ANALYST)
    theirs, _ = invitation_make(
        actor=actor("uni", OFFICER),
        party="uni",
        role=Role.ANALYST,
        note="Secret name",
        now=timezone.now(),
    )
    manager = window("firm", MANAGER)
    number = _member("uni-analyst")
    for method, there, nowhere in (
        ("get", f"{PEOPLE}{number}/", f"{PEOPLE}99999/"),
        ("post", f"{PEOPLE}{number}/", f"{PEOPLE}99999/"),
        ("get", f"{PEOPLE}{number}/end/", f"{PEOPLE}99999/end/"),
        ("post", f"{PEOPLE}{number}/end/", f"{PEOPLE}99999/end/"),
        (
            "post",
            f"{PEOPLE}invitations/{theirs.pk}/withdraw/",
            f"{PEOPLE}invitations/99999/withdraw/",
        ),
    ):
        answers = [getattr(manager, method)(each, {"role": "analyst"}) for each in (there, nowhere)]
        assert [each.status_code for each in answers] == [404, 404]
        assert _bare(answers[0].content, there) == _bare(answers[1].content, nowhere)
    page = manager.get(PEOPLE).content.decode()
    assert "Secret name" not in page
    assert "/withdraw/" not in page
    assert Membership.objects.filter(pk=number, role="analyst").exists()
    assert Invitation.objects.get().revoked_at is None


def _bare(content: bytes, address: str) -> str:
    """A page without the addresses and the tokens of its forms, which differ by nature."""
    text = content.decode().replace(address, "?")
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_the_other_partys_people_have_no_link_to_change_them(officer: Client) -> None:
    person("firm", Role.ANALYST)
    page = officer.get(PEOPLE).content.decode()
    # Nor the names of their accounts, with which somebody could use up their attempts to sign in.
    assert "firm-analyst" not in page
    assert f"{PEOPLE}{_member('firm-analyst')}/" not in page


def test_each_party_reads_the_log_of_its_own_people_only(officer: Client) -> None:
    membership_grant(username="a-new-colleague", party="uni", role=Role.ANALYST, now=NOW)
    theirs = window("firm", MANAGER).get(PEOPLE).content.decode()
    log = theirs[theirs.index('id="log-head"') :]
    assert "a-new-colleague" not in log
    assert "a-new-colleague" in officer.get(PEOPLE).content.decode().split('id="log-head"')[1]


def test_a_log_is_read_to_its_end_a_page_at_a_time(officer: Client) -> None:
    party = Membership.objects.get(user__username="uni-cooperation_officer").party
    PeopleLog.objects.bulk_create(
        PeopleLog(at=NOW, party=party, act="invited", subject=f"nr-{n:03}", detail="analyst")
        for n in range(2 * PEOPLE_LOG_PAGE)
    )
    seen: list[str] = []
    address: str | None = PEOPLE
    while address:
        page = officer.get(address).content.decode()
        seen += re.findall(r"nr-\d{3}", page)
        more = re.search(r'href="(\?log_before=\d+)#log-head"', page)
        address = f"{PEOPLE}{more[1]}" if more else None
    assert seen == [f"nr-{n:03}" for n in reversed(range(2 * PEOPLE_LOG_PAGE))]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "9" * 5_000, "²", "٣", "\0"])
def test_a_page_that_nobody_can_ask_for_is_the_first_one(officer: Client, before: str) -> None:
    assert officer.get(PEOPLE, {"before": before, "log_before": before}).status_code == 200


def test_a_read_by_a_program_stands_under_the_tokens_name(officer: Client) -> None:
    token, _ = token_make(
        actor=None,
        party="firm",
        role=Role.ANALYST,
        purpose=Purpose.VERIFICATION,
        name="nightly check",
        days=30,
        now=NOW,
    )
    program = Actor(
        "token nightly check",
        "firm",
        Side.ENTERPRISE,
        Role.ANALYST,
        token_id=token.pk,
        purpose=Purpose.VERIFICATION,
    )
    access_log_append(actor=program, owner="uni", kind="meter", record="m", now=NOW)
    page = officer.get(PEOPLE).content.decode()
    assert "token <code>nightly check</code>" in page


def test_a_name_from_elsewhere_cannot_write_into_the_page(officer: Client) -> None:
    officer.post(f"{PEOPLE}invite/", {"note": "<b>Li</b>", "role": "analyst"})
    page = officer.get(PEOPLE).content.decode()
    assert "<b>Li</b>" not in page
    assert "&lt;b&gt;Li&lt;/b&gt;" in page


# Roles


@pytest.mark.parametrize(("party", "role"), EVERYBODY)
def test_the_table_of_roles_is_the_one_that_is_held(party: str, role: Role) -> None:
    page = unescape(window(party, role).get("/agreements/pact/roles/").content.decode())
    rows = re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', page)
    columns = [(side, each) for side in Side for each in MATRIX.roles(side)]
    shown = {
        name: [cell == "yes" for cell in re.findall(r'visually-hidden">(yes|no)<', cells)]
        for name, cells in rows
    }
    assert shown == {
        MATRIX.names[act]["en"]: [act in MATRIX.permitted[each] for each in columns] for act in Act
    }
    assert page.count('class="is-reader"') == 1


@pytest.mark.parametrize(("language", "key"), [("en", "en"), ("zh-hans", "zh")])
def test_the_roles_page_names_acts_and_purposes_in_both_languages(language: str, key: str) -> None:
    client = window("uni", OFFICER, language)
    page = unescape(client.get("/agreements/pact/roles/").content.decode())
    assert [each for each in MATRIX.names.values() if each[key] not in page] == []
    assert [each for each in MATRIX.abouts.values() if each[key] not in page] == []


def test_every_word_of_the_log_has_a_name() -> None:
    from unipact.agreement.queries.wording import PEOPLE_ACTS

    party = Party.objects.get(slug="uni")
    for act in PEOPLE_ACTS:
        people_log_append(party, None, act, "li", Role.ANALYST, NOW)
    page = window("uni", OFFICER).get(PEOPLE).content.decode()
    assert [act for act, name in PEOPLE_ACTS.items() if str(name) not in page] == []


def test_what_services_say_of_forms_is_known_for_translation() -> None:
    assert is_known("it is longer than 100 characters")
    assert is_known("this is the last one who speaks for the party: name another officer first")
    assert not is_known("something else")
    assert said("something else") == "something else"
