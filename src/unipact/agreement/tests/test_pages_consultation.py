"""The pages of the consultation: what they say, what they refuse, and what an act leads to."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from unipact.agreement.engine.assessment import assess, run_bytes
from unipact.agreement.engine.ports import MetricAnswer
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.log.folded import register_of
from unipact.agreement.models import AgreementVersion, Log, SigningRequest
from unipact.agreement.roles import Role
from unipact.agreement.services import agreement_import, evaluation_record, membership_grant
from unipact.agreement.services.consultation import (
    decision_make,
    evidence_put_forward,
    proposal_make,
)
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.parties import (
    AGREEMENT,
    CONTENT,
    DAY,
    NOW,
    founded,
    next_version,
    signer,
)
from unipact.agreement.tests.spoken_source import SpokenSource

pytestmark = pytest.mark.django_db

PAGE = f"/agreements/{AGREEMENT}/consultation/"
POOL, EVIDENCE = "campus-energy-savings-pool", "0" * 64
ENERGY = f"/agreements/{AGREEMENT}/commitments/campus-energy-savings-pool/"
#: Evidence as a run document holds it.
SPOKEN = {
    "format": "unipact-evidence/1",
    "id": f"sha256:{EVIDENCE}",
    "metric": {"name": "campus.energy_savings_share", "version": 1, "sha256": "1" * 64},
    "value": "0.05",
    "unit": "share",
    "rows": {"count": 1, "digest": "2" * 64},
    "snapshot": {"id": "abc", "tables": {"campus_readings": {"version": 2}}},
    "parameters": {
        "period": {"from": "2019-07-01", "until": "2020-01-01"},
        "until": "2020-01-01",
        "zone": "Asia/Shanghai",
    },
    "software": {"unipact": "0.1.0"},
    "quality": {},
}
UNIVERSITY, ENTERPRISE = "usst", "huawei"
OFFICERS = {UNIVERSITY: Role.COOPERATION_OFFICER, ENTERPRISE: Role.RELATIONS_MANAGER}


def window(party: str, role: Role | None = None, language: str = "en") -> Client:
    """The browser of somebody of a party; of the one who speaks for it unless a role is named."""
    held = role or OFFICERS[party]
    membership_grant(username=f"{party}-{held}", party=party, role=held, now=NOW)
    client = Client(headers={"accept-language": language})
    client.force_login(get_user_model().objects.get(username=f"{party}-{held}"))
    return client


def text(answer: HttpResponse, status: int = 200) -> str:
    """What a page says, without its markup."""
    assert answer.status_code == status, answer.content.decode()[:2000]
    main = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)
    assert main is not None
    words = re.sub(r"<[^>]+>", " ", main.group())
    return re.sub(r"\s+", " ", words.replace("&#x27;", "'"))


def file_of(content: bytes) -> SimpleUploadedFile:
    """An agreement file as a browser sends it."""
    return SimpleUploadedFile("agreement.toml", content, "application/toml")


def proposed(by: str = ENTERPRISE, *, consent: bool = False, **more: str | None) -> str:
    """Propose version 2; the address of the proposal's page."""
    proposal_make(
        signer=signer(by),
        agreement=AGREEMENT,
        proposed=Proposed("version", reason_en="More time", content=next_version(), **more),
        now=timezone.now(),
        consent=consent,
    )
    return f"{PAGE}{last_proposal().id}/"


def last_proposal():
    """The proposal that was made last."""
    return list(register_of(Log.objects.get()).proposals.values())[-1]


def test_before_the_founding_the_page_says_where_to_go():
    agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    page = window(UNIVERSITY).get(PAGE)
    assert "The log is not founded yet" in text(page)
    assert f"/agreements/{AGREEMENT}/keys/" in page.content.decode()


def test_an_open_proposal_names_who_must_still_consent_and_when_it_lapses():
    founded()
    proposed(consent=True)
    page = text(window(UNIVERSITY).get(PAGE))
    assert "University of Shanghai for Science and Technology must still consent" in page
    assert "Huawei Technologies Co., Ltd. has consented" in page
    assert f"lapses after {last_proposal().last.change.lapses_at[:10]}" in page


