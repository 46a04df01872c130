"""The pages of the people: who acts for the parties, inviting, moving, letting go, leaving."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from unipact.agreement.formats.secret import invitation_path
from unipact.agreement.queries.people import (
    ACCESS_PAGE,
    PEOPLE_LOG_PAGE,
    accesses,
    invitations_open,
    member_found,
    parting,
    people,
    people_log,
)
from unipact.agreement.queries.roles import purpose_rows, role_table
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import MATRIX, Act, Role
from unipact.agreement.services import (
    invitation_make,
    invitation_revoke,
    membership_end,
    membership_leave,
    membership_move,
)
from unipact.agreement.views.filled import Filled, chosen, filled, page_asked
from unipact.agreement.views.here import here_of, post_or_back
from unipact.errors import Conflict, Invalid

_INVITE = ("role", "note")


@require_GET
def people_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Who acts for the parties; for officers, what may be done, and what was done and read."""
    return _people(request, here_of(request, agreement))


def _people(request: HttpRequest, here: Standpoint, **more: Any) -> HttpResponse:
    actor = here.actor
    actor.require(Act.PEOPLE_SEE)
    may_manage = actor.may(Act.PEOPLE_MANAGE)
    read = accesses(here, before=page_asked(request)) if actor.may(Act.ACCESS_LOG_SEE) else ()
    done = people_log(actor, before=page_asked(request, "log_before")) if may_manage else ()
    context = {
        "parties": people(here),
        "roles": MATRIX.roles(actor.side),
        "may_manage": may_manage,
        "may_manage_tokens": actor.may(Act.TOKENS_MANAGE),
        "may_leave": actor.may(Act.MEMBERSHIP_LEAVE),
        "invitations": invitations_open(actor, now=timezone.now()) if may_manage else (),
        "log": done,
        "next_log_before": done[-1].id if len(done) == PEOPLE_LOG_PAGE else None,
        "accesses": read,
        "next_before": read[-1].id if len(read) == ACCESS_PAGE else None,
        "ours": Filled(),
        "theirs": Filled(),
    }
    form = more.get("ours") or more.get("theirs") or Filled()
    return render(request, "agreement/people.html", context | more, status=form.status)


@post_or_back("agreement:people", Act.PEOPLE_MANAGE)
def invite(request: HttpRequest, agreement: str) -> HttpResponse:
    """Invite somebody; the answer shows the link, this once."""
    here = here_of(request, agreement)
    here.actor.require(Act.PEOPLE_MANAGE)
    whose = "theirs" if request.POST.get("whose") == "theirs" else "ours"
    party = next(each for each in people(here) if each.is_ours == (whose == "ours"))
    note = request.POST.get("note", "")
    try:
        role = chosen(Role, request, "role") if whose == "ours" else party.officer
        invitation, secret = invitation_make(
            actor=here.actor, party=party.slug, role=role, note=note, now=timezone.now()
        )
    except Invalid as error:
        return _people(request, here, **{whose: filled(request, error, _INVITE)})
    made = {
        "note": invitation.note,
        "role": invitation.role,
        "party": party.name,
        "expires_at": invitation.expires_at,
        "link": request.build_absolute_uri(invitation_path(secret)),
    }
    return _people(request, here, made=made)


@post_or_back("agreement:people", Act.PEOPLE_MANAGE)
def withdraw(request: HttpRequest, agreement: str, invitation: int) -> HttpResponse:
    """Withdraw an invitation that is still open."""
    here = here_of(request, agreement)
    found = invitation_revoke(actor=here.actor, invitation=invitation, now=timezone.now())
    messages.success(request, _("The invitation for %(note)s is withdrawn.") % {"note": found.note})
    return redirect("agreement:people", agreement=here.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def member_page(request: HttpRequest, agreement: str, member: int) -> HttpResponse:
    """One person of the own party: give another role, or go on to end the membership."""
    here = here_of(request, agreement)
    found = member_found(here.actor, member)
    form = Filled({"role": found.role})
    if request.method == "POST":
        try:
            role = chosen(Role, request, "role")
            membership_move(
                actor=here.actor, username=found.username, role=role, now=timezone.now()
            )
        except (Invalid, Conflict) as error:
            form = filled(request, error, ("role",))
        else:
            said = _("%(name)s has another role from now on.") % {"name": found.username}
            messages.success(request, said)
            return redirect("agreement:people", agreement=here.slug)
    context = {"member": found, "roles": MATRIX.roles(here.actor.side), "form": form}
    return render(request, "agreement/member.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def end_page(request: HttpRequest, agreement: str, member: int) -> HttpResponse:
    """Say what ends with a membership, and end it when that is confirmed."""
    here = here_of(request, agreement)
    found = parting(here.actor, member, now=timezone.now())
    form = Filled()
    if request.method == "POST":
        try:
            membership_end(actor=here.actor, username=found.member.username, now=timezone.now())
        except Conflict as error:
            form = filled(request, error, ())
        else:
            if found.member.is_reader:
                return _goodbye(request)
            said = _("The membership of %(name)s has ended.") % {"name": found.member.username}
            messages.success(request, said)
            return redirect("agreement:people", agreement=here.slug)
    context = {"parting": found, "form": form}
    return render(request, "agreement/end.html", context, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def leave_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Say what ends when the reader leaves, and end it when that is confirmed."""
    here = here_of(request, agreement)
    found = parting(here.actor, None, now=timezone.now())
    form = Filled()
    if request.method == "POST":
        try:
            membership_leave(actor=here.actor, now=timezone.now())
        except Conflict as error:
            form = filled(request, error, ())
        else:
            return _goodbye(request)
    context = {"parting": found, "form": form, "is_leaving": True}
    return render(request, "agreement/end.html", context, status=form.status)


def _goodbye(request: HttpRequest) -> HttpResponse:
    """The last page of an account, which is closed already."""
    request.standpoint = None  # type: ignore[attr-defined]
    logout(request)
    return render(request, "agreement/left.html", {})


@require_GET
def roles_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Who may do what: the table of roles, and what tokens are for."""
    here = here_of(request, agreement)
    return render(
        request,
        "agreement/roles.html",
        {
            "table": role_table(here.actor),
            "purposes": purpose_rows(),
            "may_manage_tokens": here.actor.may(Act.TOKENS_MANAGE),
        },
    )
