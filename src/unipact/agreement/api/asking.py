"""Who asks, and where they stand."""

from __future__ import annotations

from datetime import date
from typing import cast

from django.http import HttpRequest

from unipact.agreement.queries.standpoint import Document, Standpoint, standpoint_of
from unipact.agreement.roles import Actor
from unipact.errors import NotFound


def asking(request: HttpRequest) -> Actor:
    """The actor whom the door of the API let in."""
    return cast("Actor", request.actor)  # type: ignore[attr-defined]


def standing(request: HttpRequest, agreement: str, as_of: date | None = None) -> Standpoint:
    """The actor's standpoint before an agreement, at the latest day unless one is named.

    Raises:
        NotPermitted, NotFound: as ``standpoint_of``.
    """
    return standpoint_of(asking(request), agreement=agreement, as_of=as_of)


def evaluated(here: Standpoint) -> Document:
    """The run document of a standpoint.

    Raises:
        NotFound: nothing was evaluated yet.
    """
    if here.document is None:
        raise NotFound("nothing was evaluated yet")
    return here.document
