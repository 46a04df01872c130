"""Consulting through the API: what a program of either party proposes, decides, reviews, signs."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from unipact.agreement.models import AgreementVersion, Comment, LogEntry, SigningRequest
from unipact.agreement.roles import Purpose
from unipact.agreement.services import token_make
from unipact.agreement.tests.consulted import CEILING, POOL, ROLES, evaluated, evidence_id
from unipact.agreement.tests.parties import (
    AGREEMENT,
    PARTIES,
    founded,
    keys_of,
    next_version,
)
from unipact.tlog.note import Note

pytestmark = pytest.mark.django_db

AT = f"/api/v1/agreements/{AGREEMENT}"
NEXT = {"agreement_toml": next_version().decode(), "reason_en": "More time", "reason_zh": "延期"}


class Program:
    """A program of a party's officer, with a token for signing unless another purpose is named."""

    def __init__(self, party: str, purpose: Purpose = Purpose.SIGNING) -> None:
        _, secret = token_make(
            actor=None,
            party=party,
            role=ROLES[party][1],
            purpose=purpose,
            name="consult",
            days=30,
            now=timezone.now(),
        )
        self._sent = {"authorization": f"Bearer {secret}"}

    def read(self, address: str, status: int = 200) -> bytes:
        """What a read gives, byte for byte."""
        answer = Client().get(f"{AT}{address}", headers=self._sent)
        assert answer.status_code == status, answer.content.decode()
        content: bytes = answer.content
        return content

    def get(self, address: str, status: int = 200) -> Any:
        """What a read says in JSON."""
        return json.loads(self.read(address, status))

    def post(self, address: str, body: Any, status: int = 201, *, key: str = "") -> Any:
        """What a write says; a note goes as it is."""
        sent = {**self._sent, "idempotency-key": key or uuid.uuid4().hex}
        is_note = isinstance(body, bytes)
        answer = Client().post(
            f"{AT}{address}",
            body if is_note else json.dumps(body),
            "text/plain" if is_note else "application/json",
            headers=sent,
        )
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def delete(self, address: str, status: int = 204) -> None:
        """Drop something."""
        answer = Client().delete(f"{AT}{address}", headers=self._sent)
        assert answer.status_code == status, answer.content.decode()


def both() -> tuple[Program, Program]:
    """A program of the university and one of the enterprise."""
    return Program("usst"), Program("huawei")


def test_a_version_goes_from_proposal_to_force_by_two_programs():
    founded()
    university, enterprise = both()
    made = university.post("/proposals", {**NEXT, "consent": True})
    assert (made["entry"], made["round"], made["consent_entry"]) == (1, 1, 2)
    at = f"/proposals/{made['proposal']}"
    (row,) = enterprise.get("/proposals")["items"]
    assert (row["state"], row["waiting_for"], row["waits_for_me"]) == ("open", ["huawei"], True)

    whole = enterprise.get(at)
    assert whole["rounds"][0]["reason"] == {"en": "More time", "zh": "延期"}
    (section,) = whole["difference"]["sections"]
    (change,) = section["items"][0]["values"]
    assert (change["path"], change["old"]["raw"], change["new"]["raw"]) == (
        ["governance", "silence_days"],
        60,
        90,
    )
    assert whole["consequences"]["grave"] == [{"concern": "governance", "id": ""}]
    assert whole["why_not"]["consent"] is None
    assert enterprise.read(f"{at}/agreement.toml") == next_version()

    decision = {"change_sha256": whole["proposal"]["change_sha256"], "decision": "consent"}
    assert enterprise.post(f"{at}/decisions", decision) == {"entry": 3, "request": None}
    found = university.get("/proposals")
    assert (found["version"], found["items"][0]["state"]) == (2, "adopted")
    assert AgreementVersion.objects.get(state="in_force").n == 2


def test_the_same_write_with_the_same_key_is_one_entry():
    founded()
    university, _ = both()
    first, second = (university.post("/proposals", NEXT, key="once") for _ in range(2))
    assert first == second
    assert LogEntry.objects.filter(type="proposal").count() == 1


