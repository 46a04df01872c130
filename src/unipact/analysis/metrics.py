"""The metrics of this field, declared over its own lake table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from unipact.agreement.engine.terms import Text
from unipact.analysis.registry import Metric, Parameter, Scope
from unipact.analysis.tables import TABLES

if TYPE_CHECKING:
    from ibis.expr.types import Scalar, Table


def _documented(tables: Mapping[str, Table], _scope: Scope) -> Table:
    rows = tables[TABLES.name]
    texts = ("owner", "licence_en", "licence_zh", "attribution_en", "attribution_zh")
    said = rows.has_schema
    for each in texts:
        said &= rows[each] != ""
    return rows.filter(said)


def _count(rows: Table) -> Scalar:
    return rows.count()


DOCUMENTED_TABLES = Metric(
    name="analysis.documented_tables",
    version=1,
    label=Text("Documented tables in the lake", "数据湖中说明完备的表"),
    description=Text(
        "Tables that hold data at the snapshot and whose schema is published in both languages "
        "with a unit for every number, and whose every batch names its owner, licence and "
        "attribution in both languages.",
        "快照中含有数据、其模式以双语公布且每个数值均有单位、"
        "且每个批次均以双语注明所有方、许可与署名的表的数量。",
    ),
    unit="1",
    decimals=0,
    direction="at_least",
    grain="table",
    source="FAIR principles R1.1, R1.2 and R1.3 (doi:10.1038/sdata.2016.18)",
    owner="analysis",
    tables=(TABLES.name,),
    select=_documented,
    measure=_count,
    kind="count",
    key=("table",),
    time=None,
    parameters=(
        Parameter(
            name="owner",
            type="text",
            label=Text("Only tables of this party", "仅限该方的表"),
            column="owner",
        ),
    ),
)
