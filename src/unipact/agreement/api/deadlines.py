"""What is due, and what waits for one's party."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from unipact.agreement.api.asking import standing
from unipact.agreement.api.forms import Id, Texts
from unipact.agreement.queries.deadlines import DeadlineKind, Deadlines, deadlines_of

router = Router(tags=["deadlines"])


class DeadlineLine(Schema):
    """Something that is due, or that waits for a party."""

    uid: str = Field(description="Names it for life, the same for both parties.")
    kind: DeadlineKind
    title: Texts
    path: str = Field(description="The console's page about it.")
    day: date = Field(
        description="In the agreement's zone; without a limit the day since which it waits."
    )
    at: datetime | None = Field(description="The moment, where no whole day is agreed.")
    since: datetime
    is_limited: bool = Field(description="Whether a day is agreed by which it is due.")
    waits_for: list[str] = Field(description="Ids of parties; empty where nobody has to act.")


class DeadlinesAnswer(Schema):
    """The deadlines of one's party, the earliest first."""

    agreement: str
    party: str
    today: date = Field(description="The day in the agreement's zone at which they were asked.")
    rows: list[DeadlineLine]


@router.get(
    "/agreements/{agreement}/deadlines", response=DeadlinesAnswer, summary="What is due, and waits"
)
def deadlines(request: HttpRequest, agreement: Id) -> Deadlines:
    """By the terms from today on, and what waits for one's party, overdue or not.

    Signing requests and cosigning are told to a token that may sign.
    """
    return deadlines_of(standing(request, agreement), now=timezone.now())