def test_a_decision_on_an_earlier_round_decides_nothing():
    founded()
    university, enterprise = both()
    made = university.post("/proposals", {"end": {"on": "2099-01-01"}, "reason_en": "Done"})
    at = f"/proposals/{made['proposal']}"
    later = {"end": {"on": "2099-06-01"}, "reason_en": "Later"}
    again = enterprise.post(f"{at}/rounds", later)
    assert (again["proposal"], again["round"]) == (made["proposal"], 2)
    decision = {"change_sha256": made["change_sha256"], "decision": "consent"}
    said = university.post(f"{at}/decisions", decision, 409)
    assert said["type"] == "urn:unipact:problem:conflict"
    assert "round 2" in said["detail"]
    other = university.post("/proposals", {"end": {"on": "2099-01-01"}, "reason_en": "Done"})
    decision["change_sha256"] = other["change_sha256"]
    university.post(f"{at}/decisions", decision, 404)


@pytest.mark.parametrize(
    "body",
    [
        {"reason_en": "nothing"},
        {"reason_en": "two", "end": {"on": "2099-01-01"}, "waiver": None, "agreement_toml": "x"},
        {"end": {"on": "2099-01-01"}},
        {"reason_en": "no agreement", "agreement_toml": "format = 1"},
        {"reason_en": "no name", "waiver": {"commitment": "Ä", "period": "y1"}},
        {"reason_en": "no key", "key": {"holder": "usst", "use": "consent", "key": "x"}},
        {"reason_en": "half \ud800", "end": {"on": "2099-01-01"}},
        {"reason_en": "half", "agreement_toml": "title = '\ud800'"},
        {"reason_en": "more", "end": {"on": "2099-01-01", "at": "noon"}},
    ],
)
def test_a_proposal_that_is_wrong_is_refused_with_the_place(body):
    founded()
    university, _ = both()
    said = university.post("/proposals", body, 422)
    assert said["errors"]
    assert LogEntry.objects.count() == 1
    assert not SigningRequest.objects.exists()


def test_a_decline_needs_a_reason_that_both_then_read():
    founded()
    university, enterprise = both()
    made = university.post("/proposals", NEXT)
    at = f"/proposals/{made['proposal']}"
    decision = {"change_sha256": made["change_sha256"], "decision": "decline"}
    enterprise.post(f"{at}/decisions", decision, 422)
    enterprise.post(f"{at}/decisions", {**decision, "reason": "Too long"})
    assert university.get(at)["proposal"]["state"] == "declined"
    (comment,) = university.get(f"{at}/comments")["items"]
    assert (comment["party"], comment["by"], comment["text"]) == ("huawei", "", "Too long")


def test_a_comment_is_no_entry():
    founded()
    university, enterprise = both()
    made = university.post("/proposals", NEXT)
    size = LogEntry.objects.count()
    at = f"/proposals/{made['proposal']}/comments"
    said = enterprise.post(at, {"text": "Why ninety days?"})
    assert (said["text"], said["round"]) == ("Why ninety days?", 1)
    assert university.get(at)["items"] == [{**said, "by": ""}]
    enterprise.post(at, {"text": "a\x00b"}, 422)
    assert (LogEntry.objects.count(), Comment.objects.count()) == (size, 1)


def test_evidence_is_put_forward_contested_and_settled():
    founded()
    run = evaluated(campus_energy_savings_pool=1, campus_electricity_ceiling=2)
    university, enterprise = both()
    assert university.post("/submissions", {"run_sha256": run})["entry"] == 1
    assert university.post("/submissions", {"run_sha256": run}, 409)["status"] == 409
    assert enterprise.get("/submissions")["waits_for_me"] == 2
    of = {"run_sha256": run, "evidence_sha256": evidence_id(1)}
    enterprise.post("/reviews", {**of, "decision": "contest"}, 422)
    enterprise.post("/reviews", {**of, "decision": "contest", "reason": "One building moved"})
    accepted = {**of, "evidence_sha256": evidence_id(2), "decision": "accept"}
    university.post("/reviews", accepted, 409)
    enterprise.post("/reviews", accepted)
    (found,) = university.get("/submissions")["items"]
    lines = {each["commitment"]: each for each in found["evidence"]}
    assert (lines[POOL]["state"], lines[CEILING]["state"]) == ("contested", "accepted")
    assert lines[POOL]["reason"]["en"] == "One building moved"
    for each in (university, enterprise):
        each.post("/reviews", {**of, "decision": "settle"})
    assert university.get("/submissions")["counts"] == {"accepted": 1, "settled": 1}


