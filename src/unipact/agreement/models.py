"""The records of the spine: who the parties are, what they signed, what was found, who looked.

What the parties rely on is append-only: an agreement version, an evaluation and a line of the
access log are never changed after they are written. The database refuses it too (migration 0001).
"""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length

from unipact.agreement.roles import Actor
from unipact.errors import Conflict, Unavailable

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
    """The roles that people and tokens have; what each may do is in ``roles.toml``."""

    COOPERATION_OFFICER = "cooperation_officer"
    RELATIONS_MANAGER = "relations_manager"
    PROGRAMME_LEAD = "programme_lead"
    CAMPUS_OPERATOR = "campus_operator"
    ANALYST = "analyst"
    EXECUTIVE = "executive"


class TokenPurpose(models.TextChoices):
    """What tokens are for; what each permits is in ``roles.toml``."""

    REPORTING = "reporting"
    VERIFICATION = "verification"
    RECORDS = "records"
    SIGNING = "signing"
    ADMINISTRATION = "administration"


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
    Only ``state`` and ``drafted_by`` may change, by a service. A draft that a party imported is
    its own: ``drafted_by`` names it, and nobody else sees it or meets its number. Both see the
    others.
    """

    # Offering a draft gives it to both.
    may_change = frozenset({"state", "drafted_by"})

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    n = models.PositiveIntegerField()
    original = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    file_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=VersionState.choices)
    drafted_by = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, related_name="drafts"
    )
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ("agreement", "n", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("agreement", "n"),
                condition=Q(drafted_by__isnull=True),
                name="version_number_is_unique",
            ),
            models.UniqueConstraint(
                fields=("agreement", "n", "drafted_by"),
                condition=Q(drafted_by__isnull=False, state="draft"),
                name="draft_number_is_unique",
            ),
            models.UniqueConstraint(
                fields=("sha256",),
                condition=Q(drafted_by__isnull=True),
                name="version_terms_are_unique",
            ),
            models.CheckConstraint(
                condition=Q(drafted_by__isnull=True) | Q(state__in=("draft", "withdrawn")),
                name="what_binds_is_of_both",
            ),
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

    @property
    def content(self) -> bytes:
        """The agreement file.

        Raises:
            Unavailable: somebody changed it behind the product's back.
        """
        data = bytes(self.original)
        if sha256(data).hexdigest() != self.file_sha256:
            raise Unavailable(f"the file of {self} was changed by hand: it has another hash")
        return data


def versions_seen(actor: Actor | None) -> Any:
    """The versions that ``actor`` may know of: those of both, and the drafts of its own party.

    None is the command line, which sees all.
    """
    versions = AgreementVersion.objects.all()
    if actor is None:
        return versions
    return versions.filter(
        Q(drafted_by__isnull=True) | Q(drafted_by__slug=actor.party, state=VersionState.DRAFT),
        agreement__parties__slug=actor.party,
    )


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


class Token(models.Model):
    """A program acts for a party, in a role and for a purpose, until it expires or is revoked.

    The secret itself is shown once and never kept: ``sha256`` is its digest, ``hint`` its first
    characters, by which people tell tokens apart.
    """

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="tokens")
    role = models.CharField(max_length=32, choices=MemberRole.choices)
    purpose = models.CharField(max_length=32, choices=TokenPurpose.choices)
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=16)
    # None: the command line made it.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # The token of the program that made it, with which it ends.
    made_with = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(role__in=MemberRole.values), name="token_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=TokenPurpose.values), name="token_purpose_is_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="token_expires_after_it_was_made"
            ),
        )

    def __str__(self) -> str:
        return f"{self.party_id} {self.name}"


class Invitation(models.Model):
    """Whoever holds the link may act for the party in the role; it opens once, for a while."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=32, choices=MemberRole.choices)
    # The inviter's own words for whom it is; the person chooses the account's name.
    note = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, unique=True)
    # None: the command line made it.
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # The token of the program that invited, with which the invitation ends.
    made_with = models.ForeignKey(
        Token, on_delete=models.PROTECT, null=True, related_name="invitations"
    )
    inviting_party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(role__in=MemberRole.values), name="invitation_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(accepted_at__isnull=True),
                name="invitation_ends_in_one_way",
            ),
        )

    def __str__(self) -> str:
        return f"{self.party_id} {self.note}"


class PeopleLog(AppendOnly):
    """Who was let in, moved or let go, and who did it; the party's officers see it."""

    at = models.DateTimeField()
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="people_log")
    # The account's name, not the account: the line outlives it. Empty: the command line.
    by = models.CharField(max_length=150, blank=True)
    act = models.CharField(max_length=32)
    subject = models.CharField(max_length=150)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("party", "-id"), name="people_log_by_party"),)

    def __str__(self) -> str:
        return f"{self.party_id} {self.act} {self.subject}"


