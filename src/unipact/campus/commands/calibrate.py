"""``unipact campus calibrate``: make the calibration artefact from placebo years."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer


def calibrate(
    readings: Annotated[
        Path,
        typer.Option(
            metavar="PARQUET", help="Columns building_id, ts_utc, kwh of many electricity meters."
        ),
    ],
    weather: Annotated[Path, typer.Option(metavar="PARQUET", help="Columns ts_utc, temp_c.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the artefact is written.")],
    until: Annotated[
        str,
        typer.Option(metavar="DATE", help="First day that no placebo window may hold."),
    ] = "2018-07-01",
    zone: Annotated[str, typer.Option(help="IANA zone of the meters.")] = "Europe/London",
) -> None:
    """Measure how wrong savings are where nothing was done, and write what that teaches.

    Every baseline year of every meter that starts on the first of a month is followed by
    reporting windows of one week to two years, all before UNTIL. Exact zeros are missing.
    The same data and version give the same bytes.
    """
    from unipact import __version__
    from unipact.campus.commands.savings import checked_zone, day_of
    from unipact.campus.engine.calibrate import artefact
    from unipact.campus.engine.placebo import first_of_months, placebos
    from unipact.campus.formats.meters import read_meters
    from unipact.campus.formats.series import read_series

    last = day_of(until, "--until")
    checked_zone(zone)
    meters = read_meters(readings, zeros_missing=True)
    temperature = read_series(weather, "temp_c").hourly
    starts = first_of_months(_first_day(min(meter.start for meter in meters.values())), last)
    methods = {
        method: [
            window
            for name, meter in meters.items()
            for window in placebos(name, meter, temperature, starts, last, zone=zone, method=method)
        ]
        for method in ("daily", "hourly")
    }
    document = artefact(
        methods,
        data={
            "readings": {"file": readings.name, "sha256": _digest(readings)},
            "weather": {"file": weather.name, "sha256": _digest(weather)},
        },
        until=last,
        zone=zone,
        software=f"unipact {__version__}",
    )
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    typer.echo(
        f"{out}: {len(meters)} meters, "
        f"{sum(len(windows) for windows in methods.values())} placebo windows before {last}"
    )


def _first_day(hour: int) -> date:
    return datetime.fromtimestamp(hour * 3600, UTC).date()


def _digest(path: Path) -> str:
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
