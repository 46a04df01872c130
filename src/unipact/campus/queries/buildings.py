"""The list of buildings, with what their meters gave in the last twelve months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from unipact.agreement.engine.terms import Text
from unipact.analysis.evaluation.session import Session
from unipact.campus.queries.series import days_before, instant
from unipact.campus.tables import BUILDINGS, METERS, READINGS

YEAR_D = 364


@dataclass(frozen=True, slots=True)
class BuildingSummary:
    """One building and one of its meters.

    Attributes:
        first, last: hours of the first and the last valid reading, UTC; None without any.
        coverage: share of the hours of the last 52 weeks with a valid reading.
        year_kwh: energy of these 52 weeks.
        change: against the 52 weeks before, over hours measured in both; None without such hours.
    """

    building_id: str
    name: Text
    note: Text | None
    zone: str
    brick_class: str
    meter: str
    meter_class: str
    point_class: str
    first: datetime | None
    last: datetime | None
    coverage: float
    year_kwh: Decimal
    change: float | None


_QUERY = f"""
WITH valid AS (
    SELECT building_id, meter, ts, kwh FROM "{READINGS.name}" WHERE quality = 'valid' AND ts < ?
), whole AS (
    SELECT building_id, meter, min(ts) AS first, max(ts) AS last FROM valid GROUP BY ALL
), year AS (
    SELECT building_id, meter, count(*) AS hours, sum(kwh) AS kwh FROM valid
    WHERE ts >= ? GROUP BY ALL
), matched AS (
    SELECT building_id, meter, sum(now.kwh)::DOUBLE AS now, sum(before.kwh)::DOUBLE AS before
    FROM valid AS now JOIN valid AS before USING (building_id, meter)
    WHERE now.ts >= ? AND before.ts = now.ts - INTERVAL {YEAR_D} DAY GROUP BY ALL
)
SELECT b.building_id, b.name_en, b.name_zh, b.note_en, b.note_zh, b.zone, b.brick_class,
       m.meter, m.brick_class AS meter_class, m.point_class, w.first, w.last,
       coalesce(y.hours, 0) AS hours, coalesce(y.kwh, 0) AS kwh, x.now, x.before
FROM "{BUILDINGS.name}" AS b JOIN "{METERS.name}" AS m USING (building_id)
LEFT JOIN whole AS w USING (building_id, meter)
LEFT JOIN year AS y USING (building_id, meter)
LEFT JOIN matched AS x USING (building_id, meter)
ORDER BY length(b.building_id), b.building_id, m.meter
"""  # noqa: S608 - names of our own tables


def building_list(session: Session, *, until: date, zone: str) -> tuple[BuildingSummary, ...]:
    """Every meter of every building, as of the start of the day ``until`` in ``zone``."""
    session.show([BUILDINGS.name, METERS.name, READINGS.name])
    end, start = instant(until, zone), instant(days_before(until, YEAR_D), zone)
    hours = (end - start).total_seconds() / 3600
    rows = session.fetch(_QUERY, [end, start, start]).to_pylist()
    return tuple(
        BuildingSummary(
            building_id=row["building_id"],
            name=Text(row["name_en"], row["name_zh"]),
            note=Text(row["note_en"], row["note_zh"] or row["note_en"]) if row["note_en"] else None,
            zone=row["zone"],
            brick_class=row["brick_class"],
            meter=row["meter"],
            meter_class=row["meter_class"],
            point_class=row["point_class"],
            first=row["first"],
            last=row["last"],
            coverage=row["hours"] / hours,
            year_kwh=Decimal(row["kwh"]),
            change=row["now"] / row["before"] - 1 if row["before"] else None,
        )
        for row in rows
    )
