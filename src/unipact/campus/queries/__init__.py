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
from unipact.campus.queries.weather import ScatterDay, TemperatureScatter, temperature_scatter

__all__ = [
    "BuildingSummary",
    "Detectable",
    "HeatMap",
    "LoadCell",
    "MeterDay",
    "SavingsStatement",
    "ScatterDay",
    "StatementMonth",
    "TemperatureScatter",
    "building_list",
    "detectable_savings",
    "load_heat_map",
    "meter_days",
    "savings_statement",
    "temperature_scatter",
]
