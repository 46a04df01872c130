"""The lake table of this field: what the lake itself holds, by table.

Nobody publishes it. It follows from the lake's catalog at each snapshot, so that it cannot say
anything else than what is there.
"""

from __future__ import annotations

import pyarrow as pa

from unipact.agreement.engine.terms import Text
from unipact.analysis.registry import LakeTable

TABLES = LakeTable(
    name="analysis.tables",
    schema=pa.schema(
        [
            pa.field("table", pa.string(), nullable=False),
            pa.field("owner", pa.string(), nullable=False),
            pa.field("visibility", pa.string(), nullable=False),
            pa.field("source_en", pa.string(), nullable=False),
            pa.field("source_zh", pa.string(), nullable=False),
            pa.field("licence_en", pa.string(), nullable=False),
            pa.field("licence_zh", pa.string(), nullable=False),
            pa.field("attribution_en", pa.string(), nullable=False),
            pa.field("attribution_zh", pa.string(), nullable=False),
            pa.field("has_schema", pa.bool_(), nullable=False),
            pa.field("batches", pa.int64(), nullable=False),
            pa.field("rows", pa.int64(), nullable=False),
            pa.field("last", pa.timestamp("us", tz="UTC")),
        ]
    ),
    key=("table",),
    time=None,
    label=Text("Tables in the lake", "数据湖中的表"),
    description=Text(
        "Every table that holds data at the snapshot: its owner, source, licence and attribution "
        "(empty where one of its batches came without), and whether its schema is published with "
        "labels in both languages and a unit for every number.",
        "快照中所有含数据的表：所有方、来源、许可和署名（任一批次缺失则为空），"
        "以及其模式是否以双语标签并为每个数值标明单位的方式公布。",
    ),
    units={"batches": "1", "rows": "1"},
)
