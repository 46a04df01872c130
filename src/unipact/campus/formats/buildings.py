"""Read the list of buildings and of the meters that each has.

Columns ``building_id, name_en, name_zh, zone, meters`` and, where there is something to say,
``note_en, note_zh``. ``zone`` is an IANA time zone; ``meters`` are kinds of meter divided by
spaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from unipact.campus.formats.checked import Shape, reading, refuse
from unipact.campus.formats.columns import Column
from unipact.errors import Finding

METER_KINDS = ("electricity", "gas", "heat")

_SHAPE = Shape(
    columns=(
        Column("building_id", "text"),
        Column("name_en", "text"),
        Column("name_zh", "text"),
        Column("zone", "text"),
        Column("meters", "text"),
        Column("note_en", "text", required=False, may_lack=True),
        Column("note_zh", "text", required=False, may_lack=True),
    ),
    key=("building_id",),
)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """One building as the file tells of it; ``meters`` are its kinds of meter, sorted."""

    building_id: str
    name_en: str
    name_zh: str
    zone: str
    meters: tuple[str, ...]
    note_en: str | None
    note_zh: str | None


def read_buildings(path: Path) -> tuple[BuildingRow, ...]:
    """The buildings of the file, in the order of their ids.

    Raises:
        NotFound: there is no such file.
        Invalid: the file, a row or a value is wrong.
    """
    with reading(path, _SHAPE) as file:
        lines = file.connection.sql("SELECT * FROM rows ORDER BY building_id").to_arrow_table()
        findings, rows = [], []
        for line in lines.to_pylist():
            findings += _findings(file.place(line["?row"]), line)
            rows.append(_row(line))
        refuse(path, findings, len(findings))
    return tuple(rows)


def _findings(place: str, line: Mapping[str, Any]) -> list[Finding]:
    found = []
    if not _ID.fullmatch(line["building_id"]):
        mend = "Use letters, digits, '.', '_' and '-'."
        found.append(Finding(place, f"building_id {line['building_id']!r} is no id", mend))
    if not _is_zone(line["zone"]):
        mend = "Write one as Asia/Shanghai."
        found.append(Finding(place, f"zone {line['zone']!r} is no time zone", mend))
    for kind in sorted(set(line["meters"].split()) - set(METER_KINDS)):
        mend = f"Choose among: {', '.join(METER_KINDS)}."
        found.append(Finding(place, f"{kind!r} is no kind of meter", mend))
    return found


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _row(line: Mapping[str, Any]) -> BuildingRow:
    return BuildingRow(
        building_id=line["building_id"],
        name_en=line["name_en"],
        name_zh=line["name_zh"],
        zone=line["zone"],
        meters=tuple(sorted(set(line["meters"].split()))),
        note_en=line["note_en"],
        note_zh=line["note_zh"],
    )
