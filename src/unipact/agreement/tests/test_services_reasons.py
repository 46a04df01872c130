"""Reasons and other documents beside the log: who erases them, and when nothing names them."""

from __future__ import annotations

import pytest

from unipact.agreement.models import (
    AgreementVersion,
    Comment,
    Log,
    LogDocument,
    Membership,
    PeopleLog,
    SigningRequest,
)
from unipact.agreement.roles import Role
from unipact.agreement.services import agreement_import
from unipact.agreement.services.consultation import (
    comment_add,
    dispute_open,
    founding_prepare,
    proposal_make,
    reason_erase,
    request_drop,
    request_sign,
)
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.services.consultation.signing import Signer
from unipact.agreement.tests.consulted import POOL, proposed
from unipact.agreement.tests.kept import actor
from unipact.agreement.tests.parties import (
    AGREEMENT,
    CONTENT,
    DAY,
    NOW,
    PARTIES,
    founded,
    keys_of,
    next_version,
    signer,
)
from unipact.errors import NotFound, NotPermitted

pytestmark = pytest.mark.django_db

USST, HUAWEI = Role.COOPERATION_OFFICER, Role.RELATIONS_MANAGER


def erase(signer: Signer, sha256: str) -> None:
    reason_erase(signer=signer, agreement=AGREEMENT, sha256=sha256, now=NOW + DAY)


def waiting(content: bytes | None = None) -> SigningRequest:
    """A proposal of the party whose key is elsewhere."""
    what = {"kind": "version", "reason_en": "Mr Li is ill", "content": content or next_version()}
    (done,) = proposal_make(
        signer=signer("huawei"), agreement=AGREEMENT, proposed=Proposed(**what), now=NOW
    )
    assert done.request is not None
    return done.request


def drop(request: SigningRequest) -> None:
    request_drop(
        signer=signer(request.party.slug), agreement=AGREEMENT, request=request.pk, now=NOW
    )


def kinds() -> list[str]:
    """What is kept beside the log."""
    return sorted(LogDocument.objects.values_list("kind", flat=True))


def test_the_other_party_does_not_erase_a_reason():
    founded()
    sha256 = proposed().last.change.reason_sha256
    for other in (signer("huawei"), Signer("huawei", actor("huawei", HUAWEI))):
        with pytest.raises(NotPermitted, match="gave a reason"):
            erase(other, sha256)
    assert LogDocument.objects.filter(sha256=sha256).exists()
    assert not PeopleLog.objects.filter(act="reason-erased").exists()


def test_who_erased_a_reason_is_noted_among_its_own_people():
    founded()
    sha256 = proposed().last.change.reason_sha256
    officer = actor("usst", USST)
    erase(Signer("usst", officer), sha256)
    (line,) = PeopleLog.objects.filter(act="reason-erased")
    assert (line.party.slug, line.by, line.detail) == ("usst", officer.name, USST.value)
    assert (line.subject, line.at) == (f"{AGREEMENT} #1", NOW + DAY)


def test_the_reason_of_a_dispute_is_erased_by_whoever_opened_it():
    founded()
    done = dispute_open(
        signer=signer("huawei"),
        agreement=AGREEMENT,
        commitment=POOL,
        period="h2-2019",
        reason="Ms Wang said so",
        now=NOW,
    )
    assert done.entry is not None
    (sha256,) = LogDocument.objects.filter(kind="reason").values_list("sha256", flat=True)
    with pytest.raises(NotPermitted):
        erase(signer("usst"), sha256)
    erase(signer("huawei"), sha256)
    assert not LogDocument.objects.filter(sha256=sha256).exists()


def test_only_reasons_that_an_entry_gives_are_erased_and_once():
    founded(inside=("usst",))
    made = proposed()
    change = made.last.change
    drafted = waiting(next_version(change=("silence_days = 60", "silence_days = 30")))
    unsigned = LogDocument.objects.filter(kind="reason").exclude(sha256=change.reason_sha256)
    erase(signer("usst"), change.reason_sha256)
    nothing = ["", "ä" * 64, "0" * 64, change.proposed_file_sha256, change.reason_sha256]
    for sha256 in (*nothing, unsigned.get().sha256):
        with pytest.raises(NotFound, match="no such reason"):
            erase(signer(drafted.party.slug if sha256 not in nothing else "usst"), sha256)
    assert PeopleLog.objects.filter(act="reason-erased").count() == 1


@pytest.mark.parametrize("way", ["the role", "the membership"])
def test_whoever_may_not_sign_or_was_let_go_erases_nothing(way):
    founded()
    sha256 = proposed().last.change.reason_sha256
    by = actor("usst", Role.ANALYST if way == "the role" else USST)
    if way == "the membership":
        Membership.objects.filter(user__pk=by.user_id).delete()
    with pytest.raises(NotPermitted):
        erase(Signer("usst", by), sha256)
    assert LogDocument.objects.filter(sha256=sha256).exists()


def test_whoever_was_let_go_comments_no_more():
    founded()
    made = proposed()
    by = actor("usst", USST)
    Membership.objects.filter(user__pk=by.user_id).delete()
    with pytest.raises(NotPermitted, match="not any more"):
        comment_add(actor=by, agreement=AGREEMENT, proposal=made.id, text="Still me", now=NOW)
    assert not Comment.objects.exists()


def test_with_a_dropped_request_go_the_documents_that_only_it_named():
    founded(inside=("usst",))
    asked = waiting()
    assert kinds() == ["agreement", "agreement", "reason"]
    drop(asked)
    assert kinds() == ["agreement"]
    assert Log.objects.get().size == 1


def test_a_file_that_another_request_names_stays_until_that_one_is_dropped():
    founded(inside=("usst",))
    one, other = waiting(), waiting()
    assert kinds() == ["agreement", "agreement", "reason", "reason"]
    drop(one)
    assert kinds() == ["agreement", "agreement", "reason"]
    drop(other)
    assert kinds() == ["agreement"]


def test_a_file_that_an_entry_names_stays():
    founded(inside=("usst",))
    made = proposed()
    drop(waiting())
    left = set(LogDocument.objects.values_list("sha256", flat=True))
    change = made.last.change
    assert {change.proposed_file_sha256, change.reason_sha256} < left
    assert kinds() == ["agreement", "agreement", "reason"]


def test_a_founding_that_was_prepared_for_an_earlier_version_leaves_no_file():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    public = {party: keys_of(party).public for party in PARTIES}
    prepare = {"signer": signer("usst"), "agreement": AGREEMENT, "keys": public, "now": NOW}
    founding_prepare(**prepare)
    AgreementVersion.objects.update(state="superseded")
    second = agreement_import(actor=None, content=next_version(), now=NOW, state="in_force")
    for each in founding_prepare(**prepare):
        by = signer(each.party.slug, brings=True)
        request_sign(signer=by, agreement=AGREEMENT, request=each.pk, now=NOW)
    assert list(LogDocument.objects.values_list("sha256", flat=True)) == [second.file_sha256]