def test_the_menu_counts_what_waits_for_the_party_and_for_it_alone():
    founded()
    proposed(consent=True)
    assert "badge-count" in window(UNIVERSITY).get("/").content.decode()
    assert "badge-count" not in window(ENTERPRISE).get("/").content.decode()


def test_a_version_is_proposed_with_its_file_and_its_reason():
    founded()
    officer = window(UNIVERSITY)
    sent = {"file": file_of(next_version()), "reason_zh": "需要更多时间", "kind": "version"}
    answer = officer.post(f"{PAGE}propose/", sent, follow=True)
    page = text(answer)
    assert "Version 2" in page
    assert "需要更多时间" in page
    assert "It is entry 1 of the log." in page
    assert last_proposal().last.decisions == {}


def test_the_page_of_a_proposal_shows_old_beside_new_and_marks_what_is_grave():
    founded()
    page = window(UNIVERSITY).get(proposed()).content.decode()
    assert re.search(r"<del[^>]*>60</del>", page)
    assert re.search(r"<ins[^>]*>90</ins>", page)
    assert "Read these twice" in page


def test_one_s_own_draft_can_be_proposed_as_it_is():
    founded()
    officer = window(UNIVERSITY)
    officer.post(f"/agreements/{AGREEMENT}/versions/import/", {"file": file_of(next_version())})
    assert "Draft of version 2" in text(officer.get(f"{PAGE}propose/"))
    officer.post(f"{PAGE}propose/", {"draft": "2", "reason_en": "Ready", "consent": "1"})
    assert [*last_proposal().last.decisions] == [UNIVERSITY]
    assert AgreementVersion.objects.get(drafted_by__slug=UNIVERSITY).state == "withdrawn"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_wrong_in_a_proposed_file_keeps_its_line(language):
    founded()
    wrong = next_version().replace(b'level = "0.90"', b'level = "9"')
    sent = {"file": file_of(wrong), "reason_en": "Stricter"}
    answer = window(UNIVERSITY, language=language).post(f"{PAGE}propose/", sent)
    page = text(answer, 422)
    line = wrong[: wrong.index(b'level = "9"')].count(b"\n") + 1
    assert f"agreement.toml:{line}" in page
    assert "Stricter" in answer.content.decode()


def test_a_file_that_does_not_follow_the_version_in_force_is_refused_beside_its_field():
    founded()
    wrong = next_version().replace(b"version = 2\n", b"version = 3\n", 1)
    answer = window(UNIVERSITY).post(
        f"{PAGE}propose/", {"file": file_of(wrong), "reason_en": "Later"}
    )
    page = text(answer, 409)
    assert "It does not follow version 1, which is in force" in page
    assert 'id="error_file"' in answer.content.decode()


def test_a_proposal_without_a_reason_is_refused_beside_the_reason():
    founded()
    answer = window(UNIVERSITY).post(f"{PAGE}propose/", {"file": file_of(next_version())})
    text(answer, 422)
    assert 'id="error_reason_en"' in answer.content.decode()
    assert register_of(Log.objects.get()).proposals == {}


def test_a_waiver_and_an_end_are_proposed_from_the_same_page():
    founded()
    officer = window(UNIVERSITY)
    pair = "campus-energy-savings-pool/h2-2019"
    officer.post(f"{PAGE}propose/", {"kind": "waiver", "pair": pair, "reason_en": "A flood"})
    assert last_proposal().last.change.effect == {
        "commitment": "campus-energy-savings-pool",
        "period": "h2-2019",
    }
    day = date(timezone.now().year + 1, 7, 1).isoformat()
    officer.post(f"{PAGE}propose/", {"kind": "end", "on": day, "reason_en": "Done"})
    assert last_proposal().last.change.effect == {"on": day}
    refused = officer.post(f"{PAGE}propose/", {"kind": "end", "on": "soon", "reason_en": "Done"})
    assert "It is no day" in text(refused, 422)


