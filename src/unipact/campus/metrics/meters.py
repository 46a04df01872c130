"""How much of what should be measured is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from unipact.agreement.engine.terms import Text
from unipact.analysis.registry import Metric, Ratio, Scope
from unipact.campus.metrics.rows import BUILDING, GUIDELINE_14, METER, OWNER, valid_readings
from unipact.campus.tables import METERS, READINGS

if TYPE_CHECKING:
    from ibis.expr.types import Table

#: Hours from 2010-01-01 to 2050-01-01, counted from 1970; the evaluation cuts them to the period.
_FIRST_H, _LAST_H = 350_640, 701_280


def expected_hours(tables: Mapping[str, Table], _scope: Scope) -> Table:
    """Every hour in which a listed meter should have been read, and whether it was."""
    import ibis

    # A table of its own: the period is cut from the hours before they are laid on each meter.
    hours = ibis.range(_FIRST_H, _LAST_H).unnest().name("hour").as_table()
    hours = hours.select(ts=(hours.hour * 3600).as_timestamp("s").cast("timestamp('UTC')"))
    spine = tables[METERS.name].select("building_id", "meter").cross_join(hours)
    valid = valid_readings(tables, _scope)
    found = valid.select("building_id", "meter", "ts", is_measured=1)
    joined = spine.left_join(found, ["building_id", "meter", "ts"])
    return joined.select(
        "building_id", "meter", "ts", valid=joined.is_measured.fill_null(0).cast("int64")
    )


COMPLETENESS = Ratio(
    name="campus.meter_completeness_share",
    version=1,
    label=Text("Completeness of the meters", "计量完整率"),
    description=Text(
        "Hours with a valid reading by the hours of the period, over all meters on the list of"
        " meters. A meter on the list that gives nothing counts as missing.",
        "有有效读数的小时数除以期间内应有的小时数，覆盖清单上的全部计量表。清单上没有读数的表按缺失计。",
    ),
    unit="1",
    decimals=4,
    direction="at_least",
    grain="meter and hour",
    source=f"{GUIDELINE_14}: share of valid data",
    owner=OWNER,
    tables=(METERS.name, READINGS.name),
    select=expected_hours,
    numerator=lambda rows: rows.valid.sum(),
    denominator=lambda rows: rows.count(),
    key=("building_id", "meter", "ts"),
    time="ts",
    parameters=(METER, BUILDING),
)

BUILDINGS_METERED = Metric(
    name="campus.metered_buildings",
    version=1,
    label=Text("Buildings measured", "有计量的建筑数"),
    description=Text(
        "How many different buildings have at least one valid reading in the period.",
        "期间内至少有一个有效读数的建筑数量（不重复计）。",
    ),
    unit="{building}",
    decimals=0,
    direction="at_least",
    grain="meter and hour",
    source="Brick 1.4: Building that hasPart a Building_Electrical_Meter with readings",
    owner=OWNER,
    tables=(READINGS.name,),
    select=valid_readings,
    measure=lambda rows: rows.building_id.nunique(),
    kind="level",
    key=("building_id", "meter", "ts"),
    time="ts",
    parameters=(METER, BUILDING),
)
