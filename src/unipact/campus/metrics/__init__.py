"""The metrics of the campus field, each declared once over its lake tables."""

from unipact.campus.metrics.carbon import CARBON, CARBON_INTENSITY
from unipact.campus.metrics.electricity import CHANGE, ELECTRICITY
from unipact.campus.metrics.meters import BUILDINGS_METERED, COMPLETENESS
from unipact.campus.metrics.savings import AVOIDED_ENERGY, ENERGY_SAVINGS

METRICS = (
    ENERGY_SAVINGS,
    AVOIDED_ENERGY,
    ELECTRICITY,
    CHANGE,
    COMPLETENESS,
    BUILDINGS_METERED,
    CARBON,
    CARBON_INTENSITY,
)

__all__ = ["METRICS"]
