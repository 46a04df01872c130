"""What the API gives of evidence, disputes, waivers, notices, reports and requests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from unipact.agreement.api.consultation_forms import ReasonLine
from unipact.agreement.api.forms import Texts


class EvidenceLine(Schema):
    """An evidence and what the other party says of it; silence accepts nothing."""

    sha256: str
    commitment: str | None
    period: str | None
    benefit: str | None
    title: Texts
    state: str
    party: str | None = Field(description="Who reviewed it.")
    at: datetime | None
    index: int | None
    reason: ReasonLine | None
    settled: list[str]
    replaced_by: str | None = Field(description="The run document with another evidence of it.")
    may_review: bool
    may_settle: bool

    @staticmethod
    def resolve_sha256(row: Any) -> Any:
        """Of the evidence."""
        return row.shown.sha256

    @staticmethod
    def resolve_commitment(row: Any) -> Any:
        """That it shows, if any."""
        return row.shown.commitment

    @staticmethod
    def resolve_period(row: Any) -> Any:
        """That it shows, if any."""
        return row.shown.period

    @staticmethod
    def resolve_benefit(row: Any) -> Any:
        """That it shows, if any."""
        return row.shown.benefit

    @staticmethod
    def resolve_title(row: Any) -> Any:
        """Of what it shows."""
        return row.shown.title


class SubmissionLine(Schema):
    """A run document that was put forward; ``evidence`` is null where it is not here."""

    sha256: str
    party: str
    at: datetime
    as_of: date
    version: int
    index: int
    review_by: datetime
    evidence: list[EvidenceLine] | None


class Submissions(Schema):
    """What was put forward, newest first; ``counts`` by state, over all of it."""

    items: list[SubmissionLine]
    counts: dict[str, int]
    waits_for_me: int

    @staticmethod
    def resolve_items(found: Any) -> Any:
        """The runs."""
        return found.runs


class DisputeLine(Schema):
    """A dispute; ``waiting_for`` are the parties that have not closed it."""

    id: str
    commitment: str
    period: str
    title: Texts
    party: str
    at: datetime
    index: int
    reason: ReasonLine | None
    closed: list[str]
    waiting_for: list[str]
    is_open: bool
    may_close: bool


class Disputes(Schema):
    """The disputes, newest first."""

    items: list[DisputeLine]


class WaiverLine(Schema):
    """A period to which nobody is held, by the proposal that both parties adopted."""

    commitment: str
    period: str
    title: Texts
    index: int
    proposal: str


class Waivers(Schema):
    """The waivers, newest first."""

    items: list[WaiverLine]


class NoticeLine(Schema):
    """A notice; ``fault`` says why it has no effect, ``decides`` that the end follows from it."""

    party: str
    at: datetime
    clause: str
    on: date
    index: int
    version: int
    fault: str | None
    decides: bool


class ClauseLine(Schema):
    """A clause by which notice is given; ``earliest`` is what a notice of today may name."""

    clause: str
    text: Texts | None
    may: list[str]
    notice_days: int
    earliest: date
    notice_by: date | None
    may_give: bool


class Ending(Schema):
    """How the agreement stands: the first day after it, and by what."""

    state: str
    until: date
    renewals: int
    notice_by: date | None
    ended: date | None = Field(description="The day that both parties agreed.")


class Notices(Schema):
    """When the agreement ends, the notices given, and the clauses; null before the founding."""

    ending: Ending | None
    items: list[NoticeLine]
    clauses: list[ClauseLine]


class EditionLine(Schema):
    """An edition of a year's report; ``is_published`` when every party signed it."""

    year: int
    edition: int
    sha256: str
    index: int
    signed: list[str]
    waiting_for: list[str]
    is_last: bool
    is_published: bool
    may_sign: bool


class Editions(Schema):
    """The editions, latest first."""

    items: list[EditionLine]


class RequestLine(Schema):
    """A line that waits for the party's signature; nothing of it is in the log yet."""

    id: int
    type: str
    meaning: Texts
    made_at: datetime
    line: str = Field(description="What is signed: one line of JSON and a line feed.")
    key: str = Field(description="The vkey that must sign it.")
    is_inside: bool = Field(description="That key is in this server.")
    is_signed: bool = Field(description="The other party's signature is waited for.")


class Requests(Schema):
    """What waits, newest first."""

    items: list[RequestLine]
