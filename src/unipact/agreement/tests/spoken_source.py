"""A metric source whose answers a test speaks, for the pure core that asks through the port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from unipact.agreement.engine.ports import (
    MetricAnswer,
    MetricDescription,
    MetricRequest,
    SnapshotInfo,
)
from unipact.agreement.engine.terms import Text


def description(name: str, unit: str) -> MetricDescription:
    """A metric of version 1."""
    return MetricDescription(
        name=name,
        version=1,
        label=Text(name, name),
        description=Text(f"{name}.", f"{name}。"),
        unit=unit,
        decimals=4,
        direction=None,
        source="campus",
        sha256="0" * 64,
        parameters=(),
    )


@dataclass
class SpokenSource:
    """Answers what it was told for (commitment or benefit, period); keeps every request."""

    metrics: Mapping[str, str]
    answers: Mapping[tuple[str, str], MetricAnswer]
    requests: list[MetricRequest] = field(default_factory=list)

    @property
    def snapshot(self) -> SnapshotInfo:
        return SnapshotInfo("abc", {"campus_readings": 2}, date(2020, 1, 1))

    @property
    def software(self) -> Mapping[str, str]:
        return {"unipact": "0.1.0"}

    def describe(self, metric: str, version: int) -> MetricDescription | None:
        unit = self.metrics.get(metric) if version == 1 else None
        return description(metric, unit) if unit else None

    def evaluate(self, requests: Sequence[MetricRequest]) -> Sequence[MetricAnswer]:
        self.requests += requests
        silent = MetricAnswer(None, gap=Text("no readings", "没有读数"))
        return [self.answers.get((r.commitment, r.target_id), silent) for r in requests]


def value_of(number: str) -> MetricAnswer:
    """An answer that is a value and nothing else."""
    return MetricAnswer(Decimal(number))
