"""Every door opens to whom the two reviewed files say, and to nobody else.

``roles.toml`` says who may do which act, ``doors.toml`` which act a door needs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client

from tests.contract.world import (
    API,
    Program,
    World,
    page_address,
    page_names,
    person,
    programs,
    world_of,
)
from unipact.agreement.roles import MATRIX, Act, Purpose, Role, Side
from unipact.web.api.routes import api

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DOORS: Mapping[str, Mapping[str, str]] = tomllib.loads(
    Path(__file__).with_name("doors.toml").read_text(encoding="utf-8")
)
#: Bodies that an operation understands and that change nothing: what they name is not there.
_BODIES: Mapping[str, Any] = {
    "version_import": b"format = 1",
    "evaluation_make": {"as_of": "1999-01-01"},
    "person_move": {"role": "analyst"},
    "token_create": {"name": "\u200b", "role": "analyst", "purpose": "reporting"},
    "invitation_create": {"role": "analyst", "note": "\u200b"},
    "transaction_record": {
        "kind": "contribution",
        "subject": "none-here",
        "amount": "1",
        "happened_on": "2019-10-31",
    },
    "transaction_answer": {"answer": "contested"},
    "transaction_take_back": {"reason": ""},
    "log_cosign": {"cosignature": "nothing"},
    "log_found": {"keys": {}},
    "proposal_create": {"reason_en": "nothing is proposed"},
    "proposal_amend": {"reason_en": "nothing is proposed"},
    "decision_create": {"change_sha256": "0" * 64, "decision": "consent"},
    "comment_create": {"text": ""},
    "submission_create": {"run_sha256": "0" * 64},
    "review_create": {
        "run_sha256": "0" * 64,
        "evidence_sha256": "0" * 64,
        "decision": "accept",
    },
    "dispute_create": {"commitment": "none-here", "period": "y1", "reason": "none"},
    "dispute_closing": {"reason": ""},
    "notice_create": {"clause": "none-here", "on": "2019-10-31"},
    "report_edition_sign": {"year": 1999, "report_sha256": "0" * 64},
    "signing_request_submit": "no note",
    "valuation_record": {
        "contribution": "none-here",
        "amount": "1",
        "currency": "CNY",
        "from_on": "2019-10-31",
        "reason": "none",
    },
}
#: Where somebody who may act is told that it does not work with this body or this name.
_LET_IN = {200, 201, 204, 302, 304, 404, 409, 422}


@pytest.fixture
def world(home, printed, settings):
    yield from world_of(home, printed, settings)


def _operations() -> dict[str, tuple[str, str]]:
    """Operation id → method and address of every operation of the API."""
    return {
        operation["operationId"]: (method, address.removeprefix(API))
        for address, operations in api.get_openapi_schema()["paths"].items()
        for method, operation in operations.items()
    }


def _filled(address: str, world: World) -> str:
    return address.format(**world.parts)


def _is_refused(answer: HttpResponse) -> bool:
    return answer.status_code in {401, 403} or (
        answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/")
    )


def _opened(browser: Client, name: str, world: World) -> list[Any]:
    """A page as a person opens it, and as a form without a word is sent to it."""
    parts = world.parts
    if name == "status-under":
        # Let in is let in: nobody needs the whole agreement computed twice for it, for every role.
        parts = {**parts, "proposal": "0" * 32}
    address = page_address(name, parts)
    return [
        answer
        for answer in (browser.get(address), browser.post(address))
        if answer.status_code != 405
    ]


def test_the_two_files_name_every_door_and_no_other() -> None:
    assert set(page_names()) == set(DOORS["pages"])
    assert set(_operations()) == set(DOORS["api"])
    others = {"open", "signed-in", "secret"}
    assert set(DOORS["pages"].values()) <= {*Act, *others}
    assert set(DOORS["api"].values()) <= set(Act)
    assert set(MATRIX.names) == {*Act, *Purpose}


def test_nobody_comes_in_without_a_sign_in_or_a_token(world: World) -> None:
    wrong = [
        name
        for name, needed in DOORS["pages"].items()
        if needed not in {"open", "secret"}
        and not all(map(_is_refused, _opened(Client(), name, world)))
    ]
    for number, (name, (method, address)) in enumerate(_operations().items()):
        # From another network each time: guessing from one is stopped before long.
        send = getattr(Client(REMOTE_ADDR=f"192.0.2.{number}"), method)
        for headers in ({}, {"authorization": f"Bearer unipact_{'x' * 43}"}):
            answer = send(f"{API}{_filled(address, world)}", headers=headers)
            if answer.status_code != 401 or "WWW-Authenticate" not in answer.headers:
                wrong.append(name)
    assert not wrong


def test_an_account_without_a_party_opens_its_own_account_only(world: World) -> None:
    browser = Client()
    browser.force_login(get_user_model().objects.create_user("passer-by"))
    wrong = [
        name
        for name, needed in DOORS["pages"].items()
        if needed in set(Act)
        and {each.status_code for each in _opened(browser, name, world)} != {403}
    ]
    assert not wrong


@pytest.mark.parametrize(("side", "role"), MATRIX.permitted)
def test_a_person_opens_what_the_role_permits(world: World, side: Side, role: Role) -> None:
    wrong = []
    for name, needed in DOORS["pages"].items():
        if needed not in set(Act):
            continue
        answers = _opened(person(side, role), name, world)
        is_permitted = Act(needed) in MATRIX.permitted[side, role]
        for answer in answers:
            is_let_in = answer.status_code in _LET_IN and not _is_refused(answer)
            if not (is_let_in if is_permitted else answer.status_code == 403):
                wrong.append((name, answer.status_code, is_permitted))
        if not answers:
            wrong.append((name, None, is_permitted))
    assert not wrong


def test_a_program_does_what_its_role_and_its_purpose_permit(world: World) -> None:
    wrong, counted = [], 0
    for side, role, purpose, program in programs():
        for name, (method, address) in _operations().items():
            answer = program.ask(method, _filled(address, world), _BODIES.get(name))
            act = Act(DOORS["api"][name])
            is_permitted = act in MATRIX.permitted[side, role] and act in MATRIX.purposes[purpose]
            counted += 1
            is_right = answer.status_code in _LET_IN if is_permitted else answer.status_code == 403
            if not is_right:
                wrong.append((name, str(role), str(purpose), answer.status_code, is_permitted))
    assert not wrong
    assert counted == len(MATRIX.permitted) * len(Purpose) * len(_operations())


def test_what_a_permitted_program_reads_is_there(world: World) -> None:
    readers = {
        purpose: Program(Side.UNIVERSITY, Role.COOPERATION_OFFICER, purpose) for purpose in Purpose
    }
    wrong = []
    for name, (method, address) in _operations().items():
        act = Act(DOORS["api"][name])
        purpose = next(each for each in Purpose if act in MATRIX.purposes[each])
        answer = readers[purpose].ask(method, _filled(address, world))
        if method == "get" and answer.status_code != 200:
            wrong.append((name, answer.status_code, answer.content[:200]))
    assert not wrong


def test_what_a_permitted_person_opens_is_there(world: World) -> None:
    browser = person(Side.UNIVERSITY, Role.COOPERATION_OFFICER)
    # Of somebody or something that the world does not hold.
    nobodys = {"agreement:member", "agreement:end", "agreement:revoke", "agreement:log-reason"}
    wrong = {
        name: answer.status_code
        for name, needed in DOORS["pages"].items()
        if needed in set(Act)
        and name not in nobodys
        and (answer := browser.get(page_address(name, world.parts))).status_code
        # An address that takes forms only leads to its page.
        not in {200, 302, 405}
    }
    assert not wrong
