"""Evidence, disputes, notices, reports and transactions: what fits, what is refused, in words."""

from __future__ import annotations

import pytest

from unipact.agreement.engine.register.acts import (
    Dispute,
    Evaluating,
    Notice,
    Reporting,
    Review,
    Transacting,
)
from unipact.agreement.engine.register.register import moment_at
from unipact.agreement.tests.plain_log import BEGIN, HASH, ORIGIN, PlainLog
from unipact.agreement.tests.test_register_proposals import require_refused

AT = moment_at(BEGIN)
OTHER = "cd" * 32
EVIDENCE = "ef" * 32


@pytest.fixture
def log() -> PlainLog:
    return PlainLog()


def evaluating(log: PlainLog, party: str = "usst", **other: str) -> Evaluating:
    values = {"version_sha256": log.register.terms.sha256, "run_sha256": HASH, **other}
    return Evaluating(ORIGIN, party, AT, "2020-01-01", **values)


def review(party: str, decision: str, evidence: str = EVIDENCE, run: str = HASH) -> Review:
    reason = OTHER if decision == "contest" else ""
    return Review(ORIGIN, party, AT, run, evidence, decision, reason)


def test_a_run_document_is_put_forward_once_under_a_version_that_binds_or_bound(log):
    require_refused(log, evaluating(log, version_sha256=OTHER), "under a version that never bound")
    first = evaluating(log)
    log.do(first)
    require_refused(log, evaluating(log, "huawei"), "put forward already")
    log.adopt(log.proposing("usst", content=log.next_file()))
    log.do(evaluating(log, run_sha256=OTHER))
    log.do(Evaluating(ORIGIN, "usst", AT, "2020-01-01", first.version_sha256, EVIDENCE))
    assert [each.party for each in log.register.runs.values()] == ["usst"] * 3


def test_the_other_party_reviews_each_evidence_once(log):
    require_refused(log, review("huawei", "accept"), "nobody put this run document forward")
    log.do(evaluating(log))
    require_refused(log, review("usst", "accept"), "the other party reviews what one puts forward")
    log.do(review("huawei", "accept"))
    require_refused(log, review("huawei", "contest"), "this evidence was reviewed already")
    require_refused(log, review("usst", "settle"), "only contested evidence is settled")


def test_contested_evidence_is_settled_by_both(log):
    log.do(evaluating(log))
    require_refused(log, review("usst", "settle"), "only contested evidence is settled")
    log.do(review("huawei", "contest"))
    found = log.register.reviews[HASH, EVIDENCE]
    log.do(review("huawei", "settle"))
    require_refused(log, review("huawei", "settle"), "huawei has settled it already")
    assert set(found.settled) == {"huawei"}
    log.do(review("usst", "settle"))
    assert set(found.settled) == {"huawei", "usst"}


def dispute(party: str, act: str, *, number: int = 1, **other: str) -> Dispute:
    values = {"commitment": "places", "period": "y2020", **other}
    return Dispute(ORIGIN, party, AT, f"{number:032x}", act=act, reason_sha256=HASH, **values)


def test_either_party_opens_a_dispute_and_both_close_it(log):
    require_refused(log, dispute("usst", "close"), "there is no such open dispute")
    require_refused(log, dispute("usst", "open", commitment="none"), "no commitment none")
    log.do(dispute("usst", "open"))
    require_refused(log, dispute("usst", "open"), "this dispute was opened already")
    require_refused(log, dispute("huawei", "open", number=2), "there is an open dispute on it")
    log.do(dispute("huawei", "open", number=3, period="y2021"))
    require_refused(
        log, dispute("usst", "close", period="y2021"), "on another commitment or period"
    )
    log.do(dispute("usst", "close"))
    require_refused(log, dispute("usst", "close"), "usst has closed it already")
    require_refused(log, dispute("huawei", "open", number=2), "there is an open dispute on it")
    log.do(dispute("huawei", "close"))
    require_refused(log, dispute("huawei", "close"), "there is no such open dispute")
    log.do(dispute("huawei", "open", number=2))


