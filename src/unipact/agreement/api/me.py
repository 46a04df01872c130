"""What a token may do, and the table of roles that says so."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from unipact.agreement.api.asking import asking
from unipact.agreement.api.forms import Me, Roles
from unipact.agreement.roles import MATRIX, Act

router = Router(tags=["access"])


@router.get("/me", response=Me, summary="Who this token acts for")
def me(request: HttpRequest) -> dict[str, Any]:
    """The party, role and purpose of the token, and every act that they permit together."""
    actor = asking(request)
    return {
        "party": actor.party,
        "side": actor.side,
        "role": actor.role,
        "purpose": actor.purpose,
        "acts": [act for act in Act if actor.may(act)],
    }


@router.get("/roles", response=Roles, summary="The table of roles")
def roles(request: HttpRequest) -> dict[str, Any]:
    """Which role may do what, and what each purpose of a token permits."""
    asking(request).require(Act.AGREEMENT_SEE)
    return {
        "roles": [
            {
                "side": side,
                "role": role,
                "is_officer": MATRIX.officers[side] == role,
                "acts": sorted(acts),
            }
            for (side, role), acts in MATRIX.permitted.items()
        ],
        "purposes": [
            {
                "purpose": purpose,
                "name": MATRIX.names[purpose],
                "about": MATRIX.abouts[purpose],
                "acts": sorted(acts),
            }
            for purpose, acts in MATRIX.purposes.items()
        ],
        "acts": {act: MATRIX.names[act] for act in Act},
    }
