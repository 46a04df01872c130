"""Keeping run documents: what every commitment was worth at one snapshot and day."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.db import transaction

from unipact.agreement.models import AgreementVersion, Evaluation, versions_seen
from unipact.agreement.roles import Act, Actor
from unipact.errors import Conflict, Finding, Invalid, NotFound

RUN_FORMAT = "unipact-run/1"


def evaluation_record(
    *, actor: Actor | None, version: AgreementVersion, document: bytes, now: datetime
) -> Evaluation:
    """Keep a run document, byte for byte; the same bytes are kept once.

    Who: roles with ``evaluation_record`` of a party that sees the version; ``actor`` is None for
    the command line. The document is one that this installation has just computed: no door hands
    in a document from outside.

    Raises:
        NotPermitted: the role may not.
        NotFound: the actor's party does not see the version.
        Invalid: the bytes are no run document.
        Conflict: the document is of another agreement or another version of it.
    """
    if actor is not None:
        actor.require(Act.EVALUATION_RECORD)
        if not versions_seen(actor).filter(pk=version.pk).exists():
            raise NotFound(f"there is no version {version.n} of this agreement")
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
