"""The log through the API: what a program reads proves itself, and what it hands in counts."""

from __future__ import annotations

import io
import json
import sys
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.log.folded import register_of
from unipact.agreement.models import AccessLog, Log, LogDocument, PeopleLog, SigningRequest
from unipact.agreement.roles import Purpose, Role
from unipact.agreement.services import agreement_import, token_make
from unipact.agreement.services.consultation import proposal_make, request_sign
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.parties import (
    AGREEMENT,
    CONTENT,
    NOW,
    PARTIES,
    founded,
    keys_of,
    signer,
)
from unipact.tlog.keys import VerifierKey
from unipact.tlog.merkle import leaf_hash, verify_consistency, verify_inclusion
from unipact.tlog.receipt import read_receipt
from unipact.tlog.witness import Seen
from unipact.tlog.witness import cosign as cosigned

pytestmark = pytest.mark.django_db

AT = f"/api/v1/agreements/{AGREEMENT}"
OFFICERS = {"usst": Role.COOPERATION_OFFICER, "huawei": Role.RELATIONS_MANAGER}


class Program:
    """A program of a party that signs and verifies."""

    def __init__(self, party: str, purpose: Purpose = Purpose.SIGNING) -> None:
        _, self.secret = token_make(
            actor=None,
            party=party,
            role=OFFICERS[party],
            purpose=purpose,
            name="log",
            days=30,
            now=timezone.now(),
        )

    def get(self, address: str, **headers: str):
        sent = {"authorization": f"Bearer {self.secret}", **headers}
        return Client().get(f"{AT}{address}", headers=sent)

    def delete(self, address: str):
        sent = {"authorization": f"Bearer {self.secret}"}
        return Client().delete(f"{AT}{address}", headers=sent)

    def post(self, address: str, body: object):
        sent = {"authorization": f"Bearer {self.secret}", "idempotency-key": uuid.uuid4().hex}
        return Client().post(f"{AT}{address}", json.dumps(body), "application/json", headers=sent)


def ended(party: str, on: str = "2099-01-01"):
    return proposal_make(
        signer=signer(party),
        agreement=AGREEMENT,
        proposed=Proposed("end", reason_en="Done", effect={"on": on}),
        now=timezone.now(),
        consent=True,
    )


def test_the_state_names_the_root_and_who_cosigned():
    log = founded(inside=("usst",))
    found = Program("usst").get("/log").json()
    assert found["present"]["size"] == 1
    assert found["present"]["cosigned_by"] == ["usst"]
    assert found["cosigned"] is None
    assert found["pending"] == 1
    assert found["origin"] == log.origin
    assert {each["party"]: each["size"] for each in found["parties"]} == {"usst": 1, "huawei": 0}


def test_an_unfounded_log_is_not_there():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    program = Program("usst")
    for address in ("/log", "/log/entries", "/log/bundle", "/keys", "/log/cosigning"):
        assert program.get(address).status_code == 404


def test_proofs_prove():
    founded()
    for number in range(1, 4):
        ended("usst", f"2099-01-0{number}")
    program = Program("huawei")
    entry = program.get("/log/entries/2").json()
    proof = program.get("/log/proofs/inclusion?index=2&size=5").json()
    assert leaf_hash(entry["note"].encode()).hex() == entry["leaf_sha256"] == proof["leaf_sha256"]
    verify_inclusion(
        index=2,
        size=5,
        leaf=bytes.fromhex(proof["leaf_sha256"]),
        proof=[bytes.fromhex(each) for each in proof["proof"]],
        root=bytes.fromhex(proof["root"]),
    )
    grown = program.get("/log/proofs/consistency?old=3").json()
    assert grown["new"] == 7
    verify_consistency(
        old=3,
        new=7,
        proof=[bytes.fromhex(each) for each in grown["proof"]],
        old_root=bytes.fromhex(grown["old_root"]),
        new_root=bytes.fromhex(grown["new_root"]),
    )
    assert grown["new_root"] == program.get("/log").json()["present"]["root"]
    receipt = read_receipt(program.get("/log/entries/6/receipt").content)
    assert (receipt.index, receipt.note.text) == (6, _text(program.get("/log/checkpoint").content))


def _text(note: bytes) -> bytes:
    return note.split(b"\n\n")[0] + b"\n"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/log/entries/1", 404),
        ("/log/entries/1/receipt", 404),
        ("/log/entries/99999999999", 422),
        ("/log/checkpoint?size=2", 404),
        ("/log/checkpoint?size=0", 422),
        ("/log/proofs/inclusion?index=1", 404),
        ("/log/proofs/inclusion?index=-1", 422),
        ("/log/proofs/consistency?old=2", 404),
        ("/log/proofs/consistency?old=1&new=9223372036854775807", 404),
        ("/log/proofs/inclusion?size=9223372036854775807", 404),
        ("/log/entries?before=9223372036854775807", 200),
        ("/log/cosigning?old=2", 404),
    ],
)
def test_what_the_log_does_not_hold_is_refused(address, status):
    founded()
    assert Program("usst").get(address).status_code == status


