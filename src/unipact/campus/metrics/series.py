"""Rows of the lake as the engine's hourly series, and the engine's answer as rows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unipact.agreement.engine.terms import Span
from unipact.campus.engine.series import Hourly, Intervals, Window

_HOUR_US = 3_600_000_000
_DAY_D = np.timedelta64(1, "D")


def hourly_by_building(rows: pa.Table) -> dict[str, Hourly]:
    """Readings (``building_id, ts, kwh``) sorted by building, as one series for each."""
    if not rows.num_rows:
        return {}
    names = rows["building_id"].combine_chunks().dictionary_encode()
    codes = names.indices.to_numpy()
    hours = _hours(rows["ts"])
    values = rows["kwh"].cast(pa.float64()).to_numpy()
    edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
    found = {}
    for first, last in pairwise(edges):
        name = names.dictionary[int(codes[first])].as_py()
        found[name] = Hourly.from_hours(hours[first:last], values[first:last])
    return found


def hourly_weather(rows: pa.Table) -> Hourly:
    """Temperatures (``ts, temp_c``) as a series; hours without one are missing."""
    known = rows.filter(pc.is_valid(rows["temp_c"]))
    return Hourly.from_hours(_hours(known["ts"]), known["temp_c"].cast(pa.float64()).to_numpy())


def window_of(span: Span) -> Window:
    """The same days as the engine says them."""
    return Window(span.start, span.until)


def _hours(column: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.int64]]:
    micros: np.ndarray[Any, np.dtype[np.int64]] = column.cast(pa.int64()).to_numpy()
    return micros // _HOUR_US


def daily_sums(meters: Mapping[str, Intervals]) -> pa.Table:
    """One row for each day that counts, summed over the meters in the order of their ids.

    Columns ``start, until`` (days), ``meters`` (how many count on that day) and
    ``observed_kwh, expected_kwh, avoided_kwh``.
    """
    days = [each.days[each.counted] for each in meters.values()]
    labels = np.unique(np.concatenate([np.empty(0, "datetime64[D]"), *days]))
    sums = {name: np.zeros(len(labels)) for name in ("observed", "expected", "avoided")}
    count = np.zeros(len(labels), dtype=np.int64)
    for _, each in sorted(meters.items()):
        counted = each.counted
        place = np.searchsorted(labels, each.days[counted])
        for name in sums:
            sums[name] += np.bincount(place, getattr(each, name)[counted], len(labels))
        count[np.unique(place)] += 1
    return pa.table(
        {
            "start": pa.array(labels, pa.date32()),
            "until": pa.array(labels + _DAY_D, pa.date32()),
            "meters": pa.array(count, pa.int64()),
            **{f"{name}_kwh": pa.array(total, pa.float64()) for name, total in sums.items()},
        }
    )
