"""Make the data files of the example from the archives that they come from.

    python tools/example_data.py ARCHIVE_FOLDER [OUTPUT_FOLDER]

``ARCHIVE_FOLDER`` holds two Parquet files taken, unchanged in content, from the *Cambridge
University Estates building energy usage archive* v2.1 (see ``LICENCES.md`` beside the output):

``cambridge_hourly_2014_2019.parquet``
    ``building_id, meter, ts_utc, kwh``: one row for each meter and hour (``kwh`` is float32);
``cambridge_weather_carbon_2014_2019.parquet``
    ``ts_utc, temp_c, …, kgco2_per_kwh``: one row for each hour.

What this does to them: it keeps the electricity meters and, of the weather, the air temperature;
it writes every number as the decimal that the archive publishes (0.1 kWh, 0.1 degree Celsius,
0.001 kg/kWh) in place of the nearest float; and it sorts. No value is changed, none is left out.
Run twice, it writes the same bytes.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

DEFAULT_OUTPUT = Path(__file__).parents[1] / "examples" / "usst-huawei-2019" / "data"
ZONE = "Europe/London"
UTC_MICROSECONDS = pa.timestamp("us", tz="UTC")


def decimal_column(values: pa.ChunkedArray, digits: int, decimals: int) -> pa.ChunkedArray:
    """The decimal that each float stands for; a float that stands for none stops the script."""
    floats = pc.cast(values, pa.float64())
    rounded = pc.round(floats, decimals)
    apart = pc.max(pc.abs(pc.subtract(floats, rounded))).as_py()
    tolerance = 1e-3 * 10**-decimals * max(1.0, pc.max(pc.abs(floats)).as_py() / 100)
    if apart > tolerance:
        raise SystemExit(f"values differ from {decimals} decimals by up to {apart}")
    return pc.cast(rounded, pa.decimal128(digits, decimals))


def write(table: pa.Table, path: Path) -> None:
    """Write small: delta-encoded integers and decimals, zstd."""
    strings = [each.name for each in table.schema if pa.types.is_string(each.type)]
    encodings = {name: "DELTA_BINARY_PACKED" for name in table.column_names if name not in strings}
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=strings,
        column_encoding=encodings,
        store_decimal_as_integer=True,
        row_group_size=1 << 19,
        version="2.6",
    )
    print(f"{path.name}: {table.num_rows} rows, {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Write the four files."""
    archive = Path(sys.argv[1])
    output = Path(sys.argv[2]) if len(sys.argv) > 2 else DEFAULT_OUTPUT
    output.mkdir(parents=True, exist_ok=True)

    meters = pq.read_table(archive / "cambridge_hourly_2014_2019.parquet")
    meters = meters.filter(pc.field("meter") == "electricity")
    meters = meters.sort_by([("building_id", "ascending"), ("ts_utc", "ascending")])
    readings = pa.table(
        {
            "building_id": pc.cast(meters["building_id"], pa.string()),
            "meter": pc.cast(meters["meter"], pa.string()),
            "ts_utc": pc.cast(meters["ts_utc"], UTC_MICROSECONDS),
            "kwh": decimal_column(meters["kwh"], 9, 1),
        }
    )
    write(readings, output / "readings.parquet")

    hours = pq.read_table(archive / "cambridge_weather_carbon_2014_2019.parquet")
    hours = hours.sort_by("ts_utc")
    ts_utc = pc.cast(hours["ts_utc"], UTC_MICROSECONDS)
    weather = pa.table({"ts_utc": ts_utc, "temp_c": decimal_column(hours["temp_c"], 5, 1)})
    write(weather, output / "weather.parquet")
    factor = decimal_column(hours["kgco2_per_kwh"], 6, 3)
    write(pa.table({"ts_utc": ts_utc, "kgco2_per_kwh": factor}), output / "carbon.parquet")

    with (output / "buildings.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(
            [
                "building_id",
                "name_en",
                "name_zh",
                "zone",
                "meters",
                "note_en",
                "note_zh",
            ]
        )
        for building in sorted(set(readings["building_id"].to_pylist()), key=lambda b: int(b[1:])):
            rows.writerow(
                [
                    building,
                    f"Building {building}",
                    f"建筑 {building}",
                    ZONE,
                    "electricity",
                    "A building of the University of Cambridge, standing in for one of the campus",
                    "剑桥大学的一座建筑，代替本校园的建筑",
                ]
            )


if __name__ == "__main__":
    main()
