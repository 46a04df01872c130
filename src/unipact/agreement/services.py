"""Everything that may happen to an agreement in the console: one function an act."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any, Literal

from django.contrib.auth import get_user_model
from django.db import transaction

from unipact.agreement.engine.states import version_moved
from unipact.agreement.engine.terms import Agreement as Terms
from unipact.agreement.engine.terms import Party as PartyTerms
from unipact.agreement.formats.agreement_toml import AgreementFile, read_agreement
from unipact.agreement.models import (
    AccessLog,
    Agreement,
    AgreementVersion,
    Evaluation,
    Membership,
    Party,
    VersionState,
)
from unipact.agreement.roles import Act, Actor, Role
from unipact.errors import Conflict, Finding, Invalid, NotFound, NotPermitted

RUN_FORMAT = "unipact-run/1"


def agreement_import(
    *,
    actor: Actor | None,
    content: bytes,
    now: datetime,
    state: Literal["draft", "in_force"] = "draft",
) -> AgreementVersion:
    """Keep an agreement file, byte for byte, as the next version; the same terms are kept once.

    Who: roles with ``agreement_import``, for an agreement of their own party and as a draft;
    ``actor`` is None for the command line, which may also take over one that is ``in_force``
    already. Parties that are new are made, and a version in force makes the one before superseded.

    Raises:
        NotPermitted: the role or the party may not.
        Invalid: the file is wrong; the findings name each place.
        Conflict: this version number holds other terms, a version before it is missing, or the
            file does not name the hash of the one before it.
    """
    if actor is not None:
        actor.require(Act.AGREEMENT_IMPORT)
        if state != "draft":
            raise NotPermitted("a person imports drafts; consent brings them into force")
    file = read_agreement(content)
    if actor is not None and actor.party not in {each.id for each in file.agreement.parties}:
        raise NotPermitted("the agreement is not one of the actor's party")
    with transaction.atomic():
        agreement, _ = Agreement.objects.get_or_create(slug=file.agreement.id)
        held: dict[int, AgreementVersion] = {
            each.n: each for each in agreement.versions.defer("original")
        }
        same = held.get(file.agreement.version)
        if same is not None:
            if same.sha256 != _bare(file.sha256):
                raise Conflict(f"{same} holds other terms; change them in a new version")
            return same
        _require_successor(file.agreement, held)
        return _version_create(agreement, file, state=state, now=now)


def agreement_export(*, actor: Actor | None, version: AgreementVersion) -> bytes:
    """The bytes of an agreement file exactly as they were imported.

    Who: roles with ``agreement_export`` of a party to it; ``actor`` is None for the command line.

    Raises:
        NotPermitted: the role may not.
        NotFound: the actor's party is no party to it.
    """
    if actor is not None:
        actor.require(Act.AGREEMENT_EXPORT)
        if not version.agreement.parties.filter(slug=actor.party).exists():
            raise NotFound(f"there is no version {version.n} of this agreement")
    return bytes(version.original)


def membership_grant(*, username: str, party: str, role: Role) -> Membership:
    """Let a person act for a party; the account is made where it is missing, without a password.

    Who: the command line and the demo's start only, until people are invited in the console.

    Raises:
        NotFound: there is no such party.
        Conflict: the person acts for another party or in another role already.
    """
    acts_for = Party.objects.filter(slug=party).first()
    if acts_for is None:
        raise NotFound(f"there is no party {party}")
    with transaction.atomic():
        user, made = get_user_model().objects.get_or_create(username=username)
        if made:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        membership, _ = Membership.objects.get_or_create(
            user=user, defaults={"party": acts_for, "role": role.value}
        )
    if (membership.party_id, membership.role) != (acts_for.pk, role.value):
        raise Conflict(f"{username} acts for another party or in another role already")
    return membership


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


def _require_successor(terms: Terms, held: dict[int, AgreementVersion]) -> None:
    before = held.get(terms.version - 1)
    if terms.version > 1 and before is None:
        raise Conflict(
            f"version {terms.version - 1} of {terms.id} is missing",
            findings=[Finding("version", "versions are imported in order", "Import it first.")],
        )
    if before is not None and terms.previous != f"sha256:{before.sha256}":
        raise Conflict(
            f"version {terms.version} of {terms.id} does not follow the one that is held",
            findings=[Finding("previous", f"it is not sha256:{before.sha256}")],
        )


def _version_create(
    agreement: Agreement,
    file: AgreementFile,
    *,
    state: Literal["draft", "in_force"],
    now: datetime,
) -> AgreementVersion:
    for party in file.agreement.parties:
        agreement.parties.add(_party(party))
    if state == "in_force":
        agreement.versions.filter(state=VersionState.IN_FORCE).update(
            state=version_moved("in_force", "superseded")
        )
    version: AgreementVersion = AgreementVersion.objects.create(
        agreement=agreement,
        n=file.agreement.version,
        original=file.original,
        sha256=_bare(file.sha256),
        file_sha256=hashlib.sha256(file.original).hexdigest(),
        state=state,
        imported_at=now,
    )
    return version


def _party(terms: PartyTerms) -> Party:
    scheme, value = terms.legal_id
    party, _ = Party.objects.get_or_create(
        slug=terms.id,
        defaults={
            "role": terms.role,
            "name_en": terms.name.en,
            "name_zh": terms.name.zh,
            "legal_scheme": scheme,
            "legal_value": value,
        },
    )
    if (party.legal_scheme, party.legal_value) != (scheme, value):
        raise Conflict(f"the party {terms.id} is another legal person in this installation")
    return party


def _bare(digest: str) -> str:
    return digest.removeprefix("sha256:")
