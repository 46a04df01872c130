"""The example as the console holds it, with people and tokens of every role of both parties."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver
from django.utils import timezone

from tests.contract.command import EXAMPLE
from unipact.agreement.roles import MATRIX, Purpose, Role, Side
from unipact.agreement.services import (
    agreement_import,
    contribution_record,
    evaluation_record,
    membership_grant,
    token_make,
)
from unipact.agreement.services.consultation import (
    dispute_open,
    founding_prepare,
    key_hold,
    proposal_make,
    request_sign,
)
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.services.consultation.signing import Signer
from unipact.agreement.tests.parties import keys_of, next_version
from unipact.web import lake

NOW = datetime(2020, 1, 2, 8, tzinfo=UTC)
PARTIES: Mapping[Side, str] = {Side.UNIVERSITY: "usst", Side.ENTERPRISE: "huawei"}
AGREEMENT = "usst-huawei-2019"
API = "/api/v1"
CONTENT = (EXAMPLE / "agreement.toml").read_bytes()


@dataclass(frozen=True)
class World:
    """An installation with the example in force, evaluated once, with one contribution made.

    Its log is founded. The parties keep the keys that sign for them elsewhere, so that what they
    do on the server waits as a request; one of each party does.
    """

    document: Mapping[str, Any]
    proposal: str
    dispute: str
    requests: Mapping[str, int]

    @cached_property
    def evidence(self) -> str:
        """Hash of a piece of evidence that has rows and intervals."""
        return next(
            period["evidence"]["id"].removeprefix("sha256:")
            for commitment in self.document["commitments"]
            for period in commitment["periods"]
            if period["evidence"] and "intervals" in period["evidence"]
        )

    @cached_property
    def parts(self) -> dict[str, Any]:
        """What stands in addresses, by the name that a pattern gives it."""
        return {
            "agreement": AGREEMENT,
            "n": 1,
            "commitment": "campus-energy-savings-pool",
            "field": "smart-campus",
            "digest": self.evidence,
            "building": "b2",
            "name": "campus.electricity_kwh",
            "version": 1,
            "number": 1,
            "proposal": self.proposal,
            "dispute": self.dispute,
            "request": self.requests["usst"],
            "request_id": self.requests["usst"],
            "index": 0,
            "sha256": "0" * 64,
            "party": "usst",
            # Nobody and nothing: whoever may act on them learns that they are not there.
            "username": "nobody-here",
            "member": 2**40,
            "token": 2**40,
            "invitation": 2**40,
            "secret": "s" * 43,
            "uidb36": "1",
            "key": "k",
        }


def world_of(home: Path, printed: bytes, settings: Any) -> Iterator[World]:
    """Keep the example in the console, over the lake of ``home``."""
    settings.UNIPACT_HOME = Path(home)
    lake.installation.cache_clear()
    version = agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    evaluation_record(actor=None, version=version, document=printed, now=NOW)
    contribution_record(
        actor=None,
        agreement=AGREEMENT,
        contribution="huawei-research-fund",
        amount="2000000.00",
        happened_on=date(2019, 10, 31),
        party="huawei",
        now=NOW,
    )
    yield World(json.loads(printed), *_consulted())
    lake.installation.cache_clear()


def _consulted() -> tuple[str, str, dict[str, int]]:
    """Found the log; in it a proposal and a dispute, and beside it a request of each party."""
    keys = {party: keys_of(party) for party in sorted(PARTIES.values())}
    by = {party: Signer(party, key=each.consent) for party, each in keys.items()}
    for party, each in keys.items():
        key_hold(signer=Signer(party), agreement=AGREEMENT, key=each.cosign, now=NOW)
    for asked in founding_prepare(
        signer=Signer("usst"),
        agreement=AGREEMENT,
        keys={party: each.public for party, each in keys.items()},
        now=NOW,
    ):
        signer = by[asked.party.slug]
        request_sign(signer=signer, agreement=AGREEMENT, request=asked.pk, now=NOW)
    (proposing,) = proposal_make(
        signer=by["huawei"],
        agreement=AGREEMENT,
        proposed=Proposed("version", reason_en="More time", content=next_version()),
        now=NOW,
    )
    about = {"commitment": "campus-energy-savings-pool", "reason": "The meters were changed."}
    disputing = dispute_open(
        signer=by["usst"], agreement=AGREEMENT, period="h2-2019", now=NOW, **about
    )
    assert proposing.entry is not None
    assert disputing.entry is not None
    asked_for = {}
    for party in keys:
        effect = {"commitment": "campus-energy-savings-pool", "period": "h2-2019"}
        (asking,) = proposal_make(
            signer=Signer(party),
            agreement=AGREEMENT,
            proposed=Proposed("waiver", reason_en="No heating", effect=effect),
            now=NOW,
        )
        assert asking.request is not None
        asked_for[party] = asking.request.pk
    acts = [json.loads(bytes(each.entry.data).split(b"\n")[0]) for each in (proposing, disputing)]
    return acts[0]["change"]["proposal"], acts[1]["dispute"], asked_for


def person(side: Side, role: Role, name: str = "") -> Client:
    """A browser in which somebody of this role is signed in."""
    username = name or f"{side}-{role}"
    membership_grant(username=username, party=PARTIES[side], role=role, now=NOW)
    browser = Client(raise_request_exception=False)
    browser.force_login(get_user_model().objects.get(username=username))
    return browser


class Program:
    """A program with a token."""

    def __init__(self, side: Side, role: Role, purpose: Purpose) -> None:
        self.token, self.secret = token_make(
            actor=None,
            party=PARTIES[side],
            role=role,
            purpose=purpose,
            name=f"{role} {purpose}",
            days=30,
            now=timezone.now(),
        )
        self._client = Client(raise_request_exception=False)
        self._writes = 0

    def ask(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """Send a request; a write gets a new key unless one is given."""
        sent = {"authorization": f"Bearer {self.secret}", **headers}
        if method == "post" and "idempotency-key" not in sent:
            self._writes += 1
            sent["idempotency-key"] = f"{self.token.pk}-{self._writes}"
        kinds = {bytes: "application/toml", str: "text/plain"}
        kind = kinds.get(type(body), "application/json")
        content = {} if body is None else {"data": body, "content_type": kind}
        send = getattr(self._client, method)
        return send(f"{API}{address}", headers=sent, **content)


def programs() -> Iterator[tuple[Side, Role, Purpose, Program]]:
    """A program for every role of both parties and every purpose."""
    for side, role in MATRIX.permitted:
        for purpose in Purpose:
            yield side, role, purpose, Program(side, role, purpose)


def page_names() -> Iterator[str]:
    """The name of every address of the console; one without a name is told as its pattern."""

    def walk(resolver: URLResolver, namespace: str) -> Iterator[str]:
        for each in resolver.url_patterns:
            if isinstance(each, URLResolver):
                inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
                yield from walk(each, inner)
            elif not hasattr(each.callback, "query_names"):
                yield f"{namespace}{each.name}" if each.name else str(each.pattern)

    yield from walk(get_resolver(), "")


def page_address(name: str, parts: Mapping[str, Any]) -> str:
    """The address of a page with everything that it needs filled in."""
    resolver = get_resolver()
    *spaces, last = name.split(":")
    for space in spaces:
        resolver = resolver.namespace_dict[space][1]
    possibilities, *_ = resolver.reverse_dict.getlist(last)
    _, needed = possibilities[0][0]
    return reverse(name, kwargs={each: parts[each] for each in needed})