def test_entries_come_newest_first_with_their_meaning_in_both_languages(monkeypatch):
    founded()
    ended("usst")
    monkeypatch.setattr("unipact.agreement.queries.log.entries.ENTRY_PAGE", 2)
    # The package gives its routers the names of the modules.
    monkeypatch.setattr(sys.modules["unipact.agreement.api.log"], "ENTRY_PAGE", 2)
    program = Program("huawei", Purpose.REPORTING)
    first = program.get("/log/entries").json()
    assert [each["index"] for each in first["items"]] == [2, 1]
    assert first["next"] == 1
    second = program.get(f"/log/entries?before={first['next']}").json()
    assert [each["index"] for each in second["items"]] == [0]
    assert second["next"] is None
    said = first["items"][1]["meaning"]
    assert "proposed to end the agreement on 2099-01-01" in said["en"]
    assert said["zh"]


def test_the_bundle_verifies_and_is_not_a_read_of_one_party_alone():
    founded()
    ended("huawei")
    program = Program("usst", Purpose.VERIFICATION)
    answer = program.get("/log/bundle")
    assert answer.headers["Content-Type"] == "application/x-tar"
    data = b"".join(answer)
    keys = [keys_of(each).public for each in PARTIES]
    verdict = verify_bundle(io.BytesIO(data), Question(keys))
    assert verdict.accepted, verdict
    again = program.get("/log/bundle", **{"if-none-match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert not AccessLog.objects.exists()


def test_a_program_cosigns_what_it_was_given():
    log = founded(inside=("usst",))
    program = Program("huawei")
    asked = program.get("/log/cosigning").content
    register = register_of(log)
    signature, _ = cosigned(
        asked,
        seen=Seen(),
        log_key=VerifierKey.parse(register.log_key),
        key=keys_of("huawei").cosign,
        origin=log.origin,
        now=int(timezone.now().timestamp()),
    )
    refused = program.post("/log/cosigning", {"cosignature": "— huawei/cosign AAAA"})
    assert refused.status_code == 422
    assert refused.json()["type"].startswith("urn:unipact:problem:")
    made = program.post("/log/cosigning", {"cosignature": signature.line.decode()})
    assert (made.status_code, made.json()) == (201, {"party": "huawei", "size": 1})
    again = program.post("/log/cosigning", {"cosignature": signature.line.decode()})
    assert again.status_code == 409
    assert program.get("/log").json()["pending"] == 0


def test_half_a_character_is_no_cosignature():
    founded(inside=("usst",))
    assert Program("huawei").post("/log/cosigning", {"cosignature": "\ud800"}).status_code == 422


def test_both_found_the_log_and_each_meets_its_own_request_only():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    program = Program("usst")
    keys = {
        each: {
            "consent": str(keys_of(each).consent.verifier),
            "cosign": str(keys_of(each).cosign.verifier),
        }
        for each in PARTIES
    }
    swapped = {**keys, "usst": {"consent": keys["usst"]["cosign"], "cosign": "x"}}
    assert program.post("/log/founding", {"keys": swapped}).status_code == 422
    assert program.post("/log/founding", {"keys": {"usst": keys["usst"]}}).status_code == 422
    made = program.post("/log/founding", {"keys": keys})
    assert made.status_code == 201
    asked = SigningRequest.objects.get(party__slug="usst")
    assert made.json() == {"request": asked.pk, "line": bytes(asked.line).decode()}
    for each in SigningRequest.objects.all():
        request_sign(
            signer=signer(each.party.slug, brings=True),
            agreement=AGREEMENT,
            request=each.pk,
            now=timezone.now(),
        )
    assert Log.objects.get().size == 1
    assert program.post("/log/founding", {"keys": keys}).status_code == 409


def test_keys_say_where_they_live():
    founded(inside=("usst",))
    found = Program("huawei", Purpose.REPORTING).get("/keys").json()
    assert found["log"]["is_inside"]
    inside = {each["party"]: each["consent"]["is_inside"] for each in found["parties"]}
    assert inside == {"usst": True, "huawei": False}
    assert "PRIVATE" not in json.dumps(found)


def test_keys_and_cosigning_are_not_for_every_token():
    founded()
    program = Program("usst", Purpose.REPORTING)
    assert program.get("/log").status_code == 200
    assert program.get("/log/cosigning").status_code == 403
    assert program.post("/log/cosigning", {"cosignature": "x"}).status_code == 403
    assert program.post("/log/founding", {"keys": {}}).status_code == 403


def test_a_program_erases_a_reason_of_its_own_party_only():
    founded()
    ended("usst")
    (sha256,) = LogDocument.objects.filter(kind="reason").values_list("sha256", flat=True)
    address, program = f"/log/reasons/{sha256}", Program("usst")
    assert Program("huawei").delete(address).status_code == 403
    assert Program("usst", Purpose.VERIFICATION).delete(address).status_code == 403
    assert program.delete(f"/log/reasons/{'0' * 64}").status_code == 404
    assert program.delete("/log/reasons/none").status_code == 422
    assert LogDocument.objects.filter(sha256=sha256).exists()

    assert program.delete(address).status_code == 204
    assert not LogDocument.objects.filter(sha256=sha256).exists()
    assert program.delete(address).status_code == 404
    assert PeopleLog.objects.get(act="reason-erased").subject == f"{AGREEMENT} #1"
