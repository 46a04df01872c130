"""The records of the spine: who the parties are, what they signed, what was found, who looked.

What the parties rely on is append-only: an agreement version, an evaluation and a line of the
access log are never changed after they are written. The database refuses it too (migration 0001).
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length

from unipact.errors import Conflict

models.CharField.register_lookup(Length)


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that are written once: bulk changes are refused before they reach the database."""

    def update(self, **kwargs: Any) -> int:
        if set(kwargs) <= self.model.may_change:
            return super().update(**kwargs)
        raise Conflict(f"{self.model.__name__} is append-only: a row is never changed")

    def delete(self) -> NoReturn:
        raise Conflict(f"{self.model.__name__} is append-only: a row is never deleted")


class AppendOnly(models.Model):
    """A record that is written once, but for the fields in ``may_change``."""

    may_change: ClassVar[frozenset[str]] = frozenset()
    objects: ClassVar[Any] = models.Manager.from_queryset(AppendOnlyQuerySet)()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Conflict(f"{type(self).__name__} is append-only: a row is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Conflict(f"{type(self).__name__} is append-only: a row is never deleted")


class PartyRole(models.TextChoices):
    """Which of the two a party is."""

    UNIVERSITY = "university"
    ENTERPRISE = "enterprise"


class MemberRole(models.TextChoices):
    """The roles that people have; what each may do is in ``roles.py``."""

    COOPERATION_OFFICER = "cooperation_officer"
    RELATIONS_MANAGER = "relations_manager"
    PROGRAMME_LEAD = "programme_lead"
    CAMPUS_OPERATOR = "campus_operator"
    ANALYST = "analyst"
    EXECUTIVE = "executive"


class VersionState(models.TextChoices):
    """States of an agreement version; consultation (a later issue) moves a version through them."""

    DRAFT = "draft"
    OFFERED = "offered"
    COUNTERED = "countered"
    AGREED = "agreed"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    LAPSED = "lapsed"


class Party(models.Model):
    """A party, by the id that the agreement file gives it."""

    slug = models.SlugField(max_length=64, unique=True)
    role = models.CharField(max_length=16, choices=PartyRole.choices)
    name_en = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200)
    legal_scheme = models.CharField(max_length=64)
    legal_value = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(role__in=PartyRole.values), name="party_role_is_known"
            ),
            models.UniqueConstraint(
                fields=("legal_scheme", "legal_value"), name="party_legal_id_is_unique"
            ),
        )

    def __str__(self) -> str:
        return self.slug


class Agreement(models.Model):
    """An agreement, by the id that its file keeps for life."""

    slug = models.SlugField(max_length=64, unique=True)
    parties = models.ManyToManyField(Party, related_name="agreements")

    def __str__(self) -> str:
        return self.slug


class AgreementVersion(AppendOnly):
    """One version of an agreement: its file byte for byte, and the hash of its meaning.

    ``sha256`` is that of the canonical form (RFC 8785), ``file_sha256`` that of ``original``.
    ``state`` alone may change, by a service.
    """

    may_change = frozenset({"state"})

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    n = models.PositiveIntegerField()
    original = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    file_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=VersionState.choices)
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ("agreement", "n")
        constraints = (
            models.UniqueConstraint(fields=("agreement", "n"), name="version_number_is_unique"),
            models.UniqueConstraint(
                fields=("agreement",),
                condition=Q(state="in_force"),
                name="one_version_is_in_force",
            ),
            models.CheckConstraint(condition=Q(n__gte=1), name="version_counts_from_one"),
            models.CheckConstraint(
                condition=Q(state__in=VersionState.values), name="version_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(sha256__length=64) & Q(file_sha256__length=64),
                name="version_hashes_are_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.agreement.slug} v{self.n}"


class Membership(models.Model):
    """A person acts for a party in a role."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=32, choices=MemberRole.choices)

    class Meta:
        constraints = (
            # One person speaks for one party, so that no page ever mixes two views.
            models.UniqueConstraint(fields=("user",), name="a_person_acts_for_one_party"),
            models.CheckConstraint(
                condition=Q(role__in=MemberRole.values), name="membership_role_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.party_id} {self.role}"


class Evaluation(AppendOnly):
    """A run document, byte for byte: what every commitment was worth at one snapshot and day."""

    version = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="evaluations"
    )
    as_of = models.DateField()
    snapshot_id = models.CharField(max_length=80)
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("version", "as_of", "made_at")
        constraints = (
            models.UniqueConstraint(fields=("version", "sha256"), name="evaluation_is_unique"),
            models.CheckConstraint(condition=Q(sha256__length=64), name="evaluation_hash_is_whole"),
        )
        indexes = (models.Index(fields=("version", "-as_of"), name="evaluation_latest"),)

    def __str__(self) -> str:
        return f"{self.version_id} {self.as_of} {self.sha256[:12]}"


class AccessLog(AppendOnly):
    """A person of one party read a record of the other; the owner may see this line."""

    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="access_log")
    kind = models.CharField(max_length=32)
    record = models.CharField(max_length=200)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(reader=F("owner")), name="access_is_of_the_other_party"
            ),
        )
        indexes = (models.Index(fields=("owner", "-id"), name="access_by_owner"),)

    def __str__(self) -> str:
        return f"{self.reader_id} read {self.kind} {self.record} of {self.owner_id}"
