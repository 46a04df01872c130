"""Recording, answering, valuing, taking back: who may, what is refused, what a refusal leaves."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection

from unipact.agreement.engine.ledger import transfer
from unipact.agreement.formats.ledger import note_sha256
from unipact.agreement.models import (
    Account,
    Acknowledgement,
    AgreementVersion,
    Evaluation,
    Posting,
    Transaction,
    Valuation,
)
from unipact.agreement.roles import MATRIX, Act, Actor, Role, Side
from unipact.agreement.services import (
    contribution_record,
    ledger,
    note_erase,
    transaction_acknowledge,
    transaction_contest,
    transaction_reverse,
    valuation_state,
)
from unipact.agreement.tests import kept
from unipact.agreement.tests.booked import AGREEMENT, DAY, NOW, gave, got, in_force, officers
from unipact.errors import Conflict, Invalid, NotFound, NotPermitted, UnipactError

pytestmark = pytest.mark.django_db

answered = partial(transaction_acknowledge, agreement=AGREEMENT, now=NOW)
contested = partial(transaction_contest, agreement=AGREEMENT, now=NOW)
reversed_ = partial(transaction_reverse, agreement=AGREEMENT, now=NOW)
valued = partial(
    valuation_state,
    agreement=AGREEMENT,
    contribution="meters",
    amount="1200.50",
    currency="CNY",
    from_on=DAY,
    reason="list price",
    now=NOW,
)


@pytest.fixture
def both() -> tuple[Actor, Actor]:
    in_force()
    return officers()


def _postings(made: Transaction) -> dict[str, int]:
    return {each.account.kind: each.amount for each in made.postings.select_related("account")}


def _nothing() -> bool:
    models = (Transaction, Posting, Account, Acknowledgement, Valuation)
    return not any(each.objects.exists() for each in models)


def _place(refused: pytest.ExceptionInfo[Any]) -> str:
    return refused.value.findings[0].where


def test_a_contribution_is_posted_in_exact_minor_units(both):
    made = gave(both[1], "fund", "100000.01", note="第一笔款")
    made.refresh_from_db()
    assert _postings(made) == {"given": -10_000_001, "applied": 10_000_001}
    assert (made.n, made.posted_at, made.note) == (1, NOW, "第一笔款")
    account = Account.objects.get(kind="given")
    assert (account.party.slug, account.field, account.unit, account.digits) == (
        *("firm", "campus", "CNY"),
        2,
    )


def test_things_are_counted_in_their_own_smallest_step(both):
    assert _postings(gave(both[0], "meters", "4")) == {"given": -4, "applied": 4}
    assert _postings(gave(both[1], "mentors", "5.5")) == {"given": -5500, "applied": 5500}


def test_a_benefit_is_received_in_a_unit_of_its_own(both):
    made = got(both[1], "brand", "3", "piece")
    assert _postings(made) == {"yielded": -3, "received": 3}
    assert made.kind == "benefit"


def test_the_document_is_canonical_hashed_and_without_the_note(both):
    made = gave(both[1], "fund", "100000.00", note="paid by Ms Li")
    document = bytes(made.document)
    assert hashlib.sha256(document).hexdigest() == made.sha256
    assert b"Li" not in document
    assert json.loads(document) == {
        "format": "unipact-transaction/1",
        "agreement": "pact",
        "terms": f"sha256:{made.version.sha256}",
        "number": 1,
        "kind": "contribution",
        "subject": "fund",
        "party": "firm",
        "recorded_by": "firm",
        "happened_on": "2019-09-02",
        "recorded_at": "2019-12-31T08:00:00.000000Z",
        "reverses": None,
        "note": f"sha256:{note_sha256(made.note_salt, 'paid by Ms Li')}",
        "postings": [
            {
                "party": "firm",
                "field": "campus",
                "account": account,
                "amount": amount,
                "unit": "CNY",
            }
            for account, amount in (("given", "-100000.00"), ("applied", "100000.00"))
        ],
    }
    assert document.startswith(b'{"agreement":"pact","format":"unipact-transaction/1",')


def test_an_erased_note_leaves_the_document_as_it_was(both):
    made = gave(both[1], "fund", "1.00", note="paid by Ms Li")
    erased = note_erase(agreement=AGREEMENT, number=1)
    assert (erased.note, erased.note_salt) == ("", "")
    assert bytes(erased.document) == bytes(made.document)
    with pytest.raises(NotFound):
        note_erase(agreement=AGREEMENT, number=2)


def test_the_operator_records_for_a_party_that_it_names(both):
    assert gave(None, "fund", "1.00", party="firm").recorded_by.slug == "firm"
    with pytest.raises(Invalid) as refused:
        gave(None, "fund", "1.00")
    assert _place(refused) == "party"
    with pytest.raises(NotFound):
        gave(None, "fund", "1.00", party="nobody")


@pytest.mark.parametrize(
    ("contribution", "amount", "more", "where"),
    [
        ("none", "1", {}, "contribution"),
        # The university's own.
        ("meters", "1", {}, "contribution"),
        ("fund", "0", {}, "amount"),
        ("fund", "-5.00", {}, "amount"),
        ("fund", "1.001", {}, "amount"),
        ("fund", "1,000", {}, "amount"),
        ("fund", "", {}, "amount"),
        ("mentors", "0.0001", {}, "amount"),
        ("fund", "1", {"happened_on": date(2019, 6, 24)}, "happened_on"),
        ("fund", "1", {"happened_on": date(2020, 1, 1)}, "happened_on"),
        ("fund", "1", {"note": "x" * 201}, "note"),
        ("fund", "1", {"note": "a\u202eb"}, "note"),
    ],
)
def test_what_cannot_be_recorded_names_its_field_and_leaves_nothing(
    both, contribution, amount, more, where
):
    with pytest.raises(Invalid) as refused:
        gave(both[1], contribution, amount, **more)
    assert _place(refused) == where
    assert _nothing()


def test_today_is_that_of_the_zone_agreed(both):
    """At 16 o'clock UTC of 2019-12-31 it is 2020 in Shanghai already."""
    later = NOW.replace(hour=16)
    contribution_record(
        actor=both[1],
        agreement=AGREEMENT,
        contribution="fund",
        amount="1",
        happened_on=date(2020, 1, 1),
        now=later,
    )
    assert Transaction.objects.count() == 1


