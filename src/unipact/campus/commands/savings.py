"""``unipact campus savings``: avoided energy of one meter from two files."""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from unipact.errors import Finding, Invalid
from unipact.exits import Exit

if TYPE_CHECKING:
    from unipact.campus.engine.series import Intervals


def savings(
    *,
    meter: Annotated[
        Path,
        typer.Option(metavar="FILE", help="CSV or Parquet with ts_utc and kwh, hourly or finer."),
    ],
    weather: Annotated[
        Path, typer.Option(metavar="FILE", help="CSV or Parquet with ts_utc and temp_c.")
    ],
    baseline_start: Annotated[
        str, typer.Option(metavar="DATE", help="First day of the baseline window.")
    ],
    baseline_end: Annotated[
        str,
        typer.Option(metavar="DATE", help="First day after it; the reporting period starts here."),
    ],
    reporting_end: Annotated[
        str, typer.Option(metavar="DATE", help="First day after the reporting period.")
    ],
    zone: Annotated[
        str, typer.Option(help="IANA zone whose days, hours and clock changes count.")
    ] = "UTC",
    method: Annotated[
        Literal["daily", "hourly"], typer.Option(help="Baseline model; daily is the reported one.")
    ] = "daily",
    zeros: Annotated[
        Literal["missing", "keep"],
        typer.Option(help="Hours of exactly 0 kWh: archives often store missing readings so."),
    ] = "missing",
    building: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Keep only the rows of this building_id."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the answer as JSON (unipact-campus-savings/1).")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write each interval to this CSV file, in kWh."),
    ] = None,
    language: Annotated[
        Literal["en", "zh"], typer.Option("--language", "-l", help="Language of the texts.")
    ] = "en",
) -> None:
    """Compute what a meter avoided against its baseline, and how sure that is.

    The model is fitted on the baseline window alone. The 90 % interval is calibrated on placebo
    windows of 31 meters in Cambridge, 2014 to June 2018. Exit codes: 0 answered, 2 unusable
    input, 3 refused (too little data).
    """
    from unipact.campus.calibration import shipped_calibration, shipped_digest
    from unipact.campus.commands.savings_document import Question, document
    from unipact.campus.commands.savings_table import table
    from unipact.campus.engine.savings import savings as compute
    from unipact.campus.engine.series import Window
    from unipact.campus.formats.series import read_series

    checked_zone(zone)
    start, middle, end = (
        day_of(baseline_start, "--baseline-start"),
        day_of(baseline_end, "--baseline-end"),
        day_of(reporting_end, "--reporting-end"),
    )
    _in_order(start, middle, end)
    energy = read_series(meter, "kwh", building=building)
    temperature = read_series(weather, "temp_c")
    question = Question(
        meter=energy,
        weather=temperature,
        baseline=Window(start, middle),
        reporting=Window(middle, end),
        zone=zone,
        method=method,
        zeros=zeros,
    )
    for finding in (*energy.findings, *temperature.findings):
        typer.echo(f"unipact: {finding}", err=True)
    calibration = shipped_calibration()
    answer = compute(
        question.counted_meter,
        temperature.hourly,
        question.baseline,
        question.reporting,
        calibration,
        zone=zone,
        method=method,
    )
    said = document(question, answer, calibration, shipped_digest())
    if out is not None and answer.intervals is not None:
        write_intervals(out, answer.intervals)
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        typer.echo(table(said, answer, language=language))
    if answer.refused:
        typer.echo(f"unipact: {answer.refused}", err=True)
        raise typer.Exit(Exit.REFUSED)


def day_of(text: str, option: str) -> date:
    """A day out of an option's text; :class:`Invalid` names the option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        finding = Finding(option, f"{text!r} is no day", "Write it as 2019-07-01")
        raise Invalid(str(finding), findings=[finding]) from None


def checked_zone(zone: str) -> None:
    """Refuse a zone that the IANA database does not know."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        finding = Finding("--zone", f"{zone!r} is no IANA zone", "Write it as Europe/London")
        raise Invalid(str(finding), findings=[finding]) from None


def _in_order(start: date, middle: date, end: date) -> None:
    findings = []
    if middle <= start:
        findings.append(
            Finding("--baseline-end", f"{middle} is not after the baseline's start {start}")
        )
    if end <= middle:
        findings.append(
            Finding("--reporting-end", f"{end} is not after the baseline's end {middle}")
        )
    if findings:
        raise Invalid("the dates are not in order", findings=findings)


def write_intervals(out: Path, rows: Intervals) -> None:
    """Write the intervals that count as CSV, whole or not at all."""
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("start_utc", "day", "observed_kwh", "expected_kwh", "avoided_kwh"))
            for k in rows.counted.nonzero()[0].tolist():
                start = datetime.fromtimestamp(int(rows.starts[k]) * 3600, UTC)
                energies = (rows.observed[k], rows.expected[k], rows.avoided[k])
                writer.writerow(
                    (
                        start.strftime("%Y-%m-%dT%H:%M:%SZ"),
                        str(rows.days[k]),
                        *(f"{float(each):.3f}" for each in energies),
                    )
                )
        beside.replace(out)
    except OSError as error:
        finding = Finding(str(out), f"cannot be written: {error.strerror}")
        raise Invalid(str(finding), findings=[finding]) from error
    finally:
        beside.unlink(missing_ok=True)
