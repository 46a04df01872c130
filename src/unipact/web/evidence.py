"""Evidence as a page: the document, its intervals as a picture, and the rows underneath."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from unipact.agreement.queries.evidence import evidence_found
from unipact.agreement.roles import Act
from unipact.agreement.views import here_of
from unipact.analysis.evaluation import Page
from unipact.errors import NotFound
from unipact.web.lake import intervals_page, rows_page
from unipact.web.sight import note_read, require_rows_visible, rows_visible, tables_of


@require_GET
def evidence_page(request: HttpRequest, agreement: str, digest: str) -> HttpResponse:
    """One piece of evidence, down to intervals and rows for whoever may see them."""
    here = here_of(request, agreement)
    here.actor.require(Act.EVIDENCE_SEE)
    found = evidence_found(here, digest)
    evidence, tables = found.evidence, tables_of(found.evidence)
    is_visible = rows_visible(here.actor, evidence, tables)
    intervals = intervals_page(evidence) if is_visible else None
    context: dict[str, Any] = {
        "found": found,
        "evidence": evidence,
        "is_visible": is_visible,
        "intervals": intervals,
        "chart": intervals and _chart(intervals),
        "command": f"unipact verify run-{here.slug}-{here.as_of}.json",
    }
    answer = render(request, "evidence.html", context)
    kind = "evidence-document" if intervals is None else "evidence-intervals"
    note_read(here.actor, evidence, tables, kind=kind)
    return answer


@require_GET
def evidence_rows(request: HttpRequest, agreement: str, digest: str) -> HttpResponse:
    """A page of the rows: a fragment for htmx, the whole page without it.

    Raises:
        NotFound: there is no such set of rows.
        NotPermitted: the role may not, or the owner keeps these rows to itself.
    """
    here = here_of(request, agreement)
    here.actor.require(Act.EVIDENCE_ROWS_SEE)
    found = evidence_found(here, digest)
    sets = {each["name"]: each for each in found.evidence["rows"]["sets"]}
    name = request.GET.get("set") or next(iter(sets), None)
    if name not in sets:
        raise NotFound("there is no such set of rows")
    tables = tuple(sets[name]["tables"])
    require_rows_visible(here.actor, found.evidence, tables)
    page = rows_page(found.evidence, name=name, cursor=request.GET.get("after") or None)
    fragment = bool(request.headers.get("HX-Request"))
    answer = render(
        request,
        "_evidence_rows.html" if fragment else "evidence_rows.html",
        {
            "found": found,
            "evidence": found.evidence,
            "sets": tuple(sets.values()),
            "page": page,
            "is_first": not request.GET.get("after"),
        },
    )
    note_read(here.actor, found.evidence, tables, kind="evidence-rows")
    return answer


@require_GET
def evidence_json(request: HttpRequest, agreement: str, digest: str) -> HttpResponse:
    """The evidence document itself, whole, so that its id is still its hash."""
    here = here_of(request, agreement)
    here.actor.require(Act.EVIDENCE_SEE)
    found = evidence_found(here, digest)
    content = json.dumps(found.evidence, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    response = HttpResponse(content, content_type="application/json")
    name = f"evidence-{digest[:12]}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    note_read(here.actor, found.evidence, tables_of(found.evidence), kind="evidence-document")
    return response


def _chart(page: Page) -> dict[str, Any]:
    """The intervals as a picture: observed, expected, avoided; empty for other columns."""
    names = [name for name, _kind in page.columns]
    places = [_place(names, word) for word in ("observed", "expected", "avoided")]
    if "start" not in names or None in places:
        return {}
    start = names.index("start")
    observed, expected, avoided = (place or 0 for place in places)
    return {
        "kind": "intervals",
        "unit": "kWh",
        "rows": [
            [row[start], _number(row[observed]), _number(row[expected]), _number(row[avoided])]
            for row in page.rows
        ],
        "words": {
            "observed": _("Observed"),
            "expected": _("Expected from the baseline"),
            "avoided": _("Avoided"),
        },
    }


def _place(names: list[str], word: str) -> int | None:
    return next((place for place, name in enumerate(names) if name.startswith(word)), None)


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
