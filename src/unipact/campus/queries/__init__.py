"""What the pages and the API read of the campus, at one snapshot of the lake.

Every function takes an open ``Session`` (``unipact.analysis.evaluation.session``), which sees the
lake at the snapshot that it was opened at, and returns frozen values. Energies are kWh, shares lie
in 0–1, temperatures are degrees Celsius, spans are half open.
"""

from unipact.campus.queries.buildings import BuildingSummary, building_list
from unipact.campus.queries.load import HeatMap, LoadCell, load_heat_map
from unipact.campus.queries.savings import (
    Detectable,
    MeterDay,
    SavingsStatement,
    StatementMonth,
    detectable_savings,
    meter_days,
    savings_statement,
)
from unipact.campus.queries.shown import (
    MeterShown,
    PoolShown,
    buildings_shown,
    detectable_shown,
    meter_shown,
    pool_shown,
)
from unipact.campus.queries.weather import ScatterDay, TemperatureScatter, temperature_scatter
from unipact.campus.queries.windows import Windows, windows_of

__all__ = [
    "BuildingSummary",
    "Detectable",
    "HeatMap",
    "LoadCell",
    "MeterDay",
    "MeterShown",
    "PoolShown",
    "SavingsStatement",
    "ScatterDay",
    "StatementMonth",
    "TemperatureScatter",
    "Windows",
    "building_list",
    "buildings_shown",
    "detectable_savings",
    "detectable_shown",
    "load_heat_map",
    "meter_days",
    "meter_shown",
    "pool_shown",
    "savings_statement",
    "temperature_scatter",
    "windows_of",
]
