"""What the campus's operations take and give. Spans are half open, shares 0–1."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Path, Schema
from pydantic import Field

from unipact.agreement.api.forms import AsOf, Limit, Texts

_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

#: An id as the list of buildings writes it.
Building = Annotated[str, Path(pattern=_ID)]

#: A row of a line in a chart: degrees Celsius, kWh a day.
Point = tuple[float, float]


class BuildingsAsked(AsOf):
    """A page of buildings."""

    after: str | None = Field(None, pattern=_ID, description="`next` of the page before.")
    limit: Limit = Field(100, description="Buildings a page.")


class MeterAsked(AsOf):
    """A page of days."""

    after: date | None = Field(None, description="`next` of the page before.")
    limit: Limit = Field(1000, description="Days a page.")


class Days(Schema):
    """Days from ``start`` up to, and without, ``until``."""

    start: date
    until: date


class Windows(Schema):
    """The spans that an answer speaks of, in days of ``zone``."""

    zone: str
    baseline: Days
    reporting: Days


class BuildingLine(Schema):
    """A building."""

    id: str
    name: Texts
    note: Texts | None
    zone: str
    brick_class: str


class MeterLine(Schema):
    """A meter with its last 52 weeks."""

    meter: str
    brick_class: str
    point_class: str
    first: datetime | None
    last: datetime | None
    coverage: float = Field(description="Share of the hours that have a valid reading.")
    year_kwh: str = Field(description="Decimal text.")
    change: float | None = Field(
        description="Against the 52 weeks before, over hours measured in both."
    )
    detectable_share: float | None = Field(
        description="The smallest saving that this meter alone would show with 80 % power."
    )
    why_not_detectable: Texts | None


class BuildingWithMeters(BuildingLine):
    """A building with its meters."""

    meters: list[MeterLine]


class Buildings(Windows):
    """A page of the buildings; ``next`` is `after` of the next page, null at the end.

    ``days`` and ``level`` are those of the detectable savings.
    """

    days: int
    level: float
    items: list[BuildingWithMeters]
    next: str | None


class Month(Days):
    """A month, and all since the period began; ``low`` and ``high`` bound ``cumulative_kwh``."""

    observed_kwh: float
    expected_kwh: float
    avoided_kwh: float
    cumulative_kwh: float
    low_kwh: float
    high_kwh: float


class Excluded(Schema):
    """A building whose meter does not count, and why."""

    building: str
    reason: Texts


class Statement(Schema):
    """What was saved; where ``refused`` says why there is no answer, the figures are null."""

    level: float
    refused: Texts | None
    share: float | None
    low_share: float | None
    high_share: float | None
    avoided_kwh: float | None
    expected_kwh: float | None
    coverage: float | None
    cv_rmse: float | None
    nmbe: float | None
    detectable_share: float | None
    meters: int
    months: list[Month]
    excluded: list[Excluded]


class DetectableLine(Schema):
    """The smallest saving that one building's meter would show."""

    building: str
    share: float | None


class Detectable(Schema):
    """The smallest savings that ``days`` would show with 80 % power, from the baseline alone."""

    days: int
    level: float
    pool: float | None
    buildings: list[DetectableLine]
    excluded: list[Excluded]


class Cell(Schema):
    """The mean of one hour of the week; ``weekday`` 0 is Monday."""

    weekday: int
    hour: int
    mean_kwh: float
    hours: int


class Load(Schema):
    """When energy is used, on the buildings' own clock."""

    zone: str
    cells: list[Cell]


class Savings(Windows):
    """All meters together."""

    statement: Statement
    detectable: Detectable
    load: Load


class Day(Schema):
    """A day; expected and avoided are null where it does not count."""

    day: date
    observed_kwh: float | None
    expected_kwh: float | None
    avoided_kwh: float | None


class ScatterDay(Schema):
    """A day of the baseline: its temperature as the building felt it, and its energy."""

    day: date
    temp_c: float
    kwh: float
    is_weekend: bool


class Scatter(Schema):
    """The baseline's days, and the model's lines as rows of temperature and kWh a day."""

    zone: str
    model: str
    refused: Texts | None
    days: list[ScatterDay]
    workday_line: list[Point]
    weekend_line: list[Point]


class Meter(Windows):
    """One building's electricity meter; ``next`` is `after` of the next page of days."""

    building: BuildingLine
    meter: MeterLine
    statement: Statement
    days: list[Day]
    next: date | None
    scatter: Scatter
    load: Load