def test_a_consent_to_a_round_that_was_amended_meanwhile_decides_nothing():
    founded()
    address = proposed()
    read = last_proposal().last.change_sha256
    proposed(proposal=last_proposal().id)
    officer = window(UNIVERSITY)
    answer = officer.post(f"{address}decide/", {"change": read, "decision": "consent"})
    page = text(answer, 409)
    assert "It was amended meanwhile: round 2 counts" in page
    assert "Nothing was decided" in page
    assert last_proposal().last.decisions == {}
    assert last_proposal().last.number == 2


def test_with_the_last_consent_the_new_version_is_in_force():
    founded()
    address = proposed(consent=True)
    change = last_proposal().last.change_sha256
    answer = window(UNIVERSITY).post(
        f"{address}decide/", {"change": change, "decision": "consent"}, follow=True
    )
    assert "Adopted" in text(answer)
    assert AgreementVersion.objects.get(state="in_force").n == 2


def test_a_decline_needs_a_reason_which_then_stands_in_the_discussion():
    founded()
    address = proposed()
    sent = {"change": last_proposal().last.change_sha256, "decision": "decline", "reason": " "}
    officer = window(UNIVERSITY)
    answer = officer.post(f"{address}decide/", sent)
    text(answer, 422)
    assert 'id="error_decline"' in answer.content.decode()
    page = text(officer.post(f"{address}decide/", sent | {"reason": "Too soon"}, follow=True))
    assert "Declined" in page
    assert "Too soon" in page


def test_both_parties_read_a_comment_and_it_is_no_entry():
    log = founded()
    address = proposed()
    size = register_of(log).size
    window(UNIVERSITY, Role.EXECUTIVE).post(f"{address}comment/", {"text": "Why <b>now</b>?"})
    page = window(ENTERPRISE).get(address)
    assert "Why &lt;b&gt;now&lt;/b&gt;?" in page.content.decode()
    assert register_of(log).size == size


def test_where_the_key_is_elsewhere_the_act_waits_as_a_request():
    founded(inside=(ENTERPRISE,))
    address = proposed()
    officer = window(UNIVERSITY)
    assert "is not inside this server" in text(officer.get(address))
    sent = {"change": last_proposal().last.change_sha256, "decision": "consent"}
    answer = officer.post(f"{address}decide/", sent)
    assert answer.headers["Location"] == f"/agreements/{AGREEMENT}/requests/"
    assert SigningRequest.objects.get().party.slug == UNIVERSITY
    assert last_proposal().last.decisions == {}
    assert "An act of your party on this proposal waits" in text(officer.get(address))


def test_who_does_not_speak_for_the_party_reads_and_does_not_decide():
    founded()
    address = proposed()
    analyst = window(UNIVERSITY, Role.ANALYST)
    page = text(analyst.get(address))
    assert "Your role reads and discusses" in page
    sent = {"change": last_proposal().last.change_sha256, "decision": "consent"}
    assert analyst.post(f"{address}decide/", sent).status_code == 403


def evaluated() -> str:
    """The example evaluated on a day, with one evidence; the hash of the run document."""
    file = read_agreement(CONTENT)
    pool = next(each for each in file.agreement.commitments if each.id == POOL)
    answer = MetricAnswer(Decimal("0.05"), evidence=SPOKEN)
    document = run_bytes(
        assess(
            file.agreement,
            sha256=file.sha256,
            state="in_force",
            source=SpokenSource({pool.metric: pool.unit}, {(POOL, "h2-2019"): answer}),
            as_of=date(2019, 12, 31),
        )
    )
    version = AgreementVersion.objects.get(state="in_force")
    return evaluation_record(actor=None, version=version, document=document, now=NOW).sha256


def test_an_evaluation_is_put_forward_once():
    founded()
    run = evaluated()
    officer = window(UNIVERSITY)
    reviews = f"{PAGE}evidence/"
    assert "has not been put forward" in text(officer.get(reviews))
    page = text(officer.post(f"{reviews}put-forward/", {"run": run}, follow=True))
    assert "put forward by University of Shanghai" in page
    again = officer.post(f"{reviews}put-forward/", {"run": run})
    assert "This run document was put forward already" in text(again, 409)


