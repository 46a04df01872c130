"""The people of the parties, and what the other party read of ours."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from unipact.agreement.api.asking import asking, standing
from unipact.agreement.api.forms import (
    Accesses,
    Before,
    Id,
    InvitationAsked,
    InvitationMade,
    Invitations,
    MemberLine,
    Number,
    People,
    PeopleLog,
    RoleGiven,
    Username,
)
from unipact.agreement.queries.people import (
    ACCESS_PAGE,
    PEOPLE_LOG_PAGE,
    accesses,
    invitations_open,
    people,
    people_log,
)
from unipact.agreement.roles import Act
from unipact.agreement.services import (
    invitation_make,
    invitation_revoke,
    membership_end,
    membership_move,
)

router = Router(tags=["people"])


@router.get("/agreements/{agreement}/people", response=People, summary="Who acts for the parties")
def people_list(request: HttpRequest, agreement: Id) -> dict[str, Any]:
    """The people of both parties with their roles, one's own party first."""
    here = standing(request, agreement)
    here.actor.require(Act.PEOPLE_SEE)
    return {
        "items": [
            {
                "id": party.slug,
                "side": party.role,
                "name": party.name,
                "legal_id": party.legal_id,
                "is_ours": party.is_ours,
                "people": party.members,
            }
            for party in people(here)
        ]
    }


@router.patch("/people/{username}", response=MemberLine, summary="Give a person another role")
def person_move(request: HttpRequest, username: Username, asked: RoleGiven) -> dict[str, Any]:
    """Of one's own party; it holds from the person's next request on."""
    moved = membership_move(
        actor=asking(request), username=username, role=asked.role, now=timezone.now()
    )
    return {
        "username": moved.user.get_username(),
        "name": moved.user.get_full_name(),
        "role": moved.role,
    }


@router.delete("/people/{username}", response={204: None}, summary="End a membership")
def person_end(request: HttpRequest, username: Username) -> Any:
    """The account is closed at once, and the tokens that the person made are revoked."""
    membership_end(actor=asking(request), username=username, now=timezone.now())
    return Status(204, None)


@router.get(
    "/agreements/{agreement}/accesses",
    response=Accesses,
    summary="What the other party read of ours",
)
def access_list(request: HttpRequest, agreement: Id, asked: Query[Before]) -> dict[str, Any]:
    """Every read of our rows, meters and evidence by a person or a program of the other party."""
    lines = accesses(standing(request, agreement), before=asked.before)
    return {"items": lines, "next": lines[-1].id if len(lines) == ACCESS_PAGE else None}


@router.get("/invitations", response=Invitations, summary="The open invitations of one's party")
def invitations(request: HttpRequest) -> dict[str, Any]:
    """Those that one's party made and that a link still opens."""
    return {"items": invitations_open(asking(request), now=timezone.now())}


@router.post("/invitations", response={201: InvitationMade}, summary="Invite somebody")
def invitation_create(request: HttpRequest, asked: InvitationAsked) -> Any:
    """To act for one's own party; or, while nobody speaks for the other, its first officer.

    The path of the link is in this answer and nowhere else, not even when the request is repeated.
    """
    actor, now = asking(request), timezone.now()
    made, secret = invitation_make(
        actor=actor, party=asked.party or actor.party, role=asked.role, note=asked.note, now=now
    )
    line = next(each for each in invitations_open(actor, now=now) if each.id == made.pk)
    return Status(201, {"invitation": line, "path": f"/invitation/{secret}/"})


@router.delete("/invitations/{invitation}", response={204: None}, summary="Withdraw an invitation")
def invitation_delete(request: HttpRequest, invitation: Number) -> Any:
    """The link opens nothing from then on; twice changes nothing."""
    invitation_revoke(actor=asking(request), invitation=invitation, now=timezone.now())
    return Status(204, None)


@router.get("/people-log", response=PeopleLog, summary="Who was let in, moved or let go")
def people_changes(request: HttpRequest, asked: Query[Before]) -> dict[str, Any]:
    """In one's own party, and by whom."""
    lines = people_log(asking(request), before=asked.before)
    return {"items": lines, "next": lines[-1].id if len(lines) == PEOPLE_LOG_PAGE else None}
