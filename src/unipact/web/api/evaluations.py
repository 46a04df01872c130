"""The evaluations of an agreement, and asking for one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from unipact.agreement.api.asking import standing
from unipact.agreement.api.forms import EvaluationLine, Evaluations, Id, Strict
from unipact.web.evaluate import evaluation_make as evaluate

router = Router(tags=["agreement"])


@router.get(
    "/agreements/{agreement}/evaluations",
    response=Evaluations,
    summary="The evaluations of an agreement",
)
def evaluations(request: HttpRequest, agreement: Id) -> dict[str, Any]:
    """The days that `as_of` may name, newest first."""
    found = standing(request, agreement).evaluations
    return {"items": [_line(each) for each in reversed(found)]}


class EvaluationAsked(Strict):
    """What to evaluate."""

    as_of: date | None = Field(
        None, description="The last day that counts; that of the data unless named."
    )


@router.post(
    "/agreements/{agreement}/evaluations",
    response={201: EvaluationLine},
    summary="Evaluate an agreement",
)
def evaluation_make(request: HttpRequest, agreement: Id, asked: EvaluationAsked) -> Any:
    """Compute every commitment at what the lake holds now, and keep the run document.

    Takes seconds. The same day at the same snapshot is kept once.
    """
    here = evaluate(standing(request, agreement), as_of=asked.as_of, now=timezone.now())
    return Status(201, _line(here.evaluation))


def _line(kept: Any) -> dict[str, Any]:
    return {
        "as_of": kept.as_of,
        "snapshot": kept.snapshot_id,
        "sha256": kept.sha256,
        "made_at": kept.made_at,
    }
