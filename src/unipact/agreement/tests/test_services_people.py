"""Letting in, moving, letting go and leaving: each act, each refusal, and what a refusal leaves."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.db import connection

from unipact.agreement.models import Invitation, Membership, Party, PeopleLog, Token
from unipact.agreement.roles import MATRIX, Act, Actor, Purpose, Role, Side
from unipact.agreement.services import (
    invitation_accept,
    invitation_make,
    invitation_open,
    invitation_revoke,
    membership_end,
    membership_ended,
    membership_grant,
    membership_leave,
    membership_move,
    token_make,
)
from unipact.agreement.services.invitations import OPEN_FOR
from unipact.agreement.tests.kept import NOW, actor, kept_version, person
from unipact.errors import Conflict, Invalid, NotFound, NotPermitted, UnipactError

pytestmark = pytest.mark.django_db

PASSPHRASE = "correct horse battery staple"
OFFICER = Role.COOPERATION_OFFICER
MANAGER = Role.RELATIONS_MANAGER
SIDES = {"uni": Side.UNIVERSITY, "firm": Side.ENTERPRISE}
EVERYBODY = [(party, role) for party, side in SIDES.items() for role in MATRIX.roles(side)]


@pytest.fixture
def officer() -> Actor:
    """The university's officer, alone in the small agreement."""
    kept_version()
    return actor("uni", OFFICER)


def _invited(by: Actor, role: Role = Role.ANALYST, party: str = "uni") -> str:
    _, secret = invitation_make(actor=by, party=party, role=role, note="Li Na", now=NOW)
    return secret


def _roles(party: str) -> dict[str, str]:
    return dict(Membership.objects.filter(party__slug=party).values_list("user__username", "role"))


def _acts() -> list[tuple[str, str, str]]:
    return list(PeopleLog.objects.order_by("pk").values_list("by", "act", "subject"))


# Inviting


def test_whoever_holds_the_link_acts_for_the_party_in_the_role(officer: Actor) -> None:
    secret = _invited(officer)
    user = invitation_accept(secret=secret, username="li.na", password=PASSPHRASE, now=NOW)
    assert _roles("uni") == {"uni-cooperation_officer": OFFICER, "li.na": Role.ANALYST}
    assert authenticate(username="li.na", password=PASSPHRASE) == user


def test_the_secret_of_an_invitation_is_not_kept(officer: Actor) -> None:
    secret = _invited(officer)
    assert len(secret) >= 43
    assert secret not in str(Invitation.objects.values().get())


def test_a_link_opens_once(officer: Actor) -> None:
    secret = _invited(officer)
    invitation_accept(secret=secret, username="li", password=PASSPHRASE, now=NOW)
    with pytest.raises(NotFound):
        invitation_accept(secret=secret, username="wang", password=PASSPHRASE, now=NOW)
    assert "wang" not in _roles("uni")
    assert not get_user_model().objects.filter(username="wang").exists()


def test_a_link_opens_until_it_expires(officer: Actor) -> None:
    secret = _invited(officer)
    before = NOW + OPEN_FOR - timedelta(seconds=1)
    assert invitation_open(secret=secret, now=before).party.slug == "uni"
    with pytest.raises(NotFound):
        invitation_accept(secret=secret, username="li", password=PASSPHRASE, now=NOW + OPEN_FOR)
    assert not get_user_model().objects.filter(username="li").exists()


def test_expired_used_withdrawn_and_invented_links_are_answered_alike(officer: Actor) -> None:
    used, withdrawn = _invited(officer), _invited(officer)
    invitation_accept(secret=used, username="li", password=PASSPHRASE, now=NOW)
    number = Invitation.objects.order_by("-pk").values_list("pk", flat=True)[0]
    invitation_revoke(actor=officer, invitation=number, now=NOW)
    answers = set()
    for secret in (used, withdrawn, "no-such-secret", "", "\0", "\ud800"):
        with pytest.raises(NotFound) as refused:
            invitation_open(secret=secret, now=NOW)
        answers.add((refused.value.message, refused.value.findings))
    assert len(answers) == 1


