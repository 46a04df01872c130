"""Read one hourly series from a CSV or Parquet file: a meter's energy or a station's temperature.

Total over bad input: a row that cannot be used is a finding with its place; a file that cannot
be used is an error. Nothing is guessed and no gap is filled.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from unipact.campus.engine.series import Floats, Hourly, Ints
from unipact.errors import Finding, Invalid, NotFound

Kind = Literal["kwh", "temp_c"]

MAX_FINDINGS = 20
# More unusable rows than this share and the file is not what it should be.
MOST_BAD_SHARE = 0.01
HOUR_S = 3600
# Temperatures may come every few hours: gaps of up to three hours are bridged by the engine.
_MOST_STEP_S = {"kwh": HOUR_S, "temp_c": 4 * HOUR_S}
_LIMITS = {"kwh": (0.0, math.inf), "temp_c": (-90.0, 60.0)}
_MISSING = frozenset({"", "nan", "null", "none", "na", "n/a"})

_Row = tuple[int, object, object]


@dataclass(frozen=True, slots=True)
class _Naive:
    """A stored time without a zone, taken as UTC."""

    seconds: int


@dataclass(frozen=True, slots=True)
class _Unread:
    """Stands for the value of a row that cannot be parted into its columns."""

    why: str


@dataclass(frozen=True, slots=True)
class Series:
    """A series that was read, and what happened to each row on the way.

    Attributes:
        hourly: the values on the hour axis, NaN where nothing usable was said.
        rows: data rows of the file.
        accepted: rows whose value counts.
        missing: rows that say themselves that there is no value.
        duplicates: rows that say again what another row said, and are dropped.
        bad: rows that cannot be used, conflicting ones included.
        unsorted: whether the rows had to be put in order.
        naive: rows whose time had no offset, and was taken as UTC.
        step_s: seconds between readings; below 3600 they were summed (kWh) or averaged (degC).
        incomplete_hours: hours without all of their readings, which are missing.
        findings: what is wrong, row by row, the first twenty.
    """

    hourly: Hourly
    rows: int
    accepted: int
    missing: int
    duplicates: int
    bad: int
    unsorted: bool
    naive: int
    step_s: int
    incomplete_hours: int
    findings: tuple[Finding, ...]


def read_series(path: Path, kind: Kind, *, building: str | None = None) -> Series:
    """Read the columns ``ts_utc`` and ``kind`` of a CSV or Parquet file.

    Args:
        path: the file; Parquet is known by its first bytes, anything else is read as CSV.
        kind: "kwh" (energy in the interval that starts at ``ts_utc``) or "temp_c".
        building: keep only the rows whose ``building_id`` is this.

    Raises:
        NotFound: there is no such file.
        Invalid: the file cannot be used; up to twenty findings, each with its line or row.
    """
    rows = list(
        _parquet_rows(path, kind, building)
        if _is_parquet(path)
        else _csv_rows(path, kind, building)
    )
    word = "row" if _is_parquet(path) else "line"
    if not rows:
        raise _unusable(path, "has no data rows")
    return _Reader(path, kind, word).read(rows)


class _Reader:
    def __init__(self, path: Path, kind: Kind, word: str) -> None:
        self.path, self.kind, self.word = path, kind, word
        self.bad = 0
        self.findings: list[Finding] = []

    def read(self, rows: list[_Row]) -> Series:
        seconds = np.empty(len(rows), dtype=np.int64)
        values = np.empty(len(rows))
        places = np.empty(len(rows), dtype=np.int64)
        kept = naive = 0
        low, high = _LIMITS[self.kind]
        for place, time, value in rows:
            try:
                moment, was_naive = _moment(time)
                number = _number(value)
                if not (math.isnan(number) or low <= number <= high):
                    raise ValueError(self._range(number))
            except ValueError as error:
                self._reject(place, str(error))
                continue
            seconds[kept], values[kept], places[kept] = moment, number, place
            naive += was_naive
            kept += 1
        self._refuse_if_many(len(rows))
        if kept == 0:
            raise _unusable(self.path, "has no usable row")
        seconds, values, places = seconds[:kept], values[:kept], places[:kept]
        unsorted = bool((np.diff(seconds) < 0).any())
        order = np.argsort(seconds, kind="stable")
        seconds, values, places = seconds[order], values[order], places[order]
        step = self._step(seconds)
        seconds, values, places = self._on_step(seconds, values, places, step)
        seconds, values, duplicates = self._once(seconds, values, places)
        self._refuse_if_many(len(rows))
        hourly, incomplete = self._to_hours(seconds, values, step)
        missing = int(np.isnan(values).sum())
        return Series(
            hourly=hourly,
            rows=len(rows),
            accepted=len(values) - missing,
            missing=missing,
            duplicates=duplicates,
            bad=self.bad,
            unsorted=unsorted,
            naive=naive,
            step_s=step,
            incomplete_hours=incomplete,
            findings=tuple(self.findings),
        )

    def _range(self, number: float) -> str:
        if self.kind == "kwh":
            return f"kwh is {number:g}; energy cannot be negative"
        return f"temp_c is {number:g}; expected -90 to 60 degC"

    def _reject(self, place: int, what: str) -> None:
        self.bad += 1
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(f"{self.path}:{self.word} {place}", what))

    def _refuse_if_many(self, rows: int) -> None:
        if self.bad > MOST_BAD_SHARE * rows:
            findings = list(self.findings)
            if self.bad > len(findings):
                findings.append(
                    Finding(str(self.path), f"{self.bad - len(findings)} more bad rows")
                )
            findings.append(
                Finding(
                    str(self.path),
                    f"{self.bad} of {rows} rows are bad; at most {MOST_BAD_SHARE:.0%} may be",
                    "Mend the rows or leave them out",
                )
            )
            raise Invalid(f"{self.path}: too many bad rows", findings=findings)

    def _step(self, seconds: Ints) -> int:
        gaps = np.diff(seconds)
        gaps = gaps[gaps > 0]
        if len(gaps) == 0:
            raise _unusable(self.path, "has readings of one moment only")
        sizes, counts = np.unique(gaps, return_counts=True)
        step = int(sizes[np.argmax(counts)])
        if step > _MOST_STEP_S[self.kind]:
            limit = "an hour" if self.kind == "kwh" else "four hours"
            raise _unusable(
                self.path,
                f"has a reading every {step / HOUR_S:g} hours; at most {limit} may lie between two",
            )
        if step < HOUR_S and HOUR_S % step:
            raise _unusable(
                self.path, f"has a reading every {step} s, which does not divide an hour"
            )
        return min(HOUR_S, step)

    def _on_step(
        self, seconds: Ints, values: Floats, places: Ints, step: int
    ) -> tuple[Ints, Floats, Ints]:
        off = seconds % step != 0
        for place, second in zip(places[off].tolist(), seconds[off].tolist(), strict=True):
            time = datetime.fromtimestamp(second, UTC).isoformat()
            self._reject(place, f"ts_utc {time} is not a multiple of {step} s")
        return seconds[~off], values[~off], places[~off]

    def _once(self, seconds: Ints, values: Floats, places: Ints) -> tuple[Ints, Floats, int]:
        """Equal repeats count once; of values that contradict each other none counts."""
        if len(seconds) == 0:
            return seconds, values, 0
        first = np.concatenate(([True], np.diff(seconds) > 0))
        if first.all():
            return seconds, values, 0
        keep = first.copy()
        duplicates = 0
        starts = np.flatnonzero(first)
        lengths = np.diff(np.append(starts, len(seconds)))
        for start, length in zip(starts[lengths > 1], lengths[lengths > 1], strict=True):
            group = slice(int(start), int(start + length))
            said = values[group]
            known = said[~np.isnan(said)]
            if len(known) and (known != known[0]).any():
                keep[group] = False
                time = datetime.fromtimestamp(int(seconds[start]), UTC).isoformat()
                for place, value in zip(places[group].tolist(), said.tolist(), strict=True):
                    self._reject(
                        place, f"{time} has other values too ({value:g} here); none counts"
                    )
                continue
            duplicates += int(length) - 1
            if len(known):
                values[start] = known[0]
        return seconds[keep], values[keep], duplicates

    def _to_hours(self, seconds: Ints, values: Floats, step: int) -> tuple[Hourly, int]:
        hours = seconds // HOUR_S
        if step == HOUR_S or len(hours) == 0:
            return Hourly.from_hours(hours, values), 0
        start = int(hours[0])
        index = hours - start
        known = np.isfinite(values)
        count = np.bincount(index[known], minlength=int(index[-1]) + 1)
        total = np.bincount(index[known], values[known], minlength=int(index[-1]) + 1)
        whole = count == HOUR_S // step
        scale = 1.0 if self.kind == "kwh" else step / HOUR_S
        dense = np.where(whole, total * scale, np.nan)
        return Hourly(start, dense), int(((count > 0) & ~whole).sum())


def _moment(time: object) -> tuple[int, bool]:
    """Seconds from 1970-01-01T00:00Z, and whether the time came without an offset."""
    if isinstance(time, int):
        return time, False
    if isinstance(time, _Naive):
        return time.seconds, True
    text = str(time).strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"ts_utc {text!r} is no ISO 8601 time") from None
    if len(text) < 12:
        raise ValueError(f"ts_utc {text!r} has no time of day")
    naive = moment.tzinfo is None
    if naive:
        moment = moment.replace(tzinfo=UTC)
    return math.floor(moment.timestamp()), naive


def _number(value: object) -> float:
    """A finite number, or NaN where the row says itself that there is none."""
    if value is None:
        return math.nan
    if isinstance(value, _Unread):
        raise ValueError(value.why)
    if isinstance(value, str) and value.strip().lower() in _MISSING:
        return math.nan
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is no number") from None
    if math.isinf(number):
        raise ValueError(f"{value!r} is not finite")
    return number


def _unusable(path: Path, what: str, mend: str = "") -> Invalid:
    return Invalid(f"{path} {what}", findings=[Finding(str(path), what, mend)])


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError as error:
        what = "there is no such file" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise NotFound(f"{path}: {what}", findings=[Finding(str(path), what)]) from error


def _csv_rows(path: Path, kind: Kind, building: str | None) -> Iterator[_Row]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unusable(path, f"is not UTF-8 text (byte {error.start})") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        time, value, owner = _columns(path, header, kind, building)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if owner is not None and (len(row) <= owner or row[owner].strip() != building):
                continue
            if any(cell.strip() for cell in row[len(header) :]):
                # A decimal comma parts one number into two cells: its first would be believed.
                cells = f"{len(row)} cells where the first line has {len(header)}"
                yield reader.line_num, row[time], _Unread(cells)
                continue
            if len(row) <= max(time, value):
                yield reader.line_num, "" if len(row) <= time else row[time], "(no such column)"
                continue
            yield reader.line_num, row[time], row[value]
    except csv.Error as error:
        raise _unusable(path, f"is no CSV: {error} at line {reader.line_num}") from error


def _columns(
    path: Path, header: list[str], kind: Kind, building: str | None
) -> tuple[int, int, int | None]:
    wanted = ["ts_utc", kind] + (["building_id"] if building else [])
    lacking = [name for name in wanted if name not in header]
    if lacking:
        found = ", ".join(header) or "nothing"
        raise _unusable(
            path,
            f"lacks the column {' and '.join(lacking)}; its first line has {found}",
            f"The first line must name the columns ts_utc and {kind}, parted by commas",
        )
    repeated = [name for name in wanted if header.count(name) > 1]
    if repeated:
        raise _unusable(
            path,
            f"has the column {' and '.join(repeated)} more than once",
            "Name each column once",
        )
    owner = header.index("building_id") if building else None
    return header.index("ts_utc"), header.index(kind), owner


def _parquet_rows(path: Path, kind: Kind, building: str | None) -> Iterator[_Row]:
    try:
        file = pq.ParquetFile(path)
        names = {name.lower(): name for name in file.schema_arrow.names}
        _columns(path, [name.lower() for name in file.schema_arrow.names], kind, building)
        columns = [names["ts_utc"], names[kind]]
        owner = names.get("building_id")
        table = file.read(columns=columns + ([owner] if owner else []))
    except (pa.ArrowException, OSError) as error:
        raise _unusable(path, "is a damaged Parquet file") from error
    chosen: list[bool] | None = None
    if owner:
        owners = table[owner].to_pylist()
        if building is not None:
            chosen = [name == building for name in owners]
        elif len(set(owners)) > 1:
            raise _unusable(
                path, f"holds {len(set(owners))} buildings", "Choose one with --building ID"
            )
    times = _parquet_times(path, table[columns[0]])
    values = _parquet_values(table[columns[1]])
    for number, (time, value) in enumerate(zip(times, values, strict=True), start=1):
        if chosen is None or chosen[number - 1]:
            yield number, "" if time is None else time, value


def _parquet_times(path: Path, column: pa.ChunkedArray) -> list[object]:
    if pa.types.is_timestamp(column.type):
        seconds = column.cast(pa.timestamp("s", tz=column.type.tz), safe=False)
        known = seconds.cast(pa.int64()).to_pylist()
        if column.type.tz is None:
            return [None if each is None else _Naive(each) for each in known]
        return list(known)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return list(column.to_pylist())
    raise _unusable(path, f"has a ts_utc of type {column.type}", "Expected a timestamp or text")


def _parquet_values(column: pa.ChunkedArray) -> list[object]:
    numeric = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    if numeric or pa.types.is_decimal(column.type):
        return list(column.cast(pa.float64()).to_pylist())
    return list(column.to_pylist())
