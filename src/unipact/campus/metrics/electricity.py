"""How much energy was metered, and how that compares with the same hours before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from unipact.agreement.engine.terms import Text
from unipact.analysis.registry import Metric, Ratio, Scope
from unipact.campus.metrics.rows import (
    BUILDING,
    COMPLETENESS_METRIC,
    ELECTRICITY_METER,
    IPMVP,
    OWNER,
    valid_readings,
)
from unipact.campus.tables import READINGS

if TYPE_CHECKING:
    from ibis.expr.types import Scalar, Table

#: 52 weeks: the same weekday, at most two days away from the same date a year before.
WEEKS_52_S = 52 * 7 * 24 * 3600

ELECTRICITY = Metric(
    name="campus.electricity_kwh",
    version=1,
    label=Text("Electricity metered", "计量用电量"),
    description=Text(
        "Sum of all valid hourly readings in the period. Hours without a valid reading add"
        " nothing: read it beside the completeness of the meters.",
        "期间内全部有效逐时读数之和。没有有效读数的小时不计入，应与计量完整率一并阅读。",
    ),
    unit="kW.h",
    decimals=1,
    direction="at_most",
    grain="meter and hour",
    source=f"{IPMVP}: metered energy of the measurement boundary",
    owner=OWNER,
    tables=(READINGS.name,),
    select=valid_readings,
    measure=lambda rows: rows.kwh.sum(),
    kind="sum",
    key=("building_id", "meter", "ts"),
    time="ts",
    parameters=(ELECTRICITY_METER, BUILDING),
    completeness=COMPLETENESS_METRIC,
)


def matched_hours(tables: Mapping[str, Table], scope: Scope) -> Table:
    """Each valid hour beside the hour that it is compared with, where both were measured."""
    now = valid_readings(tables, scope)
    before = valid_readings(tables, scope)
    # The hour that it is compared with carries that hour's name, so that the period cuts both.
    later = (before.ts.epoch_seconds() + WEEKS_52_S).as_timestamp("s").cast("timestamp('UTC')")
    before = before.select(
        "building_id", "meter", before_ts=before.ts, before_kwh=before.kwh, ts=later
    )
    joined = now.inner_join(before, ["building_id", "meter", "ts"])
    return joined.mutate(change_kwh=joined.kwh - joined.before_kwh).select(
        "building_id", "meter", "ts", "kwh", "before_ts", "before_kwh", "change_kwh"
    )


def _change(rows: Table) -> Scalar:
    return rows.change_kwh.sum()


def _before(rows: Table) -> Scalar:
    return rows.before_kwh.sum()


CHANGE = Ratio(
    name="campus.electricity_change_share",
    version=1,
    label=Text("Change of metered electricity", "计量用电量变化率"),
    description=Text(
        "Energy of the period less that of the same hours 52 weeks (364 days) earlier, as a share"
        " of the latter; only hours of a meter that were measured in both count. Negative is less."
        " It is not corrected for weather or use: it is no proof of a saving.",
        "本期用电量减去 52 周（364 天）前相同小时的用电量，除以后者；仅计两边都有有效读数的小时。"
        "负值表示减少。未作气象和使用情况修正，不能作为节能的证明。",
    ),
    unit="1",
    decimals=4,
    direction="at_most",
    grain="meter and hour, beside the same hour 52 weeks earlier",
    source=f"{IPMVP}, without adjustments: metered energy compared over matched hours",
    owner=OWNER,
    tables=(READINGS.name,),
    select=matched_hours,
    numerator=_change,
    denominator=_before,
    key=("building_id", "meter", "ts"),
    time="ts",
    parameters=(ELECTRICITY_METER, BUILDING),
    completeness=COMPLETENESS_METRIC,
)
