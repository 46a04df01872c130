"""Evidence: the document, the rows behind it page by page, the intervals that sum to its value."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from unipact.agreement.api.asking import standing
from unipact.agreement.api.forms import Digest, Id, Limit, Strict, answers
from unipact.agreement.queries.evidence import evidence_found
from unipact.agreement.roles import Act
from unipact.analysis.evaluation import Page
from unipact.errors import NotFound
from unipact.web.lake import intervals_page, rows_page
from unipact.web.sight import note_read, require_rows_visible, tables_of

router = Router(tags=["evidence"])

_AT = "/agreements/{agreement}/evidence/{digest}"
Hash = Annotated[Digest, Path(description="The evidence's id, without `sha256:`.")]


class RowsAsked(Strict):
    """A page of rows."""

    set: str | None = Field(
        None, max_length=64, description="Name of a set; the first unless named."
    )
    after: str | None = Field(None, max_length=4096, description="`next` of the page before.")
    limit: Limit = Field(100, description="Rows a page.")


class Column(Schema):
    """A column of rows."""

    name: str
    type: str


class Rows(Schema):
    """A page of rows; ``next`` is `after` of the next page, null at the end."""

    set: str | None
    columns: list[Column]
    rows: list[list[Any]]
    next: str | None


@router.get(_AT, summary="A piece of evidence", openapi_extra=answers("evidence"))
def evidence(request: HttpRequest, agreement: Id, digest: Hash) -> Any:
    """The document whole, so that its id is its hash (RFC 8785, SHA-256).

    It holds no rows and is both parties' own, so it is there even where the rows behind it are
    kept by their owner; that owner sees who asked for it.
    """
    here = standing(request, agreement)
    here.actor.require(Act.EVIDENCE_SEE)
    found = evidence_found(here, digest).evidence
    note_read(here.actor, found, tables_of(found), kind="evidence-document")
    return found


@router.get(f"{_AT}/rows", response=Rows, summary="The rows behind a piece of evidence")
def evidence_rows(
    request: HttpRequest, agreement: Id, digest: Hash, asked: Query[RowsAsked]
) -> Any:
    """At the evidence's own snapshot, whatever the lake holds by now."""
    here = standing(request, agreement)
    here.actor.require(Act.EVIDENCE_ROWS_SEE)
    found = evidence_found(here, digest).evidence
    sets = {each["name"]: each for each in found["rows"]["sets"]}
    name = asked.set or next(iter(sets), None)
    if name not in sets:
        raise NotFound("there is no such set of rows")
    tables = tuple(sets[name]["tables"])
    require_rows_visible(here.actor, found, tables)
    page = rows_page(found, name=name, cursor=asked.after, limit=asked.limit)
    note_read(here.actor, found, tables, kind="evidence-rows")
    return _said(page)


@router.get(f"{_AT}/intervals", response=Rows, summary="The intervals that sum to a value")
def evidence_intervals(request: HttpRequest, agreement: Id, digest: Hash) -> Any:
    """Only for metrics that are computed interval by interval."""
    here = standing(request, agreement)
    here.actor.require(Act.EVIDENCE_SEE)
    found = evidence_found(here, digest).evidence
    tables = tables_of(found)
    require_rows_visible(here.actor, found, tables)
    page = intervals_page(found)
    if page is None:
        raise NotFound("this evidence has no intervals")
    note_read(here.actor, found, tables, kind="evidence-intervals")
    return _said(page)


def _said(page: Page) -> dict[str, Any]:
    return {
        "set": page.set,
        "columns": [{"name": name, "type": kind} for name, kind in page.columns],
        "rows": page.rows,
        "next": page.cursor,
    }