def test_a_dispute_a_waiver_and_a_notice():
    founded()
    university, enterprise = both()
    about = {"commitment": POOL, "period": "h2-2019"}
    university.post("/disputes", {**about, "reason": "The meters were changed"})
    (dispute,) = enterprise.get("/disputes")["items"]
    assert dispute["is_open"]
    for each in (university, enterprise):
        each.post(f"/disputes/{dispute['id']}/closing", {"reason": "Mended"})
    assert not enterprise.get("/disputes")["items"][0]["is_open"]
    enterprise.post(f"/disputes/{'0' * 32}/closing", {"reason": "Mended"}, 404)

    asked = {"waiver": about, "reason_en": "No heating", "consent": True}
    made = university.post("/proposals", asked)
    decision = {"change_sha256": made["change_sha256"], "decision": "consent"}
    enterprise.post(f"/proposals/{made['proposal']}/decisions", decision)
    (waiver,) = university.get("/waivers")["items"]
    assert (waiver["commitment"], waiver["proposal"]) == (POOL, made["proposal"])

    clauses = {each["clause"]: each for each in university.get("/notices")["clauses"]}
    leaving = {"clause": "usst-withdrawal", "on": clauses["usst-withdrawal"]["earliest"]}
    enterprise.post("/notices", leaving, 409)
    university.post("/notices", leaving)
    (notice,) = enterprise.get("/notices")["items"]
    assert (notice["party"], notice["on"]) == ("usst", leaving["on"])


def test_a_report_is_signed_as_it_was_read():
    founded()
    evaluated(campus_energy_savings_pool=1)
    university, enterprise = both()
    read = Program("usst", Purpose.REPORTING).read("/report.json?year=2019")
    asked = {"year": 2019, "report_sha256": hashlib.sha256(read).hexdigest()}
    university.post("/report-editions", {**asked, "report_sha256": "0" * 64}, 409)
    for each in (university, enterprise):
        assert each.post("/report-editions", asked)["request"] is None
    (edition,) = enterprise.get("/report-editions")["items"]
    assert (edition["is_published"], edition["sha256"]) == (True, asked["report_sha256"])
    enterprise.post("/report-editions", asked, 409)


def test_a_party_whose_key_is_elsewhere_signs_there_and_hands_the_note_in():
    founded(inside=("usst",))
    university, enterprise = both()
    made = university.post("/proposals", {**NEXT, "consent": True})
    at = f"/proposals/{made['proposal']}"
    decision = {"change_sha256": made["change_sha256"], "decision": "consent"}
    done = enterprise.post(f"{at}/decisions", decision)
    assert done["entry"] is None
    request = f"/signing-requests/{done['request']}"
    assert enterprise.get(at)["requests"] == [done["request"]]
    assert enterprise.get("/proposals")["counts"]["requests"] == 1

    # It is the party's own: the other meets it nowhere.
    assert university.get(at)["requests"] == []
    assert university.get("/signing-requests")["items"] == []
    for address in (request, f"{request}/line"):
        university.get(address, 404)
    university.delete(request, 404)

    line = enterprise.read(f"{request}/line")
    shown = enterprise.get(request)
    assert (shown["line"].encode(), shown["is_inside"]) == (line, False)
    key = keys_of("huawei").consent
    assert shown["key"] == str(key.verifier)
    wrong = bytes(Note(line, (keys_of("usst").consent.sign(line),)))
    enterprise.post(f"{request}/note", wrong, 422)
    enterprise.post(f"{request}/note", b"no note", 422)
    note = bytes(Note(line, (key.sign(line),)))
    assert enterprise.post(f"{request}/note", note) == {"entry": 3, "request": None}
    assert AgreementVersion.objects.get(state="in_force").n == 2
    enterprise.get(request, 404)


def test_a_request_that_shall_not_be_signed_is_dropped():
    founded(inside=())
    university, _ = both()
    done = university.post("/proposals", {"end": {"on": "2099-01-01"}, "reason_en": "Done"})
    assert done["entry"] is None
    (waiting,) = university.get("/signing-requests")["items"]
    assert waiting["id"] == done["request"]
    university.delete(f"/signing-requests/{done['request']}")
    assert university.get("/signing-requests")["items"] == []
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize("party", PARTIES)
def test_a_token_for_reading_reads_and_does_not_sign(party):
    founded()
    made = Program("usst").post("/proposals", NEXT)
    reader = Program(party, Purpose.REPORTING)
    assert len(reader.get("/proposals")["items"]) == 1
    why_not = reader.get(f"/proposals/{made['proposal']}")["why_not"]
    assert set(why_not.values()) == {"role"}
    decision = {"change_sha256": made["change_sha256"], "decision": "consent"}
    reader.post(f"/proposals/{made['proposal']}/decisions", decision, 403)
    reader.post("/proposals", NEXT, 403)
    reader.get("/signing-requests", 403)
