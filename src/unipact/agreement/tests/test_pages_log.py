"""The pages of the log: reading it, its keys, founding it, and signing where the keys are."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.formats.key_files import generate, private_file, public_file
from unipact.agreement.log.folded import register_of
from unipact.agreement.models import Cosignature, HeldKey, Log, LogDocument, SigningRequest
from unipact.agreement.queries.log.entries import ENTRY_PAGE
from unipact.agreement.roles import Role
from unipact.agreement.services import agreement_import
from unipact.agreement.services.consultation import decision_make, proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.kept import person
from unipact.agreement.tests.parties import (
    AGREEMENT,
    CONTENT,
    NOW,
    PARTIES,
    founded,
    keys_of,
    next_version,
    signer,
)
from unipact.tlog.keys import VerifierKey
from unipact.tlog.note import Note
from unipact.tlog.receipt import read_receipt
from unipact.tlog.receipt import verify as verify_receipt
from unipact.tlog.witness import Seen
from unipact.tlog.witness import cosign as cosigned

pytestmark = pytest.mark.django_db

BASE = f"/agreements/{AGREEMENT}"
LOG, KEYS, REQUESTS = f"{BASE}/log/", f"{BASE}/keys/", f"{BASE}/requests/"
OFFICERS = {"usst": Role.COOPERATION_OFFICER, "huawei": Role.RELATIONS_MANAGER}


def window(party: str, role: Role | None = None, language: str = "en") -> Client:
    """The browser of somebody who acts for a party, its officer unless named."""
    client = Client(headers={"accept-language": language})
    client.force_login(person(party, role or OFFICERS[party]))  # type: ignore[arg-type]
    return client


def text_of(answer) -> str:
    """What a page says, without its tags."""
    body = re.sub(r"<(script|template)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def body_of(answer) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


def waiver(party: str, **more):
    """A proposal of a party that is no other version."""
    return proposal_make(
        signer=signer(party),
        agreement=AGREEMENT,
        proposed=Proposed(
            "waiver",
            reason_en="No heating",
            effect={"commitment": "campus-energy-savings-pool", "period": "h2-2019"},
        ),
        now=timezone.now(),
        **more,
    )


def file(content: bytes, name: str = "file") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_before_the_founding_the_pages_say_what_comes_first():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    browser = window("usst")
    assert "The log has not begun" in text_of(browser.get(LOG))
    keys = text_of(browser.get(KEYS))
    assert "Found the log" in keys
    assert str(keys_of("huawei").consent.verifier) in keys
    assert "Nothing waits for your signature" in text_of(browser.get(REQUESTS))
    assert browser.get(f"{LOG}0/").status_code == 404
    assert browser.get(f"{LOG}bundle.tar").status_code == 404


@pytest.mark.parametrize(
    ("language", "said"), [("en", "began this log with version 1"), ("zh-hans", "双方")]
)
def test_the_log_says_what_each_entry_means(language, said):
    founded()
    (done,) = waiver("usst")
    assert done.entry is not None
    page = text_of(window("huawei", language=language).get(LOG))
    assert said in page or language != "en"
    if language == "en":
        assert "proposed to waive" in page
        assert "One number over everything" in page
        assert "2 entries" in page


def test_a_page_of_the_log_ends_and_the_next_goes_on(monkeypatch):
    founded()
    for number in range(3):
        proposal_make(
            signer=signer("usst"),
            agreement=AGREEMENT,
            proposed=Proposed("end", reason_en="Done", effect={"on": f"2099-01-0{number + 1}"}),
            now=timezone.now(),
        )
    monkeypatch.setattr("unipact.agreement.queries.log.entries.ENTRY_PAGE", 2)
    monkeypatch.setattr("unipact.agreement.views.log.reading.ENTRY_PAGE", 2)
    browser = window("usst")
    first = browser.get(LOG).content.decode()
    assert re.findall(rf'href="{LOG}(\d+)/"', first) == ["3", "2"]
    second = browser.get(f"{LOG}?before=2").content.decode()
    assert re.findall(rf'href="{LOG}(\d+)/"', second) == ["1", "0"]
    assert 'href="?before=' not in second
    assert ENTRY_PAGE > 2


def test_an_entry_can_be_taken_along_with_its_receipt():
    log = founded()
    browser = window("usst")
    page = text_of(browser.get(f"{LOG}0/"))
    assert "Signed by both" in page
    note = browser.get(f"{LOG}0/note").content
    assert note == bytes(log.entries.get(index=0).data)
    receipt = read_receipt(browser.get(f"{LOG}0/receipt").content)
    register = register_of(log)
    shown = verify_receipt(
        receipt,
        entry=note,
        origin=log.origin,
        log_key=VerifierKey.parse(register.log_key),
        cosign_keys=[VerifierKey.parse(each.cosign) for each in register.keys.values()],
    )
    assert shown.size == 1
    assert browser.get(f"{LOG}checkpoint").content.decode().startswith(f"{log.origin}\n1\n")
    assert browser.get(f"{LOG}1/").status_code == 404


def test_the_bundle_that_a_page_gives_verifies_with_the_keys_that_it_gives():
    founded()
    waiver("usst", consent=True)
    browser = window("huawei")
    answer = browser.get(f"{LOG}bundle.tar")
    assert answer.streaming
    from unipact.agreement.formats.key_files import read_public

    keys = [read_public(browser.get(f"{KEYS}{party}.pub").content, name=party) for party in PARTIES]
    verdict = verify_bundle(io.BytesIO(body_of(answer)), Question(keys))
    assert verdict.accepted, verdict


def test_before_both_have_cosigned_there_is_no_bundle():
    founded(inside=())
    browser = window("usst")
    page = browser.get(LOG)
    assert "as soon as both parties have signed a number" in text_of(page)
    assert "bundle.tar" not in page.content.decode()
    assert browser.get(f"{LOG}bundle.tar").status_code == 409
    assert browser.get(f"{LOG}0/receipt").status_code == 404


def test_both_found_the_log_on_the_page_one_with_its_key_inside():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    usst, huawei = window("usst"), window("huawei")
    private = private_file(keys_of("usst"))
    assert usst.post(f"{KEYS}hold/", {"private": file(private)}).status_code == 302
    pubs = {f"pub_{each}": file(public_file(keys_of(each).public)) for each in PARTIES}
    assert usst.post(f"{KEYS}found/", pubs).headers["Location"] == REQUESTS

    (asked,) = SigningRequest.objects.filter(party__slug="usst")
    page = text_of(usst.get(REQUESTS))
    assert "a click signs it" in page
    assert usst.post(f"{REQUESTS}{asked.pk}/sign/").status_code == 302
    assert "It counts when the other party has signed as well" in text_of(usst.get(REQUESTS))

    (other,) = SigningRequest.objects.filter(party__slug="huawei")
    line = huawei.get(f"{REQUESTS}{other.pk}/line").content
    note = bytes(Note(line, (keys_of("huawei").consent.sign(line),)))
    answer = huawei.post(f"{REQUESTS}{other.pk}/note/", {"note": file(note)})
    assert answer.headers["Location"] == f"{LOG}0/"
    assert Log.objects.get().size == 1
    keys = text_of(usst.get(KEYS))
    assert "inside this server" in keys
    assert "elsewhere" in keys


def test_wrong_key_files_are_named_at_their_field():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    browser = window("usst")
    answer = browser.post(
        f"{KEYS}found/",
        {
            "pub_usst": file(b"nothing"),
            "pub_huawei": file(public_file(keys_of("huawei").public)),
        },
    )
    assert answer.status_code == 422
    assert 'id="error_pub_usst"' in answer.content.decode()
    assert browser.post(f"{KEYS}found/", {}).status_code == 422
    answer = browser.post(f"{KEYS}hold/", {"private": file(b"PRIVATE+KEY+x+00000000+AAAA")})
    assert answer.status_code == 422
    assert b"PRIVATE+KEY+x" not in answer.content


def test_what_is_signed_elsewhere_becomes_an_entry_and_a_wrong_note_does_not():
    log = founded(inside=("usst",))
    (done,) = waiver("huawei")
    assert done.request is not None
    browser = window("huawei")
    page = text_of(browser.get(REQUESTS))
    assert "proposed to waive" in page
    assert f"unipact sign {AGREEMENT}-request-{done.request.pk}.json" in page
    line = browser.get(f"{REQUESTS}{done.request.pk}/line").content
    at = f"{REQUESTS}{done.request.pk}/note/"
    wrong = bytes(Note(line, (keys_of("usst").consent.sign(line),)))
    for note in (wrong, line, b"\xff"):
        assert browser.post(at, {"note": file(note)}).status_code == 422
    assert browser.post(f"{REQUESTS}{done.request.pk}/sign/").status_code == 409
    log.refresh_from_db()
    assert log.size == 1
    right = bytes(Note(line, (keys_of("huawei").consent.sign(line),)))
    assert browser.post(at, {"note": file(right)}).headers["Location"] == f"{LOG}1/"
    assert browser.post(at, {"note": file(right)}).status_code == 404


def test_a_request_is_dropped_and_the_log_stays_as_it_was():
    log = founded(inside=("usst",))
    (done,) = waiver("huawei")
    browser = window("huawei")
    assert browser.post(f"{REQUESTS}{done.request.pk}/drop/").status_code == 302
    assert not SigningRequest.objects.exists()
    log.refresh_from_db()
    assert log.size == 1


def test_a_party_never_meets_the_requests_of_the_other():
    founded(inside=("usst",))
    before = {page: text_of(window("usst").get(page)) for page in (LOG, KEYS, REQUESTS)}
    (done,) = waiver("huawei")
    browser = window("usst")
    assert {page: text_of(browser.get(page)) for page in before} == before
    assert browser.get(f"{REQUESTS}{done.request.pk}/line").status_code == 404
    for act in ("sign", "drop", "note"):
        answer = browser.post(f"{REQUESTS}{done.request.pk}/{act}/", {"note": file(b"x")})
        assert answer.status_code == 404
    assert SigningRequest.objects.count() == 1


def test_no_page_shows_a_private_key():
    founded()
    secrets = [
        str(key) for each in PARTIES for key in (keys_of(each).consent, keys_of(each).cosign)
    ]
    sealed = list(HeldKey.objects.values_list("sealed", flat=True))
    for party in PARTIES:
        browser = window(party)
        for page in (LOG, KEYS, REQUESTS, f"{LOG}0/"):
            shown = browser.get(page).content.decode()
            assert "PRIVATE+KEY" not in shown
            assert not [each for each in (*secrets, *sealed) if each in shown]


def test_a_party_cosigns_elsewhere_from_what_it_cosigned_before():
    log = founded(inside=("usst",))
    browser = window("huawei")
    page = text_of(browser.get(REQUESTS))
    assert "--log-key" in page
    asked = browser.get(f"{BASE}/cosigning/request").content
    signature, _ = cosigned(
        asked,
        seen=Seen(),
        log_key=VerifierKey.parse(register_of(log).log_key),
        key=keys_of("huawei").cosign,
        origin=log.origin,
        now=int(timezone.now().timestamp()),
    )
    at = f"{BASE}/cosigning/"
    assert browser.post(at, {"cosignature": file(b"nothing")}).status_code == 422
    assert browser.post(at, {}).status_code == 422
    assert browser.post(at, {"cosignature": file(signature.line)}).status_code == 302
    assert Cosignature.objects.filter(party__slug="huawei").get().size == 1
    assert browser.post(at, {"cosignature": file(signature.line)}).status_code == 409
    assert "has signed the number over all 1 entries" in text_of(browser.get(REQUESTS))
    assert browser.get(f"{LOG}bundle.tar").status_code == 200


def test_a_key_changes_when_both_consent_and_the_page_says_since_when():
    log = founded()
    browser = window("usst")
    new = generate("usst.example/unipact")
    answer = browser.post(
        f"{KEYS}change/",
        {
            "use": "consent",
            "where": "elsewhere",
            "key": str(new.consent.verifier),
            "reason": "A new machine",
        },
    )
    assert answer.status_code == 302, text_of(answer)
    log.refresh_from_db()
    (proposal,) = register_of(log).proposals.values()
    decision_make(
        signer=signer("huawei"),
        agreement=AGREEMENT,
        change=proposal.last.change_sha256,
        decision="consent",
        now=timezone.now(),
    )
    assert register_of(log).keys["usst"].consent == str(new.consent.verifier)
    page = text_of(browser.get(KEYS))
    assert f"entry {log.entries.last().index}" in page
    assert "elsewhere" in page


@pytest.mark.parametrize("use", ["cosign", "log"])
def test_a_new_key_can_be_made_inside(use):
    log = founded()
    held = HeldKey.objects.count()
    answer = window("usst").post(
        f"{KEYS}change/", {"use": use, "where": "inside", "reason": "Rotation"}
    )
    assert answer.status_code == 302
    assert HeldKey.objects.count() == held + 1
    log.refresh_from_db()
    (proposal,) = register_of(log).proposals.values()
    assert proposal.last.change.effect["holder"] == ("log" if use == "log" else "usst")
    assert proposal.last.decisions["usst"][0] == "consent"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"use": "consent", "key": "nonsense", "reason": "x"}, "key"),
        ({"use": "consent", "key": "", "reason": "x"}, "key"),
        ({"use": "crown", "key": "", "reason": "x"}, "use"),
        ({"use": "cosign", "where": "inside", "reason": ""}, "reason"),
    ],
)
def test_a_change_that_cannot_be_proposed_leaves_nothing_behind(sent, field):
    log = founded()
    held = HeldKey.objects.count()
    answer = window("usst").post(f"{KEYS}change/", sent)
    assert answer.status_code == 422
    assert f'id="error_{field}"' in answer.content.decode()
    assert HeldKey.objects.count() == held
    log.refresh_from_db()
    assert log.size == 1


def test_an_analyst_reads_the_log_and_manages_nothing():
    founded()
    browser = window("usst", Role.ANALYST)
    for page in (LOG, KEYS, f"{LOG}0/", f"{LOG}bundle.tar"):
        assert browser.get(page).status_code == 200
    assert "Keep them inside" not in text_of(browser.get(KEYS))
    assert browser.get(REQUESTS).status_code == 403
    for act in ("keys/found/", "keys/hold/", "keys/change/", "cosigning/"):
        assert browser.post(f"{BASE}/{act}").status_code == 403


def test_a_proposed_version_says_its_number():
    founded()
    proposal_make(
        signer=signer("usst"),
        agreement=AGREEMENT,
        proposed=Proposed("version", reason_en="More time", content=next_version()),
        now=timezone.now(),
        consent=True,
    )
    page = text_of(window("usst").get(LOG))
    assert "proposed to change version 1." in page
    assert "consented to round 1 of the proposal to change version 1." in page


def test_an_officer_erases_the_reason_of_an_entry_after_being_asked_once():
    founded()
    (done,) = waiver("usst")
    assert done.entry is not None
    entry, erase = f"{LOG}{done.entry.index}/", f"{LOG}{done.entry.index}/reason/erase/"
    browser = window("usst")
    assert erase in browser.get(entry).content.decode()
    asked = text_of(browser.get(erase))
    assert "No heating" in asked
    assert "cannot be undone" in asked
    assert LogDocument.objects.filter(kind="reason").exists()

    answer = browser.post(erase, follow=True)
    assert answer.redirect_chain[-1][0] == entry
    assert "The reason is erased" in text_of(answer)
    assert erase not in answer.content.decode()
    assert not LogDocument.objects.filter(kind="reason").exists()
    assert browser.post(erase).status_code == 404
    people = text_of(browser.get(f"{BASE}/people/"))
    assert f"Reason erased from beside the log {AGREEMENT} #{done.entry.index}" in people


def test_the_page_to_erase_a_reason_is_for_officers_of_the_party_that_gave_it():
    founded()
    waiver("usst")
    address = f"{LOG}1/reason/erase/"
    for browser, status in (
        (window("huawei"), 404),
        (window("usst", Role.EXECUTIVE), 403),
    ):
        assert address not in browser.get(f"{LOG}1/").content.decode()
        assert browser.get(address).status_code == status
        assert browser.post(address).status_code == status
    assert window("usst").get(f"{LOG}0/reason/erase/").status_code == 404
    assert LogDocument.objects.filter(kind="reason").exists()


def test_a_reason_that_was_changed_by_hand_can_be_erased_all_the_same():
    founded()
    waiver("usst")
    kept = LogDocument.objects.get(kind="reason")
    kept.delete()
    kept.content = b"[1]"
    kept.save(force_insert=True)
    browser, address = window("usst"), f"{LOG}1/reason/erase/"
    assert browser.get(address).status_code == 200
    assert browser.post(address).status_code == 302
    assert not LogDocument.objects.filter(kind="reason").exists()
