"""Read the hourly energy of many meters from one Parquet file, for calibration."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unipact.campus.engine.series import Hourly
from unipact.errors import Finding, Invalid, NotFound

_COLUMNS = ("building_id", "ts_utc", "kwh")


def read_meters(path: Path, *, zeros_missing: bool) -> dict[str, Hourly]:
    """Return building id → hourly energy (kWh), in the order of the ids.

    Args:
        path: Parquet with ``building_id``, ``ts_utc`` (a timestamp) and ``kwh``; rows of another
            ``meter`` than electricity are left out.
        zeros_missing: take exact zeros as missing, as archives store them.

    Raises:
        NotFound: there is no such file.
        Invalid: it cannot be read, lacks a column, or has a meter twice at one hour.
    """
    if not path.exists():
        raise NotFound(
            f"{path}: there is no such file", findings=[Finding(str(path), "no such file")]
        )
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise _invalid(path, "is no readable Parquet file") from error
    lacking = [name for name in _COLUMNS if name not in table.column_names]
    if lacking:
        raise _invalid(path, f"lacks the column {' and '.join(lacking)}")
    if "meter" in table.column_names:
        table = table.filter(pc.equal(table["meter"], "electricity"))
    if table.num_rows == 0:
        raise _invalid(path, "holds no electricity readings")
    names = np.asarray(table["building_id"].to_pylist())
    seconds = table["ts_utc"].cast(pa.timestamp("s", tz="UTC"), safe=False)
    hours = np.asarray(seconds.cast(pa.int64()).to_numpy(), dtype=np.int64) // 3600
    kwh = np.asarray(table["kwh"].cast(pa.float64()).to_numpy(), dtype=np.float64).copy()
    if zeros_missing:
        kwh[kwh == 0] = np.nan
    found = {}
    for name in sorted(set(names.tolist()), key=lambda each: (len(each), each)):
        mine = names == name
        if len(np.unique(hours[mine])) != int(mine.sum()):
            raise _invalid(path, f"has {name} twice at one hour")
        found[name] = Hourly.from_hours(hours[mine], kwh[mine])
    return found


def _invalid(path: Path, what: str) -> Invalid:
    return Invalid(f"{path} {what}", findings=[Finding(str(path), what)])
