"""The difference of two versions of an agreement, and what it does."""

from unipact.agreement.engine.difference.compare import differences
from unipact.agreement.engine.difference.consequences import (
    Consequences,
    DutyEffect,
    Grave,
    PlanEffect,
    PlannedDay,
    TargetEffect,
    consequences,
)
from unipact.agreement.engine.difference.lines import difference_lines
from unipact.agreement.engine.difference.results import (
    Change,
    Difference,
    ItemDifference,
    Path,
    SectionDifference,
    SectionId,
    Value,
    ValueChange,
)

__all__ = [
    "Change",
    "Consequences",
    "Difference",
    "DutyEffect",
    "Grave",
    "ItemDifference",
    "Path",
    "PlanEffect",
    "PlannedDay",
    "SectionDifference",
    "SectionId",
    "TargetEffect",
    "Value",
    "ValueChange",
    "consequences",
    "difference_lines",
    "differences",
]
