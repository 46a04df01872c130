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

_HOUR_S = 3600


def expected_hours(tables: Mapping[str, Table], _scope: Scope) -> Table:
    """Every hour in which a listed meter should have been read, and whether it was.

    From the first to the last hour that the table of readings knows of, whatever its quality:
    what lies after the table's end is not missed, it is not known yet.
    """
    import ibis

    readings = tables[READINGS.name]
    known = readings.aggregate(first=readings.ts.min(), last=readings.ts.max())
    first, last = (known[end].epoch_seconds() // _HOUR_S for end in ("first", "last"))
    hours = known.select(hour=ibis.range(first.cast("int64"), last.cast("int64") + 1).unnest())
    hours = hours.select(ts=(hours.hour * _HOUR_S).as_timestamp("s").cast("timestamp('UTC')"))
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
        " meters, from the first to the last hour that any reading is of. A meter on the list that"
        " gives nothing counts as missing.",
        "有有效读数的小时数除以期间内应有的小时数，覆盖清单上的全部计量表，"
        "时间从全部读数的首个小时到最后一个小时。清单上没有读数的表按缺失计。",
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
