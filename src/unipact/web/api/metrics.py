"""How metrics are defined: what every value of a commitment means."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Router, Schema

from unipact.agreement.api.asking import asking
from unipact.agreement.api.forms import Number, Texts
from unipact.agreement.roles import Act
from unipact.analysis.evaluation.compiler import Compiler
from unipact.analysis.registry import AnyMetric
from unipact.errors import NotFound
from unipact.web.lake import installation

router = Router(tags=["metrics"])

Name = Annotated[str, Path(max_length=128)]


class Parameter(Schema):
    """What a commitment may say about a metric in its `where`."""

    name: str
    type: str
    label: Texts
    required: bool
    choices: list[str]


class Metric(Schema):
    """A version of a metric; ``sha256`` names its definition."""

    name: str
    version: int
    label: Texts
    description: Texts
    unit: str
    decimals: int
    direction: str | None
    grain: str
    source: str
    owner: str
    tables: list[str]
    parameters: list[Parameter]
    sha256: str


class Metrics(Schema):
    """The metrics of the fields that run."""

    items: list[Metric]


@router.get("/metrics", response=Metrics, summary="The metrics that a commitment can bind")
def metrics(request: HttpRequest) -> Any:
    """Each version of each metric, with its unit, direction, source and parameters."""
    asking(request).require(Act.METRIC_SEE)
    return {"items": list(_described().values())}


@router.get("/metrics/{name}/{version}", response=Metric, summary="A metric")
def metric(request: HttpRequest, name: Name, version: Number) -> Any:
    """One version of a metric; another version is another metric."""
    asking(request).require(Act.METRIC_SEE)
    found = _described().get((name, version))
    if found is None:
        raise NotFound(f"there is no metric {name}@{version}")
    return found


@lru_cache(maxsize=1)
def _described() -> dict[tuple[str, int], dict[str, Any]]:
    """Every metric; declarations do not change while a worker lives."""
    registry = installation().registry
    compiler = Compiler(registry)
    return {
        key: _said(metric, compiler.sha256(metric))
        for key, metric in sorted(registry.metrics.items())
    }


def _said(metric: AnyMetric, sha256: str) -> dict[str, Any]:
    return {
        "name": metric.name,
        "version": metric.version,
        "label": {"en": metric.label.en, "zh": metric.label.zh},
        "description": {"en": metric.description.en, "zh": metric.description.zh},
        "unit": metric.unit,
        "decimals": metric.decimals,
        "direction": metric.direction,
        "grain": metric.grain,
        "source": metric.source,
        "owner": metric.owner,
        "tables": list(metric.tables),
        "parameters": [
            {
                "name": each.name,
                "type": each.type,
                "label": {"en": each.label.en, "zh": each.label.zh},
                "required": each.required,
                "choices": list(each.choices),
            }
            for each in metric.parameters
        ],
        "sha256": sha256,
    }
