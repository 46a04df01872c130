"""Carbon dioxide of the electricity that was taken from the grid, hour by hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from unipact.agreement.engine.terms import Text
from unipact.analysis.registry import Metric, Ratio, Scope
from unipact.campus.metrics.rows import (
    BUILDING,
    COMPLETENESS_METRIC,
    ELECTRICITY_METER,
    OWNER,
    valid_readings,
)
from unipact.campus.tables import GRID_CARBON, READINGS

if TYPE_CHECKING:
    from ibis.expr.types import Table

GHG_PROTOCOL = "GHG Protocol Scope 2 Guidance (2015), location-based method, hourly factors"


def emitting_hours(tables: Mapping[str, Table], scope: Scope) -> Table:
    """Each valid hour with the grid's factor of that hour, which is one row by its key."""
    valid = valid_readings(tables, scope)
    factors = tables[GRID_CARBON.name]
    factors = factors.filter(factors.kgco2_per_kwh.notnull())
    joined = valid.inner_join(factors, "ts")
    # Both at one scale, as Ibis asks; the product of 3 and of 6 decimals has 9, so it is exact.
    product = joined.kwh.cast("decimal(18, 6)") * joined.kgco2_per_kwh.cast("decimal(18, 6)")
    return joined.mutate(kg=product.cast("decimal(24, 9)")).select(
        "building_id", "meter", "ts", "kwh", "kgco2_per_kwh", "kg"
    )


CARBON = Metric(
    name="campus.carbon_kg",
    version=1,
    label=Text("Carbon dioxide of electricity", "用电碳排放"),
    description=Text(
        "Each hour's metered electricity times the grid's carbon intensity of that hour, summed."
        " Hours without a valid reading or a published intensity are left out.",
        "每小时计量用电量乘以该小时电网碳强度之和。没有有效读数或没有公布碳强度的小时不计入。",
    ),
    unit="kg",
    decimals=0,
    direction="at_most",
    grain="meter and hour",
    source=GHG_PROTOCOL,
    owner=OWNER,
    tables=(READINGS.name, GRID_CARBON.name),
    select=emitting_hours,
    measure=lambda rows: rows.kg.sum(),
    kind="sum",
    key=("building_id", "meter", "ts"),
    time="ts",
    parameters=(ELECTRICITY_METER, BUILDING),
    completeness=COMPLETENESS_METRIC,
)

CARBON_INTENSITY = Ratio(
    name="campus.carbon_intensity_kg_per_kwh",
    version=1,
    label=Text("Carbon intensity of the electricity used", "所用电力的碳强度"),
    description=Text(
        "Carbon dioxide by the electricity that it belongs to. It falls with the grid as well as"
        " with the hours in which the campus takes power: only the latter is its own doing.",
        "碳排放除以对应的用电量。它既随电网下降，也随用电时段变化：后者才是校园自身的作用。",
    ),
    unit="kg/(kW.h)",
    decimals=4,
    direction="at_most",
    grain="meter and hour",
    source=GHG_PROTOCOL,
    owner=OWNER,
    tables=(READINGS.name, GRID_CARBON.name),
    select=emitting_hours,
    numerator=lambda rows: rows.kg.sum(),
    denominator=lambda rows: rows.kwh.sum(),
    key=("building_id", "meter", "ts"),
    time="ts",
    parameters=(ELECTRICITY_METER, BUILDING),
    completeness=COMPLETENESS_METRIC,
)
