"""The lake tables of the campus field: places, meters, what they measured, and two site series.

Energies and temperatures are decimals, so that sums are exact and do not depend on the order in
which rows are added. Class names are those of Brick 1.4 (``Building``,
``Building_Electrical_Meter``, ``Electrical_Energy_Usage_Sensor``); units are UCUM codes.
"""

from __future__ import annotations

import pyarrow as pa

from unipact.agreement.engine.terms import Text
from unipact.analysis.registry import LakeTable

_TIME = pa.timestamp("us", tz="UTC")

#: A row of every table with a time covers the hour that starts at ``ts``.
HOUR_S = 3600

#: Brick 1.4 classes of a meter and of the point that reads it, by kind of meter.
BRICK_METERS = {
    "electricity": ("Building_Electrical_Meter", "Electrical_Energy_Usage_Sensor"),
    "gas": ("Building_Gas_Meter", "Energy_Usage_Sensor"),
    "heat": ("Thermal_Power_Meter", "Thermal_Energy_Usage_Sensor"),
}

BUILDINGS = LakeTable(
    name="campus.buildings",
    schema=pa.schema(
        [
            pa.field("building_id", pa.string(), nullable=False),
            pa.field("name_en", pa.string(), nullable=False),
            pa.field("name_zh", pa.string(), nullable=False),
            pa.field("zone", pa.string(), nullable=False),
            pa.field("brick_class", pa.string(), nullable=False),
            pa.field("note_en", pa.string()),
            pa.field("note_zh", pa.string()),
        ]
    ),
    key=("building_id",),
    time=None,
    label=Text("Buildings", "建筑"),
    description=Text(
        "The buildings of the campus, each with its name and time zone.",
        "校园的建筑，含名称和时区。",
    ),
)

METERS = LakeTable(
    name="campus.meters",
    schema=pa.schema(
        [
            pa.field("building_id", pa.string(), nullable=False),
            pa.field("meter", pa.string(), nullable=False),
            pa.field("brick_class", pa.string(), nullable=False),
            pa.field("point_class", pa.string(), nullable=False),
            pa.field("interval_s", pa.int32(), nullable=False),
        ]
    ),
    key=("building_id", "meter"),
    time=None,
    units={"interval_s": "s"},
    label=Text("Meters", "计量表"),
    description=Text(
        "The meters of each building, and how often each must give a reading.",
        "每座建筑的计量表，以及应当多久给出一次读数。",
    ),
)

READINGS = LakeTable(
    name="campus.readings",
    schema=pa.schema(
        [
            pa.field("building_id", pa.string(), nullable=False),
            pa.field("meter", pa.string(), nullable=False),
            pa.field("ts", _TIME, nullable=False),
            pa.field("kwh", pa.decimal128(12, 3)),
            pa.field("quality", pa.string(), nullable=False),
        ]
    ),
    key=("building_id", "meter", "ts"),
    time="ts",
    interval_s=HOUR_S,
    units={"kwh": "kW.h"},
    label=Text("Meter readings", "电表读数"),
    description=Text(
        "Energy of each meter in the hour that starts at ts. Only readings whose quality is"
        " 'valid' count; 'missing', 'zero_as_missing' and 'out_of_range' are kept but never used.",
        "每块表在 ts 起一小时内的能量。只有 quality 为 valid 的读数计入；missing、zero_as_missing"
        " 和 out_of_range 保留但从不使用。",
    ),
)

WEATHER = LakeTable(
    name="campus.weather",
    schema=pa.schema(
        [pa.field("ts", _TIME, nullable=False), pa.field("temp_c", pa.decimal128(5, 2))]
    ),
    key=("ts",),
    time="ts",
    interval_s=HOUR_S,
    units={"temp_c": "Cel"},
    label=Text("Weather", "气象"),
    description=Text(
        "Outside air temperature in the hour that starts at ts"
        " (Brick Outside_Air_Temperature_Sensor).",
        "ts 起一小时的室外空气温度（Brick Outside_Air_Temperature_Sensor）。",
    ),
)

GRID_CARBON = LakeTable(
    name="campus.grid_carbon",
    schema=pa.schema(
        [pa.field("ts", _TIME, nullable=False), pa.field("kgco2_per_kwh", pa.decimal128(9, 6))]
    ),
    key=("ts",),
    time="ts",
    interval_s=HOUR_S,
    units={"kgco2_per_kwh": "kg/(kW.h)"},
    label=Text("Carbon intensity of the grid", "电网碳强度"),
    description=Text(
        "Carbon dioxide per kilowatt hour taken from the grid in the hour that starts at ts.",
        "ts 起一小时内每千瓦时电网电力的二氧化碳排放。",
    ),
)

TABLES = (BUILDINGS, METERS, READINGS, WEATHER, GRID_CARBON)
