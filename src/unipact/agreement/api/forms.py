"""What the API takes and gives, as far as no published format says it already."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Path, Schema
from pydantic import ConfigDict, Field

from unipact.agreement.queries.wording import Standing
from unipact.agreement.roles import Act, Purpose, Role, Side

#: An integer key of the database; more does not fit into one.
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
#: An id as agreement files write it.
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
#: A name of an account; whatever it holds, it is no control character.
Username = Annotated[str, Path(pattern=r"^[^\x00-\x1f\x7f]{1,150}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Limit = Annotated[int, Field(ge=1, le=1000)]


class Strict(Schema):
    """A form that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid")


class Texts(Schema):
    """A text in both languages."""

    en: str
    zh: str


class Me(Schema):
    """Who the token acts for, and what it may do."""

    party: str
    side: Side
    role: Role
    purpose: Purpose | None
    acts: list[Act]


class AgreementLine(Schema):
    """An agreement of one's party in the list: the version that counts, and its last day."""

    id: str
    version: int
    state: str
    sha256: str
    as_of: date | None


class Agreements(Schema):
    """The agreements of one's party."""

    items: list[AgreementLine]


class Version(Schema):
    """A version of an agreement. ``is_own_draft``: the other party does not see it."""

    n: int
    state: str
    sha256: str = Field(description="Hash of the canonical form (RFC 8785).")
    file_sha256: str
    imported_at: datetime
    is_own_draft: bool


class Versions(Schema):
    """The versions, newest first."""

    items: list[Version]


class EvaluationLine(Schema):
    """One evaluation: the day that counted, the snapshot of the lake, the run document's hash."""

    as_of: date
    snapshot: str
    sha256: str
    made_at: datetime


class Evaluations(Schema):
    """The evaluations of the version that counts, newest day first."""

    items: list[EvaluationLine]


class AsOf(Strict):
    """Which evaluation is asked for."""

    as_of: date | None = Field(
        None, description="A day that was evaluated; the latest unless named."
    )


class CommitmentsAsked(AsOf):
    """Which commitments are asked for."""

    standing: Standing | None = Field(None, description="Only with this standing.")
    side: Literal["owed", "due"] | None = Field(None, description="Only what we owe, or are owed.")
    field: str | None = Field(None, max_length=64, description="Only of this field or flow.")


class Before(Strict):
    """A page of a list whose newest comes first."""

    before: Number | None = Field(None, description="`next` of the page before.")


class MemberLine(Schema):
    """Somebody who acts for a party; ``username`` is empty for people of the other party."""

    username: str
    name: str
    role: str


class PartyLine(Schema):
    """A party with its people."""

    id: str
    side: Side
    name: Texts
    legal_id: list[str]
    is_ours: bool
    people: list[MemberLine]


class People(Schema):
    """The people of each party."""

    items: list[PartyLine]


class RoleGiven(Strict):
    """Another role for a person."""

    role: Role


class InvitationAsked(Strict):
    """Whom to invite."""

    party: str | None = Field(
        None, max_length=64, description="Id of the party; ours unless named."
    )
    role: Role
    note: str = Field(max_length=200, description="For whom it is, in your own words.")


class InvitationLine(Schema):
    """An invitation whose link still opens."""

    id: int
    party: str
    role: str
    note: str
    invited_by: str
    expires_at: datetime


class Invitations(Schema):
    """The open invitations that our party made, newest first."""

    items: list[InvitationLine]


class InvitationMade(Schema):
    """The invitation, and the path of its link in the console: this once and never again."""

    invitation: InvitationLine
    path: str | None


class PeopleLine(Schema):
    """A line of the log of people; ``by`` is empty where the operator acted."""

    id: int
    at: datetime
    by: str
    act: str
    subject: str
    role: str


class PeopleLog(Schema):
    """Who was let in, moved or let go, newest first; ``next`` is `before` of the next page."""

    items: list[PeopleLine]
    next: int | None


class AccessLine(Schema):
    """A read of one of our records by the other party."""

    id: int
    at: datetime
    reader: str
    is_token: bool
    party: Texts
    kind: str
    record: str


class Accesses(Schema):
    """What the other party read of ours, newest first; ``next`` is `before` of the next page."""

    items: list[AccessLine]
    next: int | None


class TokenAsked(Strict):
    """A token to make."""

    name: str = Field(max_length=200, description="What it is for, in your own words.")
    role: Role
    purpose: Purpose
    days: int = Field(90, ge=1, le=366, strict=True, description="Days until it expires.")


class TokenLine(Schema):
    """A token without its secret."""

    id: int
    name: str
    role: str
    purpose: str
    hint: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    state: str


class Tokens(Schema):
    """Tokens of our party, newest first; ``next`` is `before` of the next page."""

    items: list[TokenLine]
    next: int | None


class TokenMade(Schema):
    """The token, and its secret: this once and never again."""

    token: TokenLine
    secret: str | None


class RoleLine(Schema):
    """A role of a party with what it may do."""

    side: Side
    role: Role
    is_officer: bool
    acts: list[Act]


class PurposeLine(Schema):
    """A purpose of tokens with what it permits."""

    purpose: Purpose
    name: Texts
    about: Texts
    acts: list[Act]


class Roles(Schema):
    """The table of roles."""

    roles: list[RoleLine]
    purposes: list[PurposeLine]
    acts: dict[str, Texts]


def answers(name: str, *, in_items: bool = False) -> dict[str, Any]:
    """That an operation gives a published format, as ``run.commitment``, or a list of it."""
    return {"x-answers": {"format": name, "in_items": in_items}}
