"""The ledger through the API: who records, who answers, and what anybody can check alone."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.beancount_environment import bean_check
from tests.contract.world import AGREEMENT, Program, world_of
from unipact.agreement.models import Transaction
from unipact.agreement.roles import Purpose, Role, Side

pytestmark = pytest.mark.django_db

AT = f"/agreements/{AGREEMENT}"
RECORDS = f"{AT}/ledger/transactions"
SCHOLARSHIP: dict[str, Any] = {
    "kind": "contribution",
    "subject": "huawei-scholarships",
    "amount": "300000.00",
    "happened_on": "2019-11-29",
    "note": "receipt 7",
}


@pytest.fixture(autouse=True)
def world(home, printed, settings):
    yield from world_of(home, printed, settings)


@pytest.fixture
def usst() -> Program:
    return Program(Side.UNIVERSITY, Role.COOPERATION_OFFICER, Purpose.RECORDS)


@pytest.fixture
def huawei() -> Program:
    return Program(Side.ENTERPRISE, Role.RELATIONS_MANAGER, Purpose.RECORDS)


def said(answer, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def _line(program: Program, name: str) -> dict[str, Any]:
    sides = said(program.ask("get", f"{AT}/balance"))["parties"]
    return next(line for side in sides for line in side["lines"] if line["id"] == name)


def test_what_one_records_the_other_acknowledges(usst: Program, huawei: Program):
    made = said(huawei.ask("post", RECORDS, SCHOLARSHIP), 201)
    assert (made["number"], made["amount"], made["unit"], made["answer"]) == (
        *(2, "300000.00", "CNY"),
        "unanswered",
    )
    assert _line(usst, "huawei-scholarships")["sums"]["unanswered"] == "300000.00"
    answered = said(
        usst.ask("post", f"{RECORDS}/2/acknowledgement", {"answer": "acknowledged"}), 201
    )
    assert answered["answer"] == "acknowledged"
    sums = _line(huawei, "huawei-scholarships")["sums"]
    assert (sums["acknowledged"], sums["outstanding"]) == ("300000.00", "0.00")
    assert said(huawei.ask("get", f"{RECORDS}/2")) == answered


def test_the_document_is_what_its_hash_is_of(usst: Program, huawei: Program):
    made = said(huawei.ask("post", RECORDS, SCHOLARSHIP), 201)
    content = usst.ask("get", f"{RECORDS}/2/document").content
    assert hashlib.sha256(content).hexdigest() == made["sha256"]
    assert b"receipt 7" not in content
    document = json.loads(content)
    assert (document["format"], document["number"]) == ("unipact-transaction/1", 2)


def test_a_record_that_is_sent_twice_is_one(huawei: Program):
    for _ in range(2):
        answer = huawei.ask("post", RECORDS, SCHOLARSHIP, **{"idempotency-key": "scholarship"})
        assert said(answer, 201)["number"] == 2
    assert Transaction.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"amount": "300000.001"}, "amount"),
        ({"amount": "3e5"}, "amount"),
        ({"subject": "usst-meter-renewal"}, "contribution"),
        ({"unit": "CNY"}, "unit"),
        ({"happened_on": "2019-06-01"}, "happened_on"),
        ({"note": "x" * 201}, "note"),
        ({"kind": "benefit", "subject": "huawei-hires"}, "unit"),
    ],
)
def test_a_wrong_record_names_its_field_and_changes_nothing(huawei: Program, change, where):
    problem = said(huawei.ask("post", RECORDS, SCHOLARSHIP | change), 422)
    assert [each["where"] for each in problem["errors"]] == [where]
    assert Transaction.objects.count() == 1


def test_an_amount_is_text_and_no_number(huawei: Program):
    answer = huawei.ask("post", RECORDS, SCHOLARSHIP | {"amount": 300000.0})
    assert answer.status_code == 422


def test_nobody_answers_or_takes_back_for_the_other(usst: Program, huawei: Program):
    own = huawei.ask("post", f"{RECORDS}/1/acknowledgement", {"answer": "acknowledged"})
    assert own.status_code == 409
    assert usst.ask("post", f"{RECORDS}/1/reversal", {"reason": "no"}).status_code == 409
    back = said(huawei.ask("post", f"{RECORDS}/1/reversal", {"reason": "typed twice"}), 201)
    assert (back["reverses"], back["amount"]) == (1, "-2000000.00")
    again = huawei.ask("post", f"{RECORDS}/1/reversal", {"reason": "again"})
    assert again.status_code == 409
    assert _line(usst, "huawei-research-fund")["sums"]["made"] == "0.00"


def test_valuations_of_both_stand_side_by_side(usst: Program, huawei: Program):
    gave = {"subject": "huawei-engineers", "amount": "12.5", "happened_on": "2019-09-02"}
    huawei.ask("post", RECORDS, {"kind": "contribution"} | gave)
    valuation = {
        "contribution": "huawei-engineers",
        "currency": "CNY",
        "from_on": "2019-07-01",
        "reason": "rate",
    }
    for program, amount in ((usst, "36000.00"), (huawei, "42000.00")):
        stated = said(program.ask("post", f"{AT}/valuations", valuation | {"amount": amount}), 201)
        assert stated["amount"] == amount
    assert len(said(usst.ask("get", f"{AT}/valuations"))["items"]) == 2
    line = _line(usst, "huawei-engineers")
    assert (line["worth"], line["agreed"]) == ("differs", [])
    assert [each["values"] for each in line["by_party"]] == [
        [{"amount": "450000.00", "currency": "CNY"}],
        [{"amount": "525000.00", "currency": "CNY"}],
    ]


def test_the_export_balances_for_beancount(usst: Program, huawei: Program, tmp_path):
    huawei.ask("post", RECORDS, SCHOLARSHIP | {"note": 'a "quoted" note \\'})
    file = tmp_path / "ledger.beancount"
    file.write_bytes(usst.ask("get", f"{AT}/ledger/export").content)
    done = bean_check(file)
    assert (done.returncode, done.stderr) == (0, "")
    table = usst.ask("get", f"{AT}/ledger/export?format=csv").content.decode()
    assert len(table.splitlines()) == 1 + 2 * 2


def test_pages_of_the_list_meet_without_a_gap(usst: Program, huawei: Program):
    for _ in range(54):
        said(huawei.ask("post", RECORDS, SCHOLARSHIP), 201)
    first = said(usst.ask("get", RECORDS))
    second = said(usst.ask("get", f"{RECORDS}?before={first['next']}"))
    numbers = [each["number"] for each in (*first["items"], *second["items"])]
    assert numbers == list(range(55, 0, -1))
    assert second["next"] is None


def test_a_day_leaves_out_what_came_later(usst: Program):
    before = said(usst.ask("get", f"{AT}/balance?day=2019-10-30"))
    ours, theirs = before["parties"]
    assert ours["is_ours"]
    assert (theirs["money"][0]["made"], before["day"]) == ("0.00", "2019-10-30")
