"""Keeping and giving back agreement files."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import F

from unipact.agreement.engine.states import version_moved
from unipact.agreement.engine.terms import Agreement as Terms
from unipact.agreement.formats.agreement_toml import AgreementFile, read_agreement
from unipact.agreement.log.parties import party_kept
from unipact.agreement.log.signed import require_signed
from unipact.agreement.models import (
    Agreement,
    AgreementVersion,
    Log,
    VersionState,
    versions_seen,
)
from unipact.agreement.roles import Act, Actor
from unipact.errors import Conflict, Finding, Invalid, NotFound, NotPermitted


def agreement_import(
    *,
    actor: Actor | None,
    content: bytes,
    now: datetime,
    state: Literal["draft", "in_force"] = "draft",
    agreement: str | None = None,
) -> AgreementVersion:
    """Keep an agreement file, byte for byte, as the next version; the same terms are kept once.

    Who: roles with ``agreement_import``, for the next version of an agreement of their own party.
    It is a draft of that party, which the other does not see; another draft of the same number
    takes its place, and the one before is withdrawn. ``actor`` is None for the command
    line: it brings new agreements with their parties, and may take over a version that is
    ``in_force`` already, which makes the one before superseded. ``agreement`` is the id that the
    file must have, where the door has named one.

    Raises:
        NotPermitted: the role may not.
        NotFound: the actor's party has no such agreement.
        Invalid: the file is wrong, or of another agreement; the findings name each place.
        Conflict: this version number holds other terms, a version before it is missing, the
            file does not name the hash of the one before it, or it names other parties.
    """
    if actor is not None:
        actor.require(Act.AGREEMENT_IMPORT)
        if state != "draft":
            raise NotPermitted("a person imports drafts; consent brings them into force")
    file = read_agreement(content)
    if agreement not in {None, file.agreement.id}:
        finding = Finding("id", f"it is {file.agreement.id}, not {agreement}")
        raise Invalid("the file is of another agreement", findings=[finding])
    with transaction.atomic():
        holder = _agreement(actor, file.agreement)
        # Sorted: the own draft of a number comes before the version of both, which then counts.
        held: dict[int, AgreementVersion] = {
            each.n: each
            for each in _met(actor)
            .filter(agreement=holder)
            .defer("original")
            .order_by(F("drafted_by").asc(nulls_last=True))
        }
        same = held.get(file.agreement.version)
        if same is not None:
            if same.sha256 == _bare(file.sha256):
                return same
            if same.drafted_by_id is None:
                raise Conflict(f"{same} holds other terms; change them in a new version")
            AgreementVersion.objects.filter(pk=same.pk).update(
                state=version_moved("draft", "withdrawn")
            )
        _require_successor(file.agreement, held)
        if state == "in_force":
            _require_no_log(holder)
        return _version_create(actor, holder, file, state=state, now=now)


def _met(actor: Actor | None) -> Any:
    """The versions that a new one stands beside: a party's draft is in nobody else's way."""
    versions = versions_seen(actor)
    return versions.filter(drafted_by__isnull=True) if actor is None else versions


def _agreement(actor: Actor | None, terms: Terms) -> Agreement:
    """The agreement that a file is a version of, locked until the version is kept.

    Who else has an agreement here is nobody's business: a file of an agreement that exists, but
    not for the actor's party, is answered like that of one that does not exist.
    """
    locked = Agreement.objects.select_for_update(of=("self",))
    if actor is None:
        Agreement.objects.get_or_create(slug=terms.id)
        return locked.get(slug=terms.id)
    agreement = locked.filter(slug=terms.id, parties__slug=actor.party).first()
    if agreement is None:
        finding = Finding("id", f"your party has no agreement {terms.id} here")
        raise NotFound("no such agreement", findings=[finding])
    parties = {each.slug: each for each in agreement.parties.all()}
    named = {each.id: (each.role, *each.legal_id) for each in terms.parties}
    if named != {
        slug: (each.role, each.legal_scheme, each.legal_value) for slug, each in parties.items()
    }:
        finding = Finding("parties", "they are not those of the agreement")
        raise Conflict("a draft is between the same parties", findings=[finding])
    return agreement


def agreement_export(*, actor: Actor | None, version: AgreementVersion) -> bytes:
    """The bytes of an agreement file exactly as they were imported.

    Who: roles with ``agreement_export`` of a party to it; ``actor`` is None for the command line.

    Raises:
        NotPermitted: the role may not.
        NotFound: the actor's party is no party to it.
        Unavailable: the file was changed by hand.
    """
    if actor is not None:
        actor.require(Act.AGREEMENT_EXPORT)
        if not versions_seen(actor).filter(pk=version.pk).exists():
            raise NotFound(f"there is no version {version.n} of this agreement")
    if version.state == VersionState.IN_FORCE:
        require_signed(version)
    return version.content


def _require_no_log(agreement: Agreement) -> None:
    """What was founded by both parties changes by their consent alone, not by the operator."""
    if Log.objects.filter(agreement=agreement, size__gt=0).exists():
        raise Conflict(
            f"the log of {agreement} was founded: a version comes into force by both consents",
            findings=[
                Finding(
                    "version",
                    f"the log of {agreement} was founded: only both consents bring a version "
                    "into force",
                    "Import it as a draft and propose it: unipact consult propose.",
                )
            ],
        )


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
    actor: Actor | None,
    agreement: Agreement,
    file: AgreementFile,
    *,
    state: Literal["draft", "in_force"],
    now: datetime,
) -> AgreementVersion:
    if actor is None:
        agreement.parties.add(*(party_kept(party) for party in file.agreement.parties))
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
        drafted_by=None if actor is None else agreement.parties.get(slug=actor.party),
        imported_at=now,
    )
    return version


def _bare(digest: str) -> str:
    return digest.removeprefix("sha256:")
