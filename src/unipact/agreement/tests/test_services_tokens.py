"""Making and revoking tokens: who may, for whom, for how long, and whom a secret lets in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, connection

from unipact.agreement.models import Token
from unipact.agreement.queries.tokens import token_actor, token_found, token_rows, tokens_kept
from unipact.agreement.roles import MATRIX, Act, Actor, Purpose, Role, Side
from unipact.agreement.services import (
    invitation_make,
    invitation_open,
    membership_end,
    membership_grant,
    membership_move,
    token_make,
    token_revoke,
)
from unipact.agreement.services.tokens import LONGEST_DAYS
from unipact.agreement.tests.kept import NOW, actor, kept_version
from unipact.errors import Invalid, NotFound, NotPermitted, UnipactError

pytestmark = pytest.mark.django_db

OFFICER = Role.COOPERATION_OFFICER
SIDES = {"uni": Side.UNIVERSITY, "firm": Side.ENTERPRISE}
EVERYBODY = [(party, role) for party, side in SIDES.items() for role in MATRIX.roles(side)]


@pytest.fixture
def officer() -> Actor:
    """The university's officer."""
    kept_version()
    return actor("uni", OFFICER)


def _made(
    by: Actor | None,
    *,
    party: str = "uni",
    role: Role = Role.ANALYST,
    purpose: Purpose = Purpose.REPORTING,
    name: str = "meters",
    days: int = 30,
) -> tuple[Token, str]:
    return token_make(
        actor=by, party=party, role=role, purpose=purpose, name=name, days=days, now=NOW
    )


def test_a_token_lets_a_program_in_as_its_role_within_its_purpose(officer: Actor) -> None:
    _, secret = _made(officer)
    program = token_actor(secret, now=NOW)
    assert program is not None
    assert (program.party, program.role, program.user_id) == ("uni", Role.ANALYST, None)
    assert program.may(Act.REPORT_SEE)
    assert not program.may(Act.EVIDENCE_ROWS_SEE)


def test_the_secret_is_not_kept_and_the_hint_does_not_give_it_away(officer: Actor) -> None:
    token, secret = _made(officer)
    assert secret not in str(Token.objects.values().get())
    assert secret.startswith(token.hint)
    assert len(secret) - len(token.hint) >= 38


def test_a_token_ends_at_its_hour(officer: Actor) -> None:
    _, secret = _made(officer, days=1)
    day = timedelta(days=1)
    assert token_actor(secret, now=NOW + day - timedelta(seconds=1)) is not None
    assert token_actor(secret, now=NOW + day) is None


def test_a_revoked_token_lets_nobody_in_and_stays_revoked_as_it_was(officer: Actor) -> None:
    token, secret = _made(officer)
    token_revoke(actor=officer, token=token.pk, now=NOW)
    token_revoke(actor=officer, token=token.pk, now=NOW + timedelta(days=1))
    assert token_actor(secret, now=NOW) is None
    assert Token.objects.get().revoked_at == NOW


@pytest.mark.parametrize("secret", ["", "unipact_", "unipact_\0", "unipact_\ud800", "x" * 9_999])
def test_what_is_no_token_lets_nobody_in(officer: Actor, secret: str) -> None:
    assert token_actor(secret, now=NOW) is None


