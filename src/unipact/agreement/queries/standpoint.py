"""Where a reader stands: for which party, in which role, before which agreement and day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import QuerySet

from unipact.agreement.log.signed import require_signed
from unipact.agreement.models import (
    AgreementVersion,
    Evaluation,
    Membership,
    VersionState,
    versions_seen,
)
from unipact.agreement.roles import Act, Actor, Role, Side
from unipact.errors import NotFound, NotPermitted, Unavailable

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Standpoint:
    """What a page knows before it shows anything.

    ``document`` is the run document that the page reads, None while nothing was evaluated;
    ``earlier`` the one before it, for "what changed".
    """

    actor: Actor
    role: Role
    version: AgreementVersion
    evaluations: tuple[Evaluation, ...]
    evaluation: Evaluation | None

    @property
    def slug(self) -> str:
        return self.version.agreement.slug

    @cached_property
    def document(self) -> Document | None:
        return document_of(self.evaluation) if self.evaluation else None

    @cached_property
    def earlier(self) -> Document | None:
        """The run document of the day before this one's, or None for the first."""
        if self.evaluation is None:
            return None
        before = [each for each in self.evaluations if each.as_of < self.evaluation.as_of]
        return document_of(before[-1]) if before else None

    @property
    def state(self) -> str:
        """The version's state: at the as-of day, where it was evaluated for one."""
        if self.document is not None:
            return str(self.document["agreement"]["state"])
        return str(self.version.state)

    @property
    def as_of(self) -> date | None:
        return self.evaluation.as_of if self.evaluation else None

    def party_names(self) -> dict[str, Mapping[str, str]]:
        """Party id → its name in both languages."""
        if self.document is None:
            # A new version is in force before anything is evaluated under it.
            parties = self.version.agreement.parties.all()
            return {each.slug: {"en": each.name_en, "zh": each.name_zh} for each in parties}
        return {each["id"]: each["name"] for each in self.document["agreement"]["parties"]}


def document_of(evaluation: Evaluation) -> Document:
    """The run document of a stored evaluation."""
    return _document(evaluation.pk, evaluation.sha256)


def document_bytes(here: Standpoint) -> bytes:
    """The shown run document, byte for byte as it was recorded.

    Raises:
        NotFound: nothing was evaluated yet.
    """
    if here.evaluation is None:
        raise NotFound("nothing was evaluated yet")
    stored = Evaluation.objects.values_list("document", flat=True).get(pk=here.evaluation.pk)
    return bytes(stored)


@lru_cache(maxsize=64)
def _document(pk: int, sha256: str) -> Document:
    """A stored run document; it never changes, so a worker parses it once."""
    stored = Evaluation.objects.values_list("document", flat=True).get(pk=pk)
    if hashlib.sha256(bytes(stored)).hexdigest() != sha256:
        raise Unavailable("a run document was changed by hand: it has another hash")
    parsed: dict[str, Any] = json.loads(bytes(stored))
    return parsed


def actor_of(user_id: int | None, name: str) -> Actor:
    """The person as the services see them.

    Raises:
        NotPermitted: the person acts for no party.
    """
    found = (
        Membership.objects.filter(user_id=user_id).select_related("party").first()
        if user_id is not None
        else None
    )
    if found is None or user_id is None:
        raise NotPermitted("this account acts for no party")
    return Actor(
        name=name,
        party=found.party.slug,
        side=Side(found.party.role),
        role=Role(found.role),
        user_id=user_id,
    )


def agreements_of(actor: Actor) -> tuple[Standpoint, ...]:
    """The actor's standpoint before each agreement of its party, by the agreements' ids.

    Raises:
        NotPermitted: the role may not see agreements.
    """
    actor.require(Act.AGREEMENT_SEE)
    slugs = (
        versions_seen(actor)
        .filter(drafted_by__isnull=True)
        .values_list("agreement__slug", flat=True)
    )
    return tuple(standpoint_of(actor, agreement=each) for each in sorted(set(slugs)))


def standpoint_of(
    actor: Actor, *, agreement: str | None = None, as_of: date | None = None
) -> Standpoint:
    """The standpoint of ``actor`` before an agreement of theirs, at the latest day by default.

    Raises:
        NotFound: the actor's party has no such agreement, or nothing was evaluated for that day.
        NotPermitted: the role may not see agreements.
    """
    actor.require(Act.AGREEMENT_SEE)
    # One's own draft is read as a file; what the pages speak of is the same for both.
    versions = versions_seen(actor).filter(drafted_by__isnull=True)
    if agreement is not None:
        versions = versions.filter(agreement__slug=agreement)
    found = version_shown(versions)
    if found is None:
        raise NotFound("there is no agreement here yet")
    version, evaluations = found
    chosen = [each for each in evaluations if as_of is None or each.as_of == as_of]
    if as_of is not None and not chosen:
        raise NotFound(f"nothing was evaluated as of {as_of}")
    return Standpoint(actor, actor.role, version, evaluations, chosen[-1] if chosen else None)


def version_shown(
    versions: QuerySet[AgreementVersion],
) -> tuple[AgreementVersion, tuple[Evaluation, ...]] | None:
    """The one of ``versions`` that pages and reports show, and its evaluations; None without any.

    Evaluations come without their documents, the earliest day first. Chosen here and not in SQL:
    an agreement has few versions, and making the query took longer than running it.
    """
    kept = list(versions.select_related("agreement").defer("original").order_by("agreement", "-n"))
    first = [each for each in kept if each.agreement_id == kept[0].agreement_id]
    if not first:
        return None
    evaluations: dict[int, list[Evaluation]] = {each.pk: [] for each in first}
    found = Evaluation.objects.filter(version__in=list(evaluations)).defer("document")
    for each in found.order_by("as_of", "made_at"):
        evaluations[each.version_id].append(each)
    # A draft binds nobody: until it is in force the one before it is what the pages show.
    in_force = [each for each in first if each.state == VersionState.IN_FORCE]
    evaluated = [each for each in first if evaluations[each.pk]]
    shown = (in_force or evaluated or first)[0]
    require_signed(shown)
    return shown, tuple(evaluations[shown.pk])