def test_evidence_is_contested_with_a_reason_and_settled_by_both():
    founded()
    run = evaluated()
    officer, other = window(UNIVERSITY), window(ENTERPRISE)
    officer.post(f"{PAGE}evidence/put-forward/", {"run": run})
    sent = {"run": run, "evidence": EVIDENCE, "decision": "contest"}
    refused = text(other.post(f"{PAGE}evidence/review/", sent | {"reason": ""}), 422)
    assert "It is empty. Say why." in refused
    page = other.post(
        f"{PAGE}evidence/review/", sent | {"reason": "One building moved"}, follow=True
    )
    assert "Contested" in text(page)
    assert "evidence contested" in text(officer.get(ENERGY))
    for each in (officer, other):
        page = each.post(f"{PAGE}evidence/review/", sent | {"decision": "settle"}, follow=True)
    assert "Settled" in text(page)
    assert "evidence contested" not in text(officer.get(ENERGY))


def test_silence_accepts_no_evidence_and_is_shown():
    founded()
    run = evaluated()
    evidence_put_forward(
        signer=signer(UNIVERSITY),
        agreement=AGREEMENT,
        run_sha256=run,
        now=timezone.now() - 31 * DAY,
    )
    other = window(ENTERPRISE)
    assert "Unreviewed" in text(other.get(PAGE))
    assert "unreviewed" in text(other.get(f"/agreements/{AGREEMENT}/commitments/"))


def test_a_dispute_stands_beside_the_status_until_both_closed_it():
    founded()
    evaluated()
    officer, other = window(UNIVERSITY), window(ENTERPRISE)
    officer.post(f"{ENERGY}dispute/", {"period": "h2-2019", "reason": "Meters changed"})
    for page in (ENERGY, f"/agreements/{AGREEMENT}/commitments/"):
        assert "disputed" in text(other.get(page))
    assert "Meters changed" in text(other.get(ENERGY))
    (dispute,) = register_of(Log.objects.get()).disputes
    for each in (other, officer):
        each.post(f"{PAGE}disputes/{dispute}/", {"reason": "Settled"})
    assert "disputed" not in text(other.get(f"/agreements/{AGREEMENT}/commitments/"))


def test_a_waived_period_says_so_beside_its_status():
    founded()
    evaluated()
    effect = {"commitment": "campus-energy-savings-pool", "period": "h2-2019"}
    proposal_make(
        signer=signer(UNIVERSITY),
        agreement=AGREEMENT,
        proposed=Proposed("waiver", reason_en="A flood", effect=effect),
        now=timezone.now(),
        consent=True,
    )
    assert "waived" not in text(window(ENTERPRISE).get(ENERGY))
    decision_make(
        signer=signer(ENTERPRISE),
        agreement=AGREEMENT,
        change=last_proposal().last.change_sha256,
        decision="consent",
        now=timezone.now(),
    )
    assert "waived" in text(window(ENTERPRISE).get(ENERGY))


def test_notice_is_given_by_a_clause_and_in_time():
    founded()
    officer = window(UNIVERSITY)
    sent = {"clause": "usst-withdrawal", "on": timezone.now().date().isoformat()}
    assert "The clause asks for 180 days" in text(officer.post(f"{PAGE}notice/", sent), 409)
    later = date(timezone.now().year + 1, 12, 31).isoformat()
    page = text(officer.post(f"{PAGE}notice/", sent | {"on": later}, follow=True))
    assert f"gave notice to {later}" in page


def test_a_report_is_published_when_both_signed_the_same_document():
    founded()
    evaluated()
    window(UNIVERSITY).post(f"{PAGE}reports/sign/")
    other = window(ENTERPRISE)
    page = other.get(PAGE)
    assert "To be signed" in text(page)
    waiting = re.search(r'name="report" value="([0-9a-f]{64})"', page.content.decode())
    assert waiting is not None
    assert "Published" in text(
        other.post(f"{PAGE}reports/sign/", {"report": waiting.group(1)}, follow=True)
    )