@pytest.mark.parametrize(("party", "role"), EVERYBODY)
def test_who_may_invite_is_said_by_the_table_of_roles(party: str, role: Role) -> None:
    kept_version()
    inviter = actor(party, role)
    if Act.PEOPLE_MANAGE in MATRIX.permitted[SIDES[party], role]:
        assert _invited(inviter, party=party)
    else:
        with pytest.raises(NotPermitted):
            _invited(inviter, party=party)
        assert not Invitation.objects.exists()


def test_nobody_is_invited_into_a_role_that_the_party_does_not_have(officer: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        _invited(officer, role=MANAGER)
    assert refused.value.findings[0].where == "role"


@pytest.mark.parametrize("note", ["", "a" * 101, "ab\u202ecd", "ab\0cd", "\ud800"])
def test_a_note_that_could_deceive_is_refused(officer: Actor, note: str) -> None:
    with pytest.raises(Invalid) as refused:
        invitation_make(actor=officer, party="uni", role=Role.ANALYST, note=note, now=NOW)
    assert refused.value.findings[0].where == "note"
    assert not Invitation.objects.exists()
    assert _acts() == [("", "granted", "uni-cooperation_officer")]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "li\u202ena",
        "li\u200bna",
        "li\0na",
        "li\ud800na",
        "li\u3164",
        "li na",
        "li/na",
        "a" * 10_000,
        "\ufdfa" * 20,
    ],
    ids=ascii,
)
def test_an_account_name_that_could_deceive_is_refused(officer: Actor, name: str) -> None:
    secret = _invited(officer)
    with pytest.raises(Invalid) as refused:
        invitation_accept(secret=secret, username=name, password=PASSPHRASE, now=NOW)
    assert {each.where for each in refused.value.findings} == {"username"}
    assert invitation_open(secret=secret, now=NOW).accepted_at is None
    assert set(_roles("uni")) == {"uni-cooperation_officer"}


def test_names_that_look_alike_by_width_or_case_are_one_name(officer: Actor) -> None:
    invitation_accept(secret=_invited(officer), username="lina", password=PASSPHRASE, now=NOW)
    for name in ("ｌｉｎａ", "LiNa", " lina "):
        with pytest.raises(Invalid) as refused:
            invitation_accept(secret=_invited(officer), username=name, password=PASSPHRASE, now=NOW)
        assert refused.value.findings[0].what == "somebody has this name already"


@pytest.mark.parametrize(
    "password",
    ["", "short", "1234567890123", "li.na.li.na", "a" * 1_001, "half \ud800 of a letter"],
    ids=ascii,
)
def test_a_weak_or_broken_password_is_refused_and_the_link_stays(
    officer: Actor, password: str
) -> None:
    secret = _invited(officer)
    with pytest.raises(Invalid) as refused:
        invitation_accept(secret=secret, username="li.na.li.na", password=password, now=NOW)
    assert {each.where for each in refused.value.findings} == {"password"}
    assert invitation_open(secret=secret, now=NOW).accepted_at is None
    assert not get_user_model().objects.filter(username="li.na.li.na").exists()


