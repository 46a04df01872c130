"""Read hourly meter readings: ``building_id, meter, ts_utc, kwh``.

``kwh`` is the energy of the hour that starts at ``ts_utc``, kept to 0.001 kWh. A row that can be
used is kept with a flag that says how good it is; a row that cannot is refused with the file:

=================== =============================================================== =========
flag                when                                                            counts
=================== =============================================================== =========
``valid``           none of the following                                           yes
``missing``         ``kwh`` is empty                                                no
``zero_as_missing`` an electricity meter says 0 and zeros stand for missing values  no
``out_of_range``    above ``spike_factor`` times the meter's mean in this file       no
=================== =============================================================== =========
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from unipact.campus.formats.buildings import BuildingRow
from unipact.campus.formats.checked import CheckedFile, Shape, reading, refuse
from unipact.campus.formats.columns import Column
from unipact.campus.formats.raw import MAX_FINDINGS
from unipact.errors import Finding

QUALITIES = ("valid", "missing", "zero_as_missing", "out_of_range")
SCHEMA = pa.schema(
    [
        pa.field("building_id", pa.string(), nullable=False),
        pa.field("meter", pa.string(), nullable=False),
        pa.field("ts", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("kwh", pa.decimal128(12, 3)),
        pa.field("quality", pa.string(), nullable=False),
    ]
)

_SHAPE = Shape(
    columns=(
        Column("building_id", "text"),
        Column("meter", "text"),
        Column("ts_utc", "hour"),
        Column("kwh", "decimal", digits=12, decimals=3, low="0", required=False),
    ),
    key=("building_id", "meter", "ts_utc"),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """How doubtful readings are flagged; the importer's options."""

    zero_is_missing: bool = True
    spike_factor: int = 10


@dataclass(frozen=True, slots=True)
class ReadingsReport:
    """What was found in a file: every row of it is in exactly one of these counts.

    Attributes:
        rows: rows of the file; ``repeated`` of them say again what another says.
        quality: how many of the others have each flag.
        gaps: hours without any row between a meter's first and last one, over all meters.
        first, last: the first and the last hour of all.
    """

    rows: int
    repeated: int
    quality: Mapping[str, int]
    gaps: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings that were found right; ``batches`` gives them in order of their key."""

    report: ReadingsReport
    _file: CheckedFile

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Batches of ``SCHEMA``, sorted by building, meter and hour."""
        query = (
            "SELECT building_id, meter, ts_utc AS ts, kwh, quality FROM flagged"
            " ORDER BY building_id, meter, ts_utc"
        )
        return self._file.batches(query, SCHEMA)


@contextmanager
def read_readings(
    path: Path, buildings: tuple[BuildingRow, ...], rules: Rules
) -> Iterator[Readings]:
    """Open the readings of the meters that ``buildings`` lists.

    Raises:
        NotFound: there is no such file.
        Invalid: the file, a row or a value is wrong, or a meter is not listed.
    """
    with reading(path, _SHAPE) as file:
        _refuse_unlisted(file, path, buildings)
        _flag(file, rules)
        yield Readings(_report(file), file)


def _refuse_unlisted(file: CheckedFile, path: Path, buildings: tuple[BuildingRow, ...]) -> None:
    listed = pa.table(
        {
            "building_id": pa.array(
                [each.building_id for each in buildings for _ in each.meters], pa.string()
            ),
            "meter": pa.array([kind for each in buildings for kind in each.meters], pa.string()),
        }
    )
    file.connection.register("listed", listed)
    query = (
        'SELECT building_id, meter, min("?row") AS row, count(*) AS rows FROM rows'
        " ANTI JOIN listed USING (building_id, meter) GROUP BY building_id, meter"
    )
    found = file.connection.sql(query + " ORDER BY row").to_arrow_table()
    findings = [
        Finding(
            file.place(line["row"]),
            f"no {line['meter']} meter of building {line['building_id']} is listed"
            f" ({line['rows']} rows)",
            "Add it to the list of buildings, or leave its rows out.",
        )
        for line in found.slice(0, MAX_FINDINGS).to_pylist()
    ]
    refuse(path, findings, found.num_rows)


def _flag(file: CheckedFile, rules: Rules) -> None:
    zero = "meter = 'electricity' AND kwh = 0" if rules.zero_is_missing else "false"
    file.connection.execute(
        f"""
        CREATE TEMP TABLE flagged AS
        SELECT building_id, meter, ts_utc, kwh,
               CASE WHEN kwh IS NULL THEN 'missing'
                    WHEN {zero} THEN 'zero_as_missing'
                    WHEN kwh > {rules.spike_factor} * mean THEN 'out_of_range'
                    ELSE 'valid' END AS quality
        FROM rows JOIN (
            SELECT building_id, meter,
                   sum(kwh)::DOUBLE / count(kwh) AS mean FROM rows GROUP BY building_id, meter
        ) USING (building_id, meter)
        """  # noqa: S608
    )
    file.connection.execute("DROP TABLE rows; DROP TABLE typed")


def _report(file: CheckedFile) -> ReadingsReport:
    counted = file.connection.sql("SELECT quality, count(*) FROM flagged GROUP BY quality")
    quality = dict.fromkeys(QUALITIES, 0) | {str(name): int(n) for name, n in counted.fetchall()}
    gaps, first, last = file.connection.sql(
        """
        SELECT coalesce(sum(hours - rows), 0)::BIGINT, min(first), max(last) FROM (
            SELECT min(ts_utc) AS first, max(ts_utc) AS last, count(*) AS rows,
                   1 + date_diff('hour', min(ts_utc), max(ts_utc)) AS hours
            FROM flagged GROUP BY building_id, meter
        )
        """
    ).fetchall()[0]
    return ReadingsReport(file.rows_read, file.repeated, quality, int(gaps), first, last)
