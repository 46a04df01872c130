"""Everything that may happen to an agreement in the console: one function an act."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.db import transaction

from unipact.agreement.models import AccessLog, AgreementVersion, Evaluation, Party
from unipact.agreement.roles import Act, Actor
from unipact.errors import Conflict, Finding, Invalid, NotFound

RUN_FORMAT = "unipact-run/1"


def evaluation_record(
    *, actor: Actor | None, version: AgreementVersion, document: bytes, now: datetime
) -> Evaluation:
    """Keep a run document, byte for byte; the same bytes are kept once.

    Who: roles with ``evaluation_record``; ``actor`` is None for the command line.

    Raises:
        NotPermitted: the role may not.
        Invalid: the bytes are no run document.
        Conflict: the document is of another agreement or another version of it.
    """
    if actor is not None:
        actor.require(Act.EVALUATION_RECORD)
    parsed = _run_document(document)
    found = parsed["agreement"]
    if (found["id"], found["version"]) != (version.agreement.slug, version.n):
        raise Conflict(
            f"the run document is of {found['id']} version {found['version']}, not of {version}"
        )
    if found["sha256"] != f"sha256:{version.sha256}":
        raise Conflict(f"the run document was made from other terms than {version} has")
    with transaction.atomic():
        evaluation, _ = Evaluation.objects.get_or_create(
            version=version,
            sha256=hashlib.sha256(document).hexdigest(),
            defaults={
                "as_of": date.fromisoformat(parsed["as_of"]),
                "snapshot_id": parsed["snapshot"]["id"],
                "document": document,
                "made_at": now,
            },
        )
    recorded: Evaluation = evaluation
    return recorded


def access_log_append(
    *, actor: Actor, owner: str, kind: str, record: str, now: datetime
) -> AccessLog | None:
    """Note that the actor read a record of the other party; one's own is not noted.

    Who: anybody whose read is being answered. ``owner`` is the party whose record it is.

    Raises:
        NotFound: there is no such party.
    """
    if owner == actor.party:
        return None
    parties = {each.slug: each for each in Party.objects.filter(slug__in=(owner, actor.party))}
    if owner not in parties:
        raise NotFound(f"there is no party {owner}")
    line: AccessLog = AccessLog.objects.create(
        at=now,
        user_id=actor.user_id,
        reader=parties[actor.party],
        owner=parties[owner],
        kind=kind,
        record=record,
    )
    return line


def _run_document(document: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(document)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Invalid(
            "this is no run document", findings=[Finding("", f"it is no JSON: {error}")]
        ) from error
    if not isinstance(parsed, dict) or parsed.get("format") != RUN_FORMAT:
        raise Invalid(
            "this is no run document",
            findings=[Finding("format", f"it is not {RUN_FORMAT}", "Use `unipact run --json`.")],
        )
    return parsed