class AccessLog(AppendOnly):
    """A person or a program of one party read a record of the other; the owner sees this line."""

    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    token = models.ForeignKey(Token, on_delete=models.PROTECT, null=True, related_name="+")
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
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(token__isnull=True),
                name="access_is_by_a_person_or_a_token",
            ),
        )
        indexes = (models.Index(fields=("owner", "-id"), name="access_by_owner"),)

    def __str__(self) -> str:
        return f"{self.reader_id} read {self.kind} {self.record} of {self.owner_id}"


# --- the log ---


class Log(models.Model):
    """The append-only log of an agreement; ``size`` is how many entries it has.

    ``floor`` is the latest time in a cosignature (unix seconds): every entry from now on is later,
    for us as for whoever verifies the bundle. Whoever appends holds the lock of this row.
    """

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="log")
    origin = models.CharField(max_length=200, unique=True)
    size = models.PositiveIntegerField(default=0)
    floor = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.origin

    @cached_property
    def parties(self) -> dict[str, Party]:
        """The parties by their ids; read once for an instance, as its life is one act."""
        return {each.slug: each for each in self.agreement.parties.order_by("slug")}

    @cached_property
    def sealed_keys(self) -> dict[str, str]:
        """The private keys inside, sealed, by vkey; read once for an instance."""
        return dict(self.held_keys.values_list("vkey", "sealed"))


class LogEntry(AppendOnly):
    """An entry as its signer signed it, byte for byte.

    ``hashes`` are the perfect subtrees that it completes, 32 bytes each, its own leaf hash first,
    so that any proof reads a few rows. ``checkpoint`` is the note of size ``index + 1``, signed by
    the log. ``received_at`` is the server's word, and proves nothing.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="entries")
    index = models.PositiveIntegerField()
    type = models.CharField(max_length=16)
    data = models.BinaryField()
    hashes = models.BinaryField()
    checkpoint = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ("log", "index")
        constraints = (
            models.UniqueConstraint(fields=("log", "index"), name="an_index_has_one_entry"),
        )

    def __str__(self) -> str:
        return f"{self.log_id} {self.index} {self.type}"


class Cosignature(AppendOnly):
    """A party cosigned the checkpoint that counts ``size`` entries; its last one is what it saw."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="cosignatures")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    size = models.PositiveIntegerField()
    line = models.BinaryField()
    time = models.BigIntegerField()

    class Meta:
        ordering = ("log", "size", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("log", "party", "size"), name="a_party_cosigns_a_size_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.log_id} {self.party_id} {self.size}"


class LogDocument(models.Model):
    """What an entry names by its hash: an agreement file, a reason, a run document, a report.

    A reason may be erased: its row goes, the hash in the log stays and tells nothing, because the
    document held a random salt.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="documents")
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    content = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("log", "sha256"), name="a_document_is_kept_once"),
        )

    def __str__(self) -> str:
        return f"{self.log_id} {self.kind} {self.sha256[:12]}"


class HeldKey(models.Model):
    """A private key that lives inside this server, sealed; ``party`` is None for the log's own."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="held_keys")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="+")
    vkey = models.CharField(max_length=512)
    sealed = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("log", "vkey"), name="a_key_is_held_once"),)

    def __str__(self) -> str:
        return f"{self.log_id} {self.vkey}"


class SigningRequest(models.Model):
    """A line that waits for a signature which a party makes elsewhere; it is the party's own.

    ``signature`` is there while the signature of the other party is waited for as well.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="requests")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    line = models.BinaryField()
    signature = models.BinaryField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.log_id} {self.party_id} {self.pk}"


class Comment(AppendOnly):
    """A word on a round of a proposal; it binds nobody and is no entry of the log."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="comments")
    proposal = models.CharField(max_length=32)
    round = models.PositiveIntegerField()
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    # The account's name, shown to its own party only.
    by = models.CharField(max_length=150)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=("log", "proposal"), name="comment_by_proposal"),)

    def __str__(self) -> str:
        return f"{self.log_id} {self.proposal[:8]} {self.party_id}"


# --- deadlines ---


class CalendarFeed(models.Model):
    """A person's calendar: whoever holds the address reads it, until it is made anew or revoked.

    It is gone with the membership. The secret itself is shown once and never kept.
    """

    membership = models.OneToOneField(
        Membership, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    sha256 = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=16)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.membership_id} {self.sha256[:12]}"