@pytest.mark.parametrize(
    ("benefit", "amount", "unit", "where"),
    [
        ("none", "1", "piece", "benefit"),
        ("saved", "1", "piece", "benefit"),
        ("brand", "1", "two words", "unit"),
        ("brand", "1", "份", "unit"),
        ("brand", "1", "share", "unit"),
        ("brand", "1.5", "piece", "amount"),
        ("brand", "1.001", "CNY", "amount"),
    ],
)
def test_a_benefit_that_cannot_be_recorded_names_its_field(both, benefit, amount, unit, where):
    with pytest.raises(Invalid) as refused:
        got(both[1], benefit, amount, unit)
    assert _place(refused) == where
    assert _nothing()


def test_what_a_metric_measures_is_not_recorded_as_well(both):
    version = AgreementVersion.objects.get()
    document = json.loads(kept.run_document(date(2019, 12, 31), bytes(version.original)))
    document["benefits"][0] |= {"value": "12.5", "metric": {"unit": "kW.h"}}
    Evaluation.objects.create(
        version=version,
        as_of=date(2019, 12, 31),
        snapshot_id="s",
        document=json.dumps(document).encode(),
        sha256="0" * 64,
        made_at=NOW,
    )
    with pytest.raises(Invalid) as refused:
        got(both[0], "saved", "1", "kWh")
    assert _place(refused) == "unit"
    # In money nothing measures it.
    assert got(both[0], "saved", "1.00", "CNY").n == 1


def test_nothing_is_recorded_before_a_version_is_in_force():
    kept.kept_version()
    firm = kept.actor("firm", Role.RELATIONS_MANAGER)
    with pytest.raises(Conflict):
        gave(firm, "fund", "1")
    assert _nothing()


def test_a_posting_that_the_database_refuses_takes_the_whole_act_back(both, monkeypatch):
    monkeypatch.setattr(ledger, "unbalanced", lambda postings: {})
    monkeypatch.setattr(ledger, "transfer", lambda kind, **given: transfer(kind, **given)[:1])
    with pytest.raises(DatabaseError, match="sum to zero"):
        gave(both[1], "fund", "1")
    assert _nothing()


def test_the_other_party_acknowledges_and_its_word_is_kept_once(both):
    uni, firm = both
    gave(firm, "fund", "5")
    first = answered(actor=uni, number=1)
    assert (first.answer, first.party.slug) == ("acknowledged", "uni")
    assert answered(actor=uni, number=1) == first
    assert Acknowledgement.objects.count() == 1


def test_what_is_contested_has_a_reason_and_may_be_settled_later(both):
    uni, firm = both
    gave(firm, "fund", "5")
    with pytest.raises(Invalid) as refused:
        contested(actor=uni, number=1, reason="  ")
    assert _place(refused) == "reason"
    contested(actor=uni, number=1, reason="nothing arrived")
    answered(actor=uni, number=1)
    answers = Acknowledgement.objects.values_list("answer", flat=True)
    assert list(answers) == ["contested", "acknowledged"]