@pytest.mark.parametrize(("party", "role"), EVERYBODY)
def test_who_may_make_list_and_revoke_tokens_is_said_by_the_table(party: str, role: Role) -> None:
    kept_version()
    by = actor(party, role)
    if Act.TOKENS_MANAGE in MATRIX.permitted[SIDES[party], role]:
        token, _ = _made(by, party=party)
        assert [each.id for each in token_rows(by, now=NOW)] == [token.pk]
        token_revoke(actor=by, token=token.pk, now=NOW)
        return
    token, _ = _made(None, party=party)
    for act in (
        lambda: _made(by, party=party),
        lambda: token_rows(by, now=NOW),
        lambda: token_found(by, token.pk, now=NOW),
        lambda: token_revoke(actor=by, token=token.pk, now=NOW),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert Token.objects.get().revoked_at is None


def test_a_token_of_the_other_party_is_answered_as_one_that_is_not_there(officer: Actor) -> None:
    token, secret = _made(officer)
    manager = actor("firm", Role.RELATIONS_MANAGER)
    assert token_rows(manager, now=NOW) == ()
    said = set()
    for number in (token.pk, 0, 2**70):
        for act in (
            lambda n=number: token_revoke(actor=manager, token=n, now=NOW),
            lambda n=number: token_found(manager, n, now=NOW),
        ):
            with pytest.raises(NotFound) as refused:
                act()
            said.add(refused.value.message.replace(str(number), "?"))
    assert said == {"there is no token ?"}
    assert token_actor(secret, now=NOW) is not None


def test_nobody_makes_tokens_for_the_other_party(officer: Actor) -> None:
    for party in ("firm", "nobody", "no\0party"):
        with pytest.raises(NotFound):
            _made(officer, party=party)
    assert not Token.objects.exists()


def test_a_token_has_a_role_that_its_party_has(officer: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        _made(officer, role=Role.RELATIONS_MANAGER)
    assert refused.value.findings[0].where == "role"


@pytest.mark.parametrize("days", [0, -1, LONGEST_DAYS + 1, 10**12])
def test_a_token_lives_from_a_day_to_a_year(officer: Actor, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        _made(officer, days=days)
    assert refused.value.findings[0].where == "days"


@pytest.mark.parametrize("name", ["", "a" * 101, "ab\u202ecd", "a\0b", "\ud800"], ids=ascii)
def test_a_name_that_could_deceive_is_refused(officer: Actor, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        _made(officer, name=name)
    assert refused.value.findings[0].where == "name"
    assert not Token.objects.exists()


def test_a_program_makes_no_token_that_outlives_itself_or_its_maker(officer: Actor) -> None:
    _, secret = _made(officer, role=OFFICER, purpose=Purpose.ADMINISTRATION, days=10)
    program = token_actor(secret, now=NOW)
    child, _ = _made(program, days=300)
    assert child.expires_at == NOW + timedelta(days=10)
    assert child.made_by_id == officer.user_id


def test_what_was_made_with_a_token_ends_with_it(officer: Actor) -> None:
    parent, secret = _made(officer, role=OFFICER, purpose=Purpose.ADMINISTRATION)
    program = token_actor(secret, now=NOW)
    child, _ = _made(program, role=OFFICER, purpose=Purpose.ADMINISTRATION, name="child")
    _, grandchild = _made(
        token_actor(_made(program, role=OFFICER, purpose=Purpose.ADMINISTRATION)[1], now=NOW)
    )
    invitation, link = invitation_make(
        actor=program, party="uni", role=Role.ANALYST, note="a colleague", now=NOW
    )
    other, _ = _made(officer, name="of its own")
    assert invitation.invited_by_id == officer.user_id
    token_revoke(actor=officer, token=parent.pk, now=NOW)
    child.refresh_from_db()
    other.refresh_from_db()
    assert child.revoked_at == NOW
    assert other.revoked_at is None
    assert token_actor(grandchild, now=NOW) is None
    with pytest.raises(NotFound):
        invitation_open(secret=link, now=NOW)


def test_whoever_was_let_go_meanwhile_makes_and_revokes_nothing(officer: Actor) -> None:
    second = membership_grant(username="second", party="uni", role=OFFICER, now=NOW)
    # Who came in before the membership ended, and acts after it.
    late = Actor("second", "uni", Side.UNIVERSITY, OFFICER, user_id=second.user_id)
    token, _ = _made(officer)
    membership_end(actor=officer, username="second", now=NOW)
    for act in (
        lambda: _made(late),
        lambda: token_revoke(actor=late, token=token.pk, now=NOW),
        lambda: invitation_make(actor=late, party="uni", role=Role.ANALYST, note="x", now=NOW),
        lambda: invitation_make(
            actor=late, party="firm", role=Role.RELATIONS_MANAGER, note="x", now=NOW
        ),
        lambda: membership_move(actor=late, username=officer.name, role=Role.ANALYST, now=NOW),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert Token.objects.count() == 1


def test_a_program_whose_token_ended_meanwhile_makes_no_other(officer: Actor) -> None:
    token, secret = _made(officer, role=OFFICER, purpose=Purpose.ADMINISTRATION)
    late = token_actor(secret, now=NOW)
    token_revoke(actor=officer, token=token.pk, now=NOW)
    with pytest.raises(NotPermitted):
        _made(late)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_revoking_and_letting_go_at_one_moment_wait_for_each_other_and_both_happen() -> None:
    kept_version()
    first = actor("uni", OFFICER)
    for number in range(5):
        grant = membership_grant(username=f"o{number}", party="uni", role=OFFICER, now=NOW)
        maker = Actor(f"o{number}", "uni", Side.UNIVERSITY, OFFICER, user_id=grant.user_id)
        tokens = [_made(maker)[0] for _ in range(3)]
        together = threading.Barrier(4)
        failed: list[Exception] = []

        def at_once(act: Callable[[], object], together=together, failed=failed) -> None:
            together.wait()
            try:
                act()
            except (UnipactError, DatabaseError) as error:
                failed.append(error)
            finally:
                connection.close()

        acts = [partial(membership_end, actor=first, username=maker.name, now=NOW)]
        acts += [partial(token_revoke, actor=first, token=each.pk, now=NOW) for each in tokens]
        threads = [threading.Thread(target=at_once, args=(each,)) for each in acts]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert failed == []
        assert not Token.objects.filter(revoked_at__isnull=True).exists()


def test_the_list_says_how_each_token_stands(officer: Actor) -> None:
    revoked, _ = _made(officer, name="revoked")
    _made(officer, name="expired", days=1)
    _made(officer, name="active")
    token_revoke(actor=officer, token=revoked.pk, now=NOW)
    rows = token_rows(officer, now=NOW + timedelta(days=2))
    assert [(each.name, each.state) for each in rows] == [
        ("active", "active"),
        ("expired", "expired"),
        ("revoked", "revoked"),
    ]
    assert {each.made_by for each in rows} == {officer.name}


def test_the_command_line_sees_and_revokes_the_tokens_of_every_party(officer: Actor) -> None:
    ours, _ = _made(officer)
    theirs, _ = _made(None, party="firm")
    kept = tokens_kept(now=NOW)
    assert {(each.party, each.token.id) for each in kept} == {
        ("uni", ours.pk),
        ("firm", theirs.pk),
    }
    assert [each.token.id for each in tokens_kept(now=NOW, party="firm")] == [theirs.pk]
    token_revoke(actor=None, token=theirs.pk, now=NOW)
    with pytest.raises(NotFound):
        token_revoke(actor=None, token=0, now=NOW)
    with pytest.raises(NotFound):
        tokens_kept(now=NOW, party="nobody")