class ReminderChoice(models.Model):
    """A person asked for mails about deadlines, to an address whose link they opened.

    Without this row no mail goes out; it is gone with the membership.
    """

    membership = models.OneToOneField(
        Membership, on_delete=models.CASCADE, related_name="reminder_choice"
    )
    address = models.EmailField(max_length=254)
    language = models.CharField(max_length=16)
    confirmed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.membership_id}"


class ReminderSent(AppendOnly):
    """A person was reminded of a deadline at a stage; written after the mail was sent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    deadline = models.CharField(max_length=300)
    stage = models.CharField(max_length=8)
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "deadline", "stage"), name="a_person_is_reminded_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.deadline} {self.stage}"


# --- the ledger ---


class AccountKind(models.TextChoices):
    """The four accounts that a party has with each field; given and applied mirror each other."""

    GIVEN = "given"
    APPLIED = "applied"
    YIELDED = "yielded"
    RECEIVED = "received"


class LedgerKind(models.TextChoices):
    """What a transaction tells of: something that a party gave, or something that it got."""

    CONTRIBUTION = "contribution"
    BENEFIT = "benefit"


class LedgerAnswer(models.TextChoices):
    """What the other party says to a transaction."""

    ACKNOWLEDGED = "acknowledged"
    CONTESTED = "contested"


class Account(AppendOnly):
    """A party's account with a field, in one unit.

    Money has the ISO 4217 code of its currency as ``unit``. Postings count steps of
    ``10**-digits``: minor units of money, thousandths of a person-month, whole pieces.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="accounts")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="accounts")
    field = models.SlugField(max_length=64)
    kind = models.CharField(max_length=16, choices=AccountKind.choices)
    unit = models.CharField(max_length=32)
    digits = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("agreement", "party", "field", "kind", "unit"), name="account_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.values), name="account_kind_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.party_id} {self.field} {self.kind} {self.unit}"


# The name matters to an archive, which is loaded in the order of names: postings come before their
# transactions, so that the database can check the sum of one that arrives posted.
class Transaction(AppendOnly):
    """Postings that sum to zero, as one party recorded them; a draft until ``posted_at``.

    Posting is a one-way door: the database then checks the sum of each unit and freezes the
    transaction with its postings (migration 0007). What was wrong is corrected by another one that
    ``reverses`` it. ``document`` is the canonical form (RFC 8785) without any personal data, and
    ``sha256`` its hash; of the note it holds a salted hash, so that the note may be erased.
    """

    # Posting, and erasing the note; the database refuses all else.
    may_change = frozenset({"posted_at", "note", "note_salt"})

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="transactions")
    n = models.PositiveIntegerField()
    # The terms under which it was recorded.
    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=LedgerKind.choices)
    # The id of the contribution or benefit in the agreement file.
    subject = models.SlugField(max_length=64)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="transactions")
    recorded_by = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    happened_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    note_salt = models.CharField(max_length=32, blank=True)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )
    recorded_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True)
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("agreement", "n"), name="transaction_number_is_unique"),
            models.CheckConstraint(
                condition=Q(kind__in=LedgerKind.values), name="transaction_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(sha256__length=64), name="transaction_hash_is_whole"
            ),
        )
        indexes = (models.Index(fields=("agreement", "subject"), name="transaction_by_subject"),)

    def __str__(self) -> str:
        return f"{self.agreement_id} no. {self.n}"


class Posting(AppendOnly):
    """A change of one account: ``amount`` in steps of its account's unit, above or below zero."""

    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    amount = models.BigIntegerField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("transaction", "account"), name="an_account_is_posted_to_once"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="a_posting_moves_something"),
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"


class Acknowledgement(AppendOnly):
    """What the other party says to a transaction; its latest word counts, silence is no word."""

    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="acknowledgements"
    )
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=16, choices=LedgerAnswer.choices)
    reason = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(answer=LedgerAnswer.ACKNOWLEDGED)
                | (Q(answer=LedgerAnswer.CONTESTED) & ~Q(reason="")),
                name="who_contests_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.answer}"


class Valuation(AppendOnly):
    """What one whole unit of a contribution in kind is worth to a party, from a day on.

    Of several for the same day the latest stated counts. It is a party's own view: the other
    party's stands beside it, and neither is money that moved.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="valuations")
    contribution = models.SlugField(max_length=64)
    unit = models.CharField(max_length=32)
    valued_by = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    from_on = models.DateField()
    reason = models.CharField(max_length=200)
    stated_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=Q(minor__gte=0), name="valuation_is_not_negative"),
        )
        indexes = (
            models.Index(fields=("agreement", "contribution"), name="valuation_by_contribution"),
        )

    def __str__(self) -> str:
        return f"{self.valued_by_id} {self.contribution} {self.minor} {self.currency}"
