"""The rows that several metrics start from, and the parameters that they share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from unipact.agreement.engine.terms import Text
from unipact.analysis.registry import Parameter, Scope
from unipact.campus.formats.buildings import METER_KINDS
from unipact.campus.tables import READINGS

if TYPE_CHECKING:
    from ibis.expr.types import Table

OWNER = "campus"
IPMVP = "IPMVP Core Concepts 2022, Option C (whole facility)"
GUIDELINE_14 = "ASHRAE Guideline 14-2014, whole building approach"

#: The metric that says how complete the readings are that the others rest on.
COMPLETENESS_METRIC = "campus.meter_completeness_share@1"

_METER_LABEL = Text("Kind of meter", "计量表种类")
_BUILDING_LABEL = Text("Building", "建筑")

#: Applied by the evaluation, which can answer many buildings from one scan.
METER = Parameter(
    name="meter",
    type="text",
    label=_METER_LABEL,
    required=True,
    choices=METER_KINDS,
    column="meter",
)
BUILDING = Parameter(name="building", type="text", label=_BUILDING_LABEL, column="building_id")

#: The same parameters where the metric's own selection reads them.
METER_READ = Parameter(
    name="meter", type="text", label=_METER_LABEL, required=True, choices=METER_KINDS
)
BUILDING_READ = Parameter(name="building", type="text", label=_BUILDING_LABEL)

#: Where the metric is of electricity alone.
ELECTRICITY_METER = Parameter(
    name="meter",
    type="text",
    label=_METER_LABEL,
    required=True,
    choices=("electricity",),
    column="meter",
)


def valid_readings(tables: Mapping[str, Table], _scope: Scope) -> Table:
    """The readings that count: one row for each meter and hour that was measured."""
    readings = tables[READINGS.name]
    valid = readings.filter(readings.quality == "valid")
    return valid.select("building_id", "meter", "ts", "kwh")


def of_parameters(rows: Table, scope: Scope) -> Table:
    """Those of ``rows`` that the scope's ``meter`` and ``building`` ask for."""
    rows = rows.filter(rows.meter == scope.where["meter"])
    if "building" in scope.where:
        rows = rows.filter(rows.building_id == scope.where["building"])
    return rows
