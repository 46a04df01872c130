"""Rows of the lake as the hourly series that the engine speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from unipact.analysis.evaluation.session import Session
from unipact.campus.engine.series import Hourly
from unipact.campus.metrics.series import hourly_by_building, hourly_weather
from unipact.campus.tables import BUILDINGS, READINGS, WEATHER
from unipact.errors import NotFound


def instant(day: date, zone: str) -> datetime:
    """The UTC instant at which ``day`` begins in ``zone``."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def days_before(day: date, days: int) -> date:
    """The day that lies ``days`` before ``day``."""
    return day - timedelta(days=days)


def meter_series(
    session: Session, *, meter: str, building: str | None, until: datetime
) -> Mapping[str, Hourly]:
    """Valid readings before ``until``, by building id; of one building where it is named."""
    session.show([READINGS.name])
    one = "AND building_id = ?" if building is not None else ""
    values: Sequence[object] = [meter, until, *([building] if building is not None else [])]
    rows = session.fetch(
        f'SELECT building_id, ts, kwh FROM "{READINGS.name}"'  # noqa: S608 - our own names
        f" WHERE quality = 'valid' AND meter = ? AND ts < ? {one} ORDER BY building_id, ts",
        values,
    )
    return hourly_by_building(rows)


def one_series(session: Session, *, meter: str, building: str, until: datetime) -> Hourly:
    """The valid readings of one meter.

    Raises:
        NotFound: it has none.
    """
    found = meter_series(session, meter=meter, building=building, until=until)
    if building not in found:
        raise NotFound(f"there are no {meter} readings of building {building}")
    return found[building]


def weather_series(session: Session, *, until: datetime) -> Hourly:
    """Air temperature before ``until``."""
    session.show([WEATHER.name])
    query = f'SELECT ts, temp_c FROM "{WEATHER.name}" WHERE ts < ? ORDER BY ts'  # noqa: S608
    return hourly_weather(session.fetch(query, [until]))


def site_zone(session: Session, otherwise: str) -> str:
    """The one time zone of all buildings, or ``otherwise`` where they have several or none."""
    session.show([BUILDINGS.name])
    rows = session.fetch(f'SELECT DISTINCT zone FROM "{BUILDINGS.name}"').to_pylist()  # noqa: S608
    return str(rows[0]["zone"]) if len(rows) == 1 else otherwise
