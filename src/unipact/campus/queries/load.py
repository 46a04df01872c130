"""When the energy is used: the load by hour of the day and day of the week."""

from __future__ import annotations

from dataclasses import dataclass

from unipact.agreement.engine.terms import Span
from unipact.analysis.evaluation.session import Session
from unipact.campus.queries.series import instant, site_zone
from unipact.campus.tables import READINGS


@dataclass(frozen=True, slots=True)
class LoadCell:
    """The mean energy of one hour of the week: ``weekday`` 0 is Monday, ``hour`` is 0–23."""

    weekday: int
    hour: int
    mean_kwh: float
    hours: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Cells by weekday and hour on the buildings' own clock (``zone``); a cell may be missing."""

    zone: str
    cells: tuple[LoadCell, ...]


def load_heat_map(
    session: Session, *, span: Span, zone: str, meter: str, building: str | None = None
) -> HeatMap:
    """The mean load of ``building``, or the mean of all buildings' sums, within ``span``.

    An hour in which a meter of the pool gave nothing lowers that hour's sum: read the map beside
    the completeness of the meters. Sums are exact: any number of threads gives the same means.
    """
    session.show([READINGS.name])
    place = site_zone(session, zone)
    one = "AND building_id = ?" if building is not None else ""
    values: list[object] = [meter, instant(span.start, zone), instant(span.until, zone)]
    rows = session.fetch(
        f"""
        WITH hours AS (
            SELECT ts, sum(kwh) AS kwh FROM "{READINGS.name}"
            WHERE quality = 'valid' AND meter = ? AND ts >= ? AND ts < ? {one} GROUP BY ts
        ), local AS (SELECT timezone(?, ts) AS local_ts, kwh FROM hours)
        SELECT isodow(local_ts) - 1 AS weekday, hour(local_ts) AS hour,
               sum(kwh)::DOUBLE / count(*) AS mean, count(*) AS hours
        FROM local GROUP BY ALL ORDER BY ALL
        """,  # noqa: S608 - names of our own tables
        [*values, *([building] if building is not None else []), place],
    ).to_pylist()
    cells = [
        LoadCell(int(row["weekday"]), int(row["hour"]), float(row["mean"]), int(row["hours"]))
        for row in rows
    ]
    return HeatMap(place, tuple(cells))
