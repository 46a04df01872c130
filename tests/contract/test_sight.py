"""What a party keeps to itself, the other never meets: in no list, count, export or error text.

The strictest way to ask: everything that the other party can open is read before and after the
first has drafts, tokens, invitations, log lines and rows of its own; not a byte may differ. And
what is asked for by its own name is answered like what does not exist. What is computed from rows
that their owner keeps is asked in ``test_sight_of_rows``.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.contract.test_doors import DOORS
from tests.contract.world import (
    AGREEMENT,
    API,
    CONTENT,
    NOW,
    PARTIES,
    Program,
    World,
    page_address,
    person,
    world_of,
)
from unipact.agreement.engine.terms import Text
from unipact.agreement.models import AccessLog, AgreementVersion, LogEntry
from unipact.agreement.queries.standpoint import actor_of
from unipact.agreement.roles import MATRIX, Act, Purpose, Role, Side
from unipact.agreement.services import (
    access_log_append,
    agreement_import,
    invitation_make,
    token_make,
)
from unipact.agreement.services.consultation import proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.services.consultation.signing import Signer
from unipact.installation import Installation
from unipact.installation.sources import Source
from unipact.web.api.routes import api

pytestmark = pytest.mark.django_db

MARK = "Planted-7f3a"
_OFFICERS: Mapping[Side, Role] = MATRIX.officers
_BOTH_WAYS = ((Side.UNIVERSITY, Side.ENTERPRISE), (Side.ENTERPRISE, Side.UNIVERSITY))
#: What differs in a page from one time to the next, whoever has done what.
_CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|"(made|expires)_at": "[^"]*"'
    r'|"last_used_at": (null|"[^"]*")|class="[^"]*last-used"[^>]*>[^<]*'
)


@pytest.fixture
def world(home, printed, settings, tmp_path):
    own = shutil.copytree(home, tmp_path / "home")
    yield from world_of(own, printed, settings)


def _seen(answer: HttpResponse) -> tuple[int, str]:
    content = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, _CHANGING.sub("", content.decode(errors="replace"))


def everything(world: World, browser: Client, programs: Mapping[Purpose, Program]) -> dict:
    """All that an officer and the programs of a party can read, as text."""
    found = {}
    for name, needed in DOORS["pages"].items():
        if needed in set(Act):
            for language in ("zh-hans", "en"):
                browser.cookies["django_language"] = language
                answer = browser.get(page_address(name, world.parts))
                found[name, language] = _seen(answer)
    for address, operations in api.get_openapi_schema()["paths"].items():
        if "get" not in operations:
            continue
        for purpose, program in programs.items():
            asked = address.removeprefix(API).format(**world.parts)
            if address.endswith("/leaving"):
                found[address, purpose] = _taken_along(program, asked)
                continue
            found[address, purpose] = _seen(program.ask("get", asked))
    return found


def _taken_along(program: Program, address: str) -> tuple[int, str]:
    """What is in the archive that one leaves with; the line that notes it is taken back."""
    with transaction.atomic():
        answer = program.ask("get", address)
        content = b"".join(answer) if answer.streaming else answer.content
        transaction.set_rollback(True)
    if answer.status_code != 200:
        return answer.status_code, content.decode()
    # Tokens were used meanwhile; hashes and sizes follow from the members.
    changing = {"manifest.json", "manifest.json.sha256", "tokens.jsonl"}
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        members = {each.name: tar.extractfile(each).read() for each in tar}
    said = json.loads(members["manifest.json"])["withheld"]
    kept = {name: data for name, data in members.items() if name not in changing}
    return 200, f"{said} {kept!r}"


def _plant_rows(owner: str) -> None:
    """Publish a list of buildings that its owner keeps to itself, its source by name."""
    home = Path(settings.UNIPACT_HOME)
    path = home / "planted.csv"
    path.write_text(
        "building_id,name_en,name_zh,zone,meters,note_en,note_zh\n"
        f"planted,{MARK},{MARK},Asia/Shanghai,electricity,{MARK},{MARK}\n",
        encoding="utf-8",
    )
    text = Text(MARK, MARK)
    planted = Source("campus", "buildings", path, owner, "own", text, text, text, None, {})
    Installation(home).load([planted])
    entries = Installation(home).lake.resolve().tables["campus.buildings"].entries
    assert [each.attribution for each in entries][-1] == text


def _draft(text: str) -> bytes:
    base = AgreementVersion.objects.get(drafted_by__isnull=True)
    words = CONTENT.decode()
    changed = words.replace("version = 1\n", f'version = 2\nprevious = "sha256:{base.sha256}"\n', 1)
    assert changed != words
    return changed.replace('title.en = "', f'title.en = "{text} ', 1).encode()


def _plant(owner: Side) -> dict[str, Any]:
    """Give a party something of every kind that it keeps to itself."""
    person(owner, _OFFICERS[owner], "owner")
    user = get_user_model().objects.get(username="owner")
    officer = actor_of(user.pk, user.get_username())
    draft = agreement_import(actor=officer, content=_draft(MARK), now=NOW)
    token, _ = token_make(
        actor=officer,
        party=officer.party,
        role=Role.ANALYST,
        purpose=Purpose.REPORTING,
        name=MARK,
        days=30,
        now=NOW,
    )
    invitation, secret = invitation_make(
        actor=officer, party=officer.party, role=Role.EXECUTIVE, note=MARK, now=NOW
    )
    other = Side.ENTERPRISE if owner == Side.UNIVERSITY else Side.UNIVERSITY
    person(other, Role.ANALYST, "reader")
    reader = get_user_model().objects.get(username="reader")
    access_log_append(
        actor=actor_of(reader.pk, "reader"), owner=officer.party, kind="meter", record=MARK, now=NOW
    )
    _plant_rows(officer.party)
    # Its key is elsewhere: until it signed, nothing of this is in the log.
    (asked,) = proposal_make(
        signer=Signer(officer.party, officer),
        agreement=AGREEMENT,
        proposed=Proposed("end", reason_en=MARK, effect={"on": "2099-01-01"}),
        now=timezone.now(),
    )
    return {
        "draft": draft,
        "token": token,
        "invitation": invitation,
        "secret": secret,
        "request": asked.request,
    }


@pytest.mark.parametrize(("owner", "other"), _BOTH_WAYS)
def test_nothing_that_the_other_can_read_tells_of_it(
    world: World, owner: Side, other: Side
) -> None:
    browser = person(other, _OFFICERS[other])
    programs = {each: Program(other, _OFFICERS[other], each) for each in Purpose}
    # The people of both parties are seen by both: they are there beforehand.
    person(owner, _OFFICERS[owner], "owner")
    person(other, Role.ANALYST, "reader")
    before = everything(world, browser, programs)
    # The rows of the example are the university's.
    assert AccessLog.objects.exists() is (other == Side.ENTERPRISE)
    entries = LogEntry.objects.count()
    _plant(owner)
    assert LogEntry.objects.count() == entries
    after = everything(world, browser, programs)
    assert len(before) > 100
    assert [key for key in before if before[key] != after[key]] == []
    assert [key for key, (_, text) in after.items() if MARK in text] == []


@pytest.mark.parametrize(("owner", "other"), _BOTH_WAYS)
def test_the_owner_meets_all_of_it(world: World, owner: Side, other: Side) -> None:
    planted = _plant(owner)
    browser = Client()
    browser.force_login(get_user_model().objects.get(username="owner"))
    programs = {each: Program(owner, _OFFICERS[owner], each) for each in Purpose}
    found = everything(world, browser, programs)
    where = {str(key[0]) for key, (_, text) in found.items() if MARK in text}
    assert {
        f"{API}/tokens",
        f"{API}/agreements/{{agreement}}/accesses",
        "agreement:people",
    } <= where
    versions = programs[Purpose.REPORTING].ask(
        "get", f"/agreements/{world.parts['agreement']}/versions"
    )
    assert [each["n"] for each in versions.json()["items"] if each["is_own_draft"]] == [
        planted["draft"].n
    ]
    agreement = f"/agreements/{world.parts['agreement']}"
    asked = programs[Purpose.SIGNING].ask("get", f"{agreement}/signing-requests").json()["items"]
    assert planted["request"].pk in [each["id"] for each in asked]


@pytest.mark.parametrize(("owner", "other"), _BOTH_WAYS)
def test_what_is_asked_for_by_its_name_is_answered_like_what_is_not_there(
    world: World, owner: Side, other: Side
) -> None:
    planted = _plant(owner)
    programs = {each: Program(other, _OFFICERS[other], each) for each in Purpose}
    agreement = f"/agreements/{world.parts['agreement']}"
    asked = [
        ("get", f"{agreement}/versions/{{}}/agreement.toml", planted["draft"].n, 999),
        ("get", f"{agreement}/signing-requests/{{}}", planted["request"].pk, 2**40),
        ("get", f"{agreement}/signing-requests/{{}}/line", planted["request"].pk, 2**40),
        ("delete", f"{agreement}/signing-requests/{{}}", planted["request"].pk, 2**40),
        ("delete", "/tokens/{}", planted["token"].pk, 2**40),
        ("delete", "/invitations/{}", planted["invitation"].pk, 2**40),
        ("delete", "/people/{}", "owner", "nobody"),
        ("patch", "/people/{}", "owner", "nobody"),
    ]
    for method, address, real, absent in asked:
        for program in programs.values():
            body = {"role": "analyst"} if method == "patch" else None
            said = [
                _seen(program.ask(method, address.format(each), body)) for each in (real, absent)
            ]
            texts = [
                text.replace(address.format(each), address)
                for (_, text), each in zip(said, (real, absent), strict=True)
            ]
            assert said[0][0] == said[1][0] in {403, 404}, address
            assert texts[0] == texts[1], address
    planted["token"].refresh_from_db()
    assert planted["token"].revoked_at is None
    planted["request"].refresh_from_db()


@pytest.mark.parametrize(("owner", "other"), _BOTH_WAYS)
def test_the_other_party_may_take_the_same_number_and_the_same_terms(
    world: World, owner: Side, other: Side
) -> None:
    planted = _plant(owner)
    program = Program(other, _OFFICERS[other], Purpose.RECORDS)
    address = f"/agreements/{world.parts['agreement']}/versions"
    first = program.ask("post", address, _draft("other words"))
    assert first.status_code == 201, first.content
    second = program.ask("post", address, _draft(MARK))
    # It takes the place of its own draft, in the very words of the one that it never sees.
    assert (second.status_code, second.json()["sha256"]) == (201, planted["draft"].sha256)
    states = AgreementVersion.objects.filter(drafted_by__slug=PARTIES[other])
    assert dict(states.values_list("sha256", "state")) == {
        first.json()["sha256"]: "withdrawn",
        second.json()["sha256"]: "draft",
    }
    planted["draft"].refresh_from_db()
    assert planted["draft"].state == "draft"
