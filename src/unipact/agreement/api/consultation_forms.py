"""What the API takes and gives of the consultation."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from ninja import Path, Schema
from pydantic import AfterValidator, Field

from unipact.agreement.api.difference_forms import ConsequencesLine, DifferenceLine
from unipact.agreement.api.forms import Digest, Number, Strict, Texts
from unipact.agreement.engine.register.acts import Kind


def _text(value: str) -> str:
    if any(each not in "\n\r\t" and unicodedata.category(each) in {"Cc", "Cs"} for each in value):
        raise ValueError("holds a character that no text has")
    return value


def _whole(value: str) -> str:
    if any("\ud800" <= each <= "\udfff" for each in value):
        raise ValueError("holds half of a surrogate pair")
    return value


#: The id of a proposal or of a dispute.
DrawnId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
#: The id of a commitment, period or clause, as entries of the log write it.
Name = Annotated[str, Field(pattern=r"^[a-z0-9._/-]{1,128}$")]
Words = Annotated[str, Field(max_length=4000), AfterValidator(_text)]


class WaiverAsked(Strict):
    """Nobody shall be held to a commitment's period."""

    commitment: Name
    period: Name


class KeyAsked(Strict):
    """Another public key, as a C2SP vkey, of a party or of the log."""

    holder: Name = Field(description="Id of the party; `log` for the log's own key.")
    use: Literal["consent", "cosign", "log"]
    key: str = Field(max_length=512)


class EndAsked(Strict):
    """The first day on which the agreement shall bind nobody."""

    on: date


class RoundAsked(Strict):
    """What is proposed: exactly one of the first four, and why."""

    KINDS: ClassVar[Mapping[str, Kind]] = {
        "agreement_toml": "version",
        "waiver": "waiver",
        "key": "key",
        "end": "end",
    }

    agreement_toml: Annotated[str, AfterValidator(_whole)] | None = Field(
        None, description="The next version: the agreement file, byte for byte, as UTF-8 text."
    )
    waiver: WaiverAsked | None = None
    key: KeyAsked | None = None
    end: EndAsked | None = None
    reason_en: Words = Field("", description="Why, in English; one language is enough.")
    reason_zh: Words = ""
    consent: bool = Field(
        False, description="Consent to it at once, where the party's key is inside the server."
    )


class RoundNamed(Strict):
    """Which round."""

    round: Number | None = Field(None, description="The last unless named.")


class DecisionAsked(Strict):
    """What one's party decides on the round that was read."""

    change_sha256: Digest = Field(description="Of that round; an earlier one decides nothing.")
    decision: Literal["consent", "decline", "withdraw"]
    reason: Words = Field("", description="Needed to decline; kept as a comment.")


class CommentAsked(Strict):
    """A word on a proposal; it binds nobody."""

    text: Words


class SubmissionAsked(Strict):
    """Which run document to put forward."""

    run_sha256: Digest


class ReviewAsked(Strict):
    """What one's party says of an evidence."""

    run_sha256: Digest
    evidence_sha256: Digest
    decision: Literal["accept", "contest", "settle"]
    reason: Words = Field("", description="Needed to contest.")


class DisputeAsked(Strict):
    """What is disputed, and why."""

    commitment: Name
    period: Name
    reason: Words


class ClosingAsked(Strict):
    """Why one's party closes a dispute."""

    reason: Words


class NoticeAsked(Strict):
    """Notice by a clause: `renewal` or the id of an exit."""

    clause: Name
    on: date = Field(description="The first day on which the agreement shall bind nobody.")


class EditionAsked(Strict):
    """Which report to sign."""

    year: int = Field(ge=1900, le=9999)
    report_sha256: Digest = Field(description="Of `report.json` as it was read.")


class Acted(Schema):
    """What an act led to: entry ``entry`` of the log, or a request that waits for a signature.

    A party whose key is elsewhere downloads the line of the request, signs it with
    `unipact sign`, and hands the note in.
    """

    entry: int | None
    request: int | None


class ProposalMade(Acted):
    """The proposal with the round that was made; ``consent_entry`` if one's party consented."""

    proposal: str
    round: int
    change_sha256: str
    consent_entry: int | None


class ReasonLine(Schema):
    """Why; one of the languages may be empty."""

    en: str
    zh: str


class ProposalLine(Schema):
    """A proposal as its last round stands; ``waiting_for`` are the parties yet to consent."""

    id: str
    kind: str
    round: int
    state: str
    index: int = Field(description="The entry of the round.")
    closed: int | None = Field(description="The entry that ended it.")
    party: str
    at: datetime
    lapses_at: datetime
    escalates: bool
    base: int
    proposed: int
    change_sha256: str
    effect: dict[str, str]
    words: Texts | None = Field(description="What it does; null for a version.")
    consented: list[str]
    declined: list[str]
    waiting_for: list[str]
    waits_for_me: bool
    is_overdue: bool


class CountsLine(Schema):
    """Open proposals, those that wait for one's party, and requests for its signature."""

    open: int
    waits_for_me: int
    requests: int


class Proposals(Schema):
    """The proposals, newest first; none before the log was founded."""

    is_founded: bool
    origin: str
    size: int
    version: int | None
    sha256: str
    ended: date | None
    is_key_inside: bool
    may_propose: bool
    counts: CountsLine
    items: list[ProposalLine]

    @staticmethod
    def resolve_items(found: Any) -> Any:
        """The rows."""
        return found.proposals


class DecisionLine(Schema):
    """What a party decided, by which entry; ``received_at`` is the server's word."""

    round: int
    party: str
    decision: str
    index: int
    received_at: datetime


class RoundLine(Schema):
    """One round; ``reason`` is null where it was erased."""

    number: int
    index: int
    party: str
    at: datetime
    lapses_at: datetime
    change_sha256: str
    file_sha256: str
    reason: ReasonLine | None
    effect: dict[str, str]
    words: Texts | None
    decisions: list[DecisionLine]


class CommentLine(Schema):
    """A word on a round; ``by`` is empty for people of the other party."""

    id: int
    round: int
    party: str
    by: str
    text: str
    at: datetime


class Comments(Schema):
    """What was said, oldest first."""

    items: list[CommentLine]


class AffectedLine(Schema):
    """A commitment whose status may become another, and how it stands now."""

    commitment: str
    title: Texts
    standing: str | None


class ProposalWhole(Schema):
    """Everything to read before deciding. ``why_not`` is null for what one may do."""

    proposal: ProposalLine
    rounds: list[RoundLine]
    difference: DifferenceLine | None
    consequences: ConsequencesLine | None
    amended: DifferenceLine | None = Field(description="From the round before.")
    affected: list[AffectedLine]
    comments: list[CommentLine]
    why_not: dict[str, str | None]
    is_key_inside: bool
    requests: list[int] = Field(description="Of one's own party, on this proposal.")

    @staticmethod
    def resolve_proposal(found: Any) -> Any:
        """The row."""
        return found.row