def test_a_name_that_is_taken_in_this_moment_is_said_to_be_taken(
    officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    person("uni", Role.ANALYST)
    secret = _invited(officer)
    # As if the other transaction had not been finished when this one looked.
    people = get_user_model()
    blind = people.objects.none()
    monkeypatch.setattr(type(people.objects), "filter", lambda self, **names: blind)
    with pytest.raises(Invalid) as refused:
        invitation_accept(secret=secret, username="uni-analyst", password=PASSPHRASE, now=NOW)
    assert refused.value.findings[0].what == "somebody has this name already"


def test_an_invitation_that_was_withdrawn_opens_nothing(officer: Actor) -> None:
    invitation, secret = invitation_make(
        actor=officer, party="uni", role=Role.ANALYST, note="Li", now=NOW
    )
    invitation_revoke(actor=officer, invitation=invitation.pk, now=NOW)
    invitation_revoke(actor=officer, invitation=invitation.pk, now=NOW + timedelta(days=1))
    with pytest.raises(NotFound):
        invitation_open(secret=secret, now=NOW)
    assert Invitation.objects.get().revoked_at == NOW
    assert [act for _, act, _ in _acts()] == ["granted", "invited", "withdrawn"]


def test_an_accepted_invitation_is_not_withdrawn(officer: Actor) -> None:
    invitation, secret = invitation_make(
        actor=officer, party="uni", role=Role.ANALYST, note="Li", now=NOW
    )
    invitation_accept(secret=secret, username="li", password=PASSPHRASE, now=NOW)
    with pytest.raises(Conflict):
        invitation_revoke(actor=officer, invitation=invitation.pk, now=NOW)


def test_an_invitation_of_the_other_party_is_answered_as_one_that_is_not_there(
    officer: Actor,
) -> None:
    invitation, secret = invitation_make(
        actor=officer, party="uni", role=Role.ANALYST, note="Li", now=NOW
    )
    manager = actor("firm", MANAGER)
    said = []
    for number in (invitation.pk, 0):
        with pytest.raises(NotFound) as refused:
            invitation_revoke(actor=manager, invitation=number, now=NOW)
        said.append(refused.value.message.replace(str(number), "?"))
    assert said[0] == said[1]
    assert invitation_open(secret=secret, now=NOW).accepted_at is None


# The other party


def test_an_officer_invites_the_first_officer_of_the_other_party(officer: Actor) -> None:
    secret = _invited(officer, role=MANAGER, party="firm")
    invitation_accept(secret=secret, username="zhao", password=PASSPHRASE, now=NOW)
    assert _roles("firm") == {"zhao": MANAGER}
    with pytest.raises(NotPermitted):
        _invited(officer, role=MANAGER, party="firm")


def test_nobody_but_its_officer_is_invited_into_the_other_party(officer: Actor) -> None:
    with pytest.raises(NotPermitted):
        _invited(officer, role=Role.ANALYST, party="firm")
    assert not Invitation.objects.exists()


def test_of_two_first_officers_the_second_comes_too_late(officer: Actor) -> None:
    first = _invited(officer, role=MANAGER, party="firm")
    second = _invited(officer, role=MANAGER, party="firm")
    invitation_accept(secret=first, username="zhao", password=PASSPHRASE, now=NOW)
    with pytest.raises(Conflict):
        invitation_accept(secret=second, username="qian", password=PASSPHRASE, now=NOW)
    assert _roles("firm") == {"zhao": MANAGER}
    assert not get_user_model().objects.filter(username="qian").exists()


def test_a_party_of_somebody_elses_agreement_is_answered_as_one_that_is_not_there(
    officer: Actor,
) -> None:
    Party.objects.create(
        slug="third", role="enterprise", legal_scheme="uscc", legal_value="91350128M0000YU24"
    )
    said = set()
    for party in ("third", "fourth", "no\0party", "\ud800"):
        with pytest.raises(NotFound) as refused:
            _invited(officer, role=MANAGER, party=party)
        said.add(refused.value.message.replace(party, "?"))
    assert said == {"there is no party ?"}


# Moving


def test_a_person_is_moved_to_another_role(officer: Actor) -> None:
    person("uni", Role.ANALYST)
    membership_move(actor=officer, username="uni-analyst", role=Role.EXECUTIVE, now=NOW)
    assert _roles("uni")["uni-analyst"] == Role.EXECUTIVE
    assert _acts()[-1] == (officer.name, "moved", "uni-analyst")


def test_moving_to_the_same_role_is_no_change(officer: Actor) -> None:
    before = _acts()
    membership_move(actor=officer, username=officer.name, role=OFFICER, now=NOW)
    assert _acts() == before


def test_the_last_officer_is_not_moved(officer: Actor) -> None:
    with pytest.raises(Conflict):
        membership_move(actor=officer, username=officer.name, role=Role.ANALYST, now=NOW)
    assert _roles("uni") == {officer.name: OFFICER}


def test_an_officer_who_is_moved_keeps_no_secret_from_before(officer: Actor) -> None:
    membership_grant(username="second", party="uni", role=OFFICER, now=NOW)
    _, secret = token_make(
        actor=officer,
        party="uni",
        role=OFFICER,
        purpose=Purpose.ADMINISTRATION,
        name="sync",
        days=30,
        now=NOW,
    )
    invited = _invited(officer)
    membership_move(actor=officer, username=officer.name, role=Role.ANALYST, now=NOW)
    assert secret
    assert Token.objects.get().revoked_at == NOW
    with pytest.raises(NotFound):
        invitation_open(secret=invited, now=NOW)


@pytest.mark.parametrize(("party", "role"), EVERYBODY)
def test_who_may_move_and_let_go_is_said_by_the_table_of_roles(party: str, role: Role) -> None:
    kept_version()
    membership_grant(username="somebody", party=party, role=Role.EXECUTIVE, now=NOW)
    mover = actor(party, role)
    if Act.PEOPLE_MANAGE in MATRIX.permitted[SIDES[party], role]:
        membership_move(actor=mover, username="somebody", role=Role.ANALYST, now=NOW)
        membership_end(actor=mover, username="somebody", now=NOW)
        assert "somebody" not in _roles(party)
    else:
        for act in (
            lambda: membership_move(actor=mover, username="somebody", role=Role.ANALYST, now=NOW),
            lambda: membership_end(actor=mover, username="somebody", now=NOW),
        ):
            with pytest.raises(NotPermitted):
                act()
        assert _roles(party)["somebody"] == Role.EXECUTIVE


@pytest.mark.parametrize("name", ["firm-analyst", "nobody", "no\0body", "\ud800", "", "a" * 9_999])
def test_somebody_of_the_other_party_is_answered_as_somebody_who_is_not_there(
    officer: Actor, name: str
) -> None:
    person("firm", Role.ANALYST)
    said = set()
    for act in (
        lambda: membership_move(actor=officer, username=name, role=Role.EXECUTIVE, now=NOW),
        lambda: membership_end(actor=officer, username=name, now=NOW),
    ):
        with pytest.raises(NotFound) as refused:
            act()
        said.add(refused.value.message)
        assert refused.value.findings[0].what == "nobody of this name acts for your party"
    assert said == {"no such person"}
    assert _roles("firm") == {"firm-analyst": Role.ANALYST}


# Letting go and leaving


def test_whoever_leaves_is_out_at_once_and_takes_every_secret_along(officer: Actor) -> None:
    second = membership_grant(username="second", party="uni", role=OFFICER, now=NOW).user
    second.set_password(PASSPHRASE)
    second.email, second.first_name = "second@example.org", "Second"
    second.save()
    leaving = Actor("second", "uni", Side.UNIVERSITY, OFFICER, user_id=second.pk)
    invited = _invited(leaving)
    token_make(
        actor=leaving,
        party="uni",
        role=Role.ANALYST,
        purpose=Purpose.REPORTING,
        name="sync",
        days=30,
        now=NOW,
    )
    membership_leave(actor=leaving, now=NOW)
    second.refresh_from_db()
    assert authenticate(username="second", password=PASSPHRASE) is None
    assert (second.is_active, second.email, second.first_name) == (False, "", "")
    assert Token.objects.get().revoked_at == NOW
    with pytest.raises(NotFound):
        invitation_open(secret=invited, now=NOW)
    assert _roles("uni") == {officer.name: OFFICER}
    assert _acts()[-1] == ("second", "left", "second")


def test_what_others_made_stays(officer: Actor) -> None:
    invited = _invited(officer)
    token_make(
        actor=officer,
        party="uni",
        role=Role.ANALYST,
        purpose=Purpose.REPORTING,
        name="sync",
        days=30,
        now=NOW,
    )
    membership_leave(actor=actor("uni", Role.ANALYST), now=NOW)
    assert Token.objects.get().revoked_at is None
    assert invitation_open(secret=invited, now=NOW).accepted_at is None


def test_the_last_officer_cannot_go(officer: Actor) -> None:
    person("uni", Role.ANALYST)
    for act in (
        lambda: membership_leave(actor=officer, now=NOW),
        lambda: membership_end(actor=officer, username=officer.name, now=NOW),
    ):
        with pytest.raises(Conflict):
            act()
    assert _roles("uni")[officer.name] == OFFICER
    assert get_user_model().objects.get(username=officer.name).is_active


def test_an_officer_whose_account_is_closed_counts_for_nobody(officer: Actor) -> None:
    other = membership_grant(username="second", party="uni", role=OFFICER, now=NOW).user
    other.is_active = False
    other.save()
    with pytest.raises(Conflict):
        membership_leave(actor=officer, now=NOW)


def test_of_two_officers_who_end_each_other_one_stays(officer: Actor) -> None:
    second = membership_grant(username="second", party="uni", role=OFFICER, now=NOW)
    other = Actor("second", "uni", Side.UNIVERSITY, OFFICER, user_id=second.user_id)
    membership_end(actor=officer, username="second", now=NOW)
    # The second one's page was loaded before.
    with pytest.raises(NotPermitted):
        membership_end(actor=other, username=officer.name, now=NOW)
    assert _roles("uni") == {officer.name: OFFICER}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_end_each_other_in_one_moment_one_stays() -> None:
    kept_version()
    officers = {}
    for name in ("one", "two"):
        found = membership_grant(username=name, party="uni", role=OFFICER, now=NOW)
        officers[name] = Actor(name, "uni", Side.UNIVERSITY, OFFICER, user_id=found.user_id)
    together = threading.Barrier(2)
    refused: list[UnipactError] = []

    def end(actor: Actor, username: str) -> None:
        together.wait()
        try:
            membership_end(actor=actor, username=username, now=NOW)
        except UnipactError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=end, args=(officers[by], whom))
        for by, whom in (("one", "two"), ("two", "one"))
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    # Whoever came second was let go meanwhile.
    assert [type(each) for each in refused] == [NotPermitted]
    assert len(_roles("uni")) == 1