@pytest.mark.parametrize(
    ("party", "clause", "on", "words"),
    [
        ("huawei", "breach", "2021-01-01", "the clause breach is not for huawei"),
        ("usst", "none", "2021-01-01", "there is no exit clause none"),
        ("usst", "breach", "2020-01-31", "the clause asks for 30 days"),
        ("huawei", "renewal", "2020-03-31", "the clause asks for 90 days"),
    ],
)
def test_a_notice_that_its_clause_does_not_allow_is_refused(log, party, clause, on, words):
    require_refused(log, Notice(ORIGIN, party, AT, clause, on), words)


def test_a_notice_is_given_once_by_a_party_under_a_version(log):
    notice = Notice(ORIGIN, "usst", AT, "breach", "2020-02-01")
    log.do(notice)
    again = Notice(ORIGIN, "usst", AT, "breach", "2020-03-01")
    require_refused(log, again, "usst has given this notice already")
    for party in ("huawei", "usst"):
        log.do(Notice(ORIGIN, party, AT, "renewal", "2020-04-01"))
    log.adopt(log.proposing("usst", content=log.next_file()))
    # The very line of before says nothing under the version that came after it.
    require_refused(log, again, "usst has given this notice already")
    later = AT[:-3] + "59Z"
    assert later != AT
    log.do(Notice(ORIGIN, "usst", later, "breach", "2020-03-01"))
    assert [each.clause for each in log.register.notices] == [
        "breach",
        "renewal",
        "renewal",
        "breach",
    ]


def report(party: str, edition: int, sha256: str = HASH) -> Reporting:
    return Reporting(ORIGIN, party, AT, 2020, edition, sha256)


def test_an_edition_of_a_report_is_one_document_that_both_sign(log):
    require_refused(log, report("usst", 2), "edition 1 is the one to sign")
    require_refused(log, report("usst", 0), "edition 1 is the one to sign")
    log.do(report("usst", 1))
    require_refused(log, report("usst", 1), "usst has signed it already")
    require_refused(log, report("huawei", 1, OTHER), "this edition is another document")
    log.do(report("huawei", 1))
    require_refused(log, report("huawei", 3), "edition 1 is the one to sign")
    assert set(log.register.reports[2020][0].signed) == {"huawei", "usst"}


def test_a_correction_is_a_new_edition_and_the_one_before_is_signed_no_more(log):
    log.do(report("usst", 1))
    log.do(report("huawei", 2, OTHER))
    require_refused(log, report("huawei", 1), "edition 2 is the one to sign")
    log.do(report("usst", 2, OTHER))
    assert [each.number for each in log.register.reports[2020]] == [1, 2]
    assert set(log.register.reports[2020][0].signed) == {"usst"}


def transaction(party: str, decision: str, sha256: str = HASH) -> Transacting:
    reason = OTHER if decision == "contest" else ""
    return Transacting(ORIGIN, party, AT, sha256, decision, reason)


@pytest.mark.parametrize("said", ["acknowledge", "contest"])
def test_the_other_party_answers_a_transaction(log, said):
    require_refused(log, transaction("huawei", said), "nobody posted this transaction")
    log.do(transaction("usst", "post"))
    require_refused(log, transaction("huawei", "post"), "this transaction was posted already")
    require_refused(log, transaction("usst", said), "the other party answers what one posts")
    log.do(transaction("huawei", said))
    require_refused(log, transaction("huawei", said), "already")
    assert log.register.transactions[HASH].answers == {"huawei": (said, 2)}


def test_the_last_answer_counts_and_an_old_one_is_not_played_again(log):
    log.do(transaction("usst", "post"))
    for said in ("acknowledge", "contest"):
        log.do(transaction("huawei", said))
    for said in ("acknowledge", "contest"):
        words = "huawei has said this, or something later, already"
        require_refused(log, transaction("huawei", said), words)
    later = moment_at(BEGIN + 1)
    log.do(Transacting(ORIGIN, "huawei", later, HASH, "acknowledge", ""))
    assert log.register.transactions[HASH].answers["huawei"][0] == "acknowledge"