def test_nobody_answers_for_what_they_recorded_or_what_is_not_there(both):
    uni, firm = both
    gave(firm, "fund", "5")
    with pytest.raises(Conflict):
        answered(actor=firm, number=1)
    with pytest.raises(NotFound):
        answered(actor=uni, number=2)
    assert not Acknowledgement.objects.exists()


def test_a_reversal_names_what_it_takes_back_and_sums_to_nothing_with_it(both):
    uni, firm = both
    made = gave(firm, "fund", "5")
    answered(actor=uni, number=1)
    back = reversed_(actor=firm, number=1, reason="typed twice")
    assert (back.n, back.reverses, back.happened_on) == (2, made, made.happened_on)
    assert json.loads(bytes(back.document))["reverses"] == f"sha256:{made.sha256}"
    assert sum(Posting.objects.filter(account__kind="given").values_list("amount", flat=True)) == 0
    with pytest.raises(Conflict):
        reversed_(actor=firm, number=1, reason="again")
    with pytest.raises(Conflict):
        reversed_(actor=firm, number=2, reason="again")
    with pytest.raises(Conflict):
        contested(actor=uni, number=1, reason="late")
    assert Transaction.objects.count() == 2


def test_only_who_recorded_it_takes_it_back_and_says_why(both):
    uni, firm = both
    gave(firm, "fund", "5")
    with pytest.raises(Conflict):
        reversed_(actor=uni, number=1, reason="not ours")
    with pytest.raises(Invalid):
        reversed_(actor=firm, number=1, reason="")
    with pytest.raises(NotFound):
        reversed_(actor=firm, number=7, reason="none")
    assert Transaction.objects.count() == 1


def test_each_party_values_in_its_own_way_and_nothing_is_overwritten(both):
    uni, firm = both
    valued(actor=uni)
    valued(actor=firm, amount="900", currency="USD")
    valued(actor=firm, amount="950", currency="USD")
    stated = Valuation.objects.values_list("valued_by__slug", "minor", "currency", "unit")
    assert list(stated) == [
        ("uni", 120_050, "CNY", "piece"),
        ("firm", 90_000, "USD", "piece"),
        ("firm", 95_000, "USD", "piece"),
    ]


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"contribution": "none"}, "contribution"),
        ({"contribution": "fund"}, "contribution"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"currency": "cny"}, "currency"),
        ({"from_on": date(2019, 6, 24)}, "from_on"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_valuation_that_cannot_stand_names_its_field(both, more, where):
    with pytest.raises(Invalid) as refused:
        valued(actor=both[0], **more)
    assert _place(refused) == where
    assert _nothing()


SIDES = {"uni": Side.UNIVERSITY, "firm": Side.ENTERPRISE}
EVERYBODY = [(party, role) for party, side in SIDES.items() for role in MATRIX.roles(side)]
ACTS: tuple[Callable[..., object], ...] = (
    lambda by: gave(by, "meters" if by.party == "uni" else "fund", "1"),
    lambda by: got(by, "saved" if by.party == "uni" else "brand", "1", "piece"),
    lambda by: answered(actor=by, number=1 if by.party == "uni" else 2),
    lambda by: contested(actor=by, number=1 if by.party == "uni" else 2, reason="why"),
    lambda by: reversed_(actor=by, number=2 if by.party == "uni" else 1, reason="why"),
    lambda by: valued(actor=by),
)


@pytest.mark.parametrize(("party", "role"), EVERYBODY)
def test_each_role_does_what_the_table_permits(party: str, role: Role) -> None:
    in_force()
    gave(None, "fund", "1", party="firm")
    gave(None, "meters", "1", party="uni")
    by = kept.actor(party, role)
    for act in ACTS:
        before = Transaction.objects.count()
        if Act.LEDGER_RECORD in MATRIX.permitted[SIDES[party], role]:
            act(by)
        else:
            with pytest.raises(NotPermitted):
                act(by)
            assert Transaction.objects.count() == before
            assert not Acknowledgement.objects.exists()


def test_an_actor_records_for_no_other_party_and_in_no_other_agreement(both):
    uni, firm = both
    with pytest.raises(NotPermitted):
        gave(uni, "fund", "1", party="firm")
    with pytest.raises(NotFound):
        contribution_record(
            actor=firm,
            agreement="other",
            contribution="fund",
            amount="1",
            happened_on=DAY,
            now=NOW,
        )
    assert _nothing()


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_two_at_once_get_two_numbers():
    in_force()
    wrong: list[UnipactError] = []

    def record() -> None:
        try:
            gave(None, "fund", "1", party="firm")
        except UnipactError as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=record) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert not wrong
    assert sorted(Transaction.objects.values_list("n", flat=True)) == list(range(1, 9))
    assert Transaction.objects.filter(posted_at=NOW).count() == 8