def test_a_refused_end_leaves_everything_as_it_was(
    officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaver = actor("uni", Role.ANALYST)

    def refuse(**_: object) -> None:
        raise Conflict("a receiver could not delete what it keeps")

    membership_ended.connect(refuse, weak=False)
    try:
        with pytest.raises(Conflict, match="receiver"):
            membership_leave(actor=leaver, now=NOW)
    finally:
        membership_ended.disconnect(refuse)
    assert _roles("uni")["uni-analyst"] == Role.ANALYST
    assert get_user_model().objects.get(username="uni-analyst").is_active
    assert [act for _, act, _ in _acts()] == ["granted", "granted"]


def test_a_program_leaves_nothing(officer: Actor) -> None:
    token, _ = token_make(
        actor=officer,
        party="uni",
        role=OFFICER,
        purpose=Purpose.ADMINISTRATION,
        name="sync",
        days=30,
        now=NOW,
    )
    program = Actor(
        "token sync",
        "uni",
        Side.UNIVERSITY,
        OFFICER,
        token_id=token.pk,
        purpose=Purpose.ADMINISTRATION,
    )
    with pytest.raises(NotPermitted):
        membership_leave(actor=program, now=NOW)


# The command line


def test_the_command_line_moves_ends_and_withdraws_for_every_party(officer: Actor) -> None:
    person("firm", MANAGER)
    person("firm", Role.ANALYST)
    invitation, secret = invitation_make(
        actor=None, party="firm", role=Role.EXECUTIVE, note="Zhao", now=NOW
    )
    membership_move(actor=None, username="firm-analyst", role=Role.EXECUTIVE, now=NOW)
    membership_end(actor=None, username="firm-analyst", now=NOW)
    invitation_revoke(actor=None, invitation=invitation.pk, now=NOW)
    with pytest.raises(NotFound):
        invitation_open(secret=secret, now=NOW)
    assert _roles("firm") == {"firm-relations_manager": MANAGER}
    assert {by for by, _, _ in _acts()} == {""}
    for name in ("nobody", "no\0body", "\ud800"):
        with pytest.raises(NotFound):
            membership_end(actor=None, username=name, now=NOW)


def test_the_command_line_does_not_let_the_last_officer_go_either(officer: Actor) -> None:
    with pytest.raises(Conflict):
        membership_end(actor=None, username=officer.name, now=NOW)


def test_a_closed_account_is_opened_again_by_the_command_line_without_a_password(
    officer: Actor,
) -> None:
    membership_leave(actor=actor("uni", Role.ANALYST), now=NOW)
    user = membership_grant(username="uni-analyst", party="uni", role=Role.ANALYST, now=NOW).user
    assert user.is_active
    assert not user.has_usable_password()


@pytest.mark.parametrize("name", ["", "li\0na", "\udcff", "a" * 151], ids=ascii)
def test_the_command_line_lets_in_nobody_with_a_broken_name(officer: Actor, name: str) -> None:
    with pytest.raises(Invalid):
        membership_grant(username=name, party="uni", role=Role.ANALYST, now=NOW)
