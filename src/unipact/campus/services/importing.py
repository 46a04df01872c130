"""Importing a file into the lake.

Each importer turns one file into a batch. It hashes the file at once and reads it when the lake
asks for the rows, so a file that the lake already holds is not read again. A batch is named by
the content of its files, the options and the importer's version: the same file in another folder
is the same batch. Nothing is published unless every row was found right.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from unipact.analysis.registry import Batch, Importer, ImportSource
from unipact.campus.formats.buildings import read_buildings
from unipact.campus.formats.hourly import read_grid_carbon, read_weather
from unipact.campus.formats.readings import Rules, read_readings
from unipact.campus.tables import (
    BRICK_METERS,
    BUILDINGS,
    GRID_CARBON,
    METERS,
    READINGS,
    WEATHER,
)
from unipact.errors import Finding, Invalid, NotFound

IMPORTER_VERSION = 1
HOUR_S = 3600

Rows = Callable[[], Iterator[pa.RecordBatch]]


def buildings_import(source: ImportSource) -> Batch:
    """Import a list of buildings and their meters into ``campus.buildings`` and ``campus.meters``.

    Raises:
        NotFound: there is no such file.
        Invalid: an option is unknown, or (when the rows are asked for) a row is wrong.
    """
    path = _file(source)
    _options(source, {})

    def buildings() -> Iterator[pa.RecordBatch]:
        rows = [
            {
                "building_id": each.building_id,
                "name_en": each.name_en,
                "name_zh": each.name_zh,
                "zone": each.zone,
                "brick_class": "Building",
                "note_en": each.note_en,
                "note_zh": each.note_zh,
            }
            for each in read_buildings(path)
        ]
        yield pa.RecordBatch.from_pylist(rows, schema=BUILDINGS.schema)

    def meters() -> Iterator[pa.RecordBatch]:
        rows = [
            {
                "building_id": each.building_id,
                "meter": kind,
                "brick_class": BRICK_METERS[kind][0],
                "point_class": BRICK_METERS[kind][1],
                "interval_s": HOUR_S,
            }
            for each in read_buildings(path)
            for kind in each.meters
        ]
        yield pa.RecordBatch.from_pylist(rows, schema=METERS.schema)

    return _batch(source, [path], {}, {BUILDINGS.name: buildings, METERS.name: meters})


def readings_import(source: ImportSource) -> Batch:
    """Import hourly readings into ``campus.readings``.

    Options: ``buildings``, the list that the meters must be on, as a path from the folder of the
    readings; ``zero_is_missing`` (true) and ``spike_factor`` (10), see
    ``unipact.campus.formats.readings``.

    Raises:
        NotFound: there is no such file.
        Invalid: an option is wrong, or (when the rows are asked for) a row is.
    """
    path = _file(source)
    known = {"buildings": str, "zero_is_missing": bool, "spike_factor": int}
    options = _options(source, known)
    if "buildings" not in options:
        finding = Finding(f"{path.name} options.buildings", "is missing", "Name the file.")
        raise Invalid("the import was not started", findings=[finding])
    listed = path.parent / str(options["buildings"])
    if not listed.is_file():
        raise NotFound(f"there is no file {listed}")
    rules = Rules(
        zero_is_missing=bool(options.get("zero_is_missing", True)),
        spike_factor=int(options.get("spike_factor", 10)),
    )
    if rules.spike_factor < 1:
        finding = Finding(f"{path.name} options.spike_factor", "must be 1 or more")
        raise Invalid("the import was not started", findings=[finding])

    def readings() -> Iterator[pa.RecordBatch]:
        with read_readings(path, read_buildings(listed), rules) as found:
            yield from found.batches()

    said = {"zero_is_missing": rules.zero_is_missing, "spike_factor": rules.spike_factor}
    return _batch(source, [path, listed], said, {READINGS.name: readings})


def weather_import(source: ImportSource) -> Batch:
    """Import hourly air temperature into ``campus.weather``; errors as ``buildings_import``."""
    path = _file(source)
    _options(source, {})

    def weather() -> Iterator[pa.RecordBatch]:
        with read_weather(path) as batches:
            yield from batches

    return _batch(source, [path], {}, {WEATHER.name: weather})


def grid_carbon_import(source: ImportSource) -> Batch:
    """Import hourly carbon intensity into ``campus.grid_carbon``; errors as above."""
    path = _file(source)
    _options(source, {})

    def carbon() -> Iterator[pa.RecordBatch]:
        with read_grid_carbon(path) as batches:
            yield from batches

    return _batch(source, [path], {}, {GRID_CARBON.name: carbon})


#: The kinds of file that a sources file may name for this field.
IMPORTERS: Mapping[str, Importer] = {
    "buildings": buildings_import,
    "meter-readings": readings_import,
    "weather": weather_import,
    "grid-carbon": grid_carbon_import,
}


def _file(source: ImportSource) -> Path:
    if len(source.files) != 1:
        finding = Finding(source.kind, f"takes one file and got {len(source.files)}")
        raise Invalid("the import was not started", findings=[finding])
    path = next(iter(source.files.values()))
    if not path.is_file():
        raise NotFound(f"there is no file {path}")
    return path


def _options(source: ImportSource, known: Mapping[str, type]) -> Mapping[str, str | int | bool]:
    findings = []
    for name, value in sorted(source.options.items()):
        place = f"{source.kind} options.{name}"
        if name not in known:
            mend = f"It knows: {', '.join(known) or 'none'}."
            findings.append(Finding(place, "is no option", mend))
        elif type(value) is not known[name]:
            findings.append(Finding(place, f"{value!r} is no {known[name].__name__}"))
    if findings:
        raise Invalid("the import was not started", findings=findings)
    return source.options


def _batch(
    source: ImportSource,
    files: list[Path],
    options: Mapping[str, str | int | bool],
    tables: Mapping[str, Rows],
) -> Batch:
    sha = hashlib.sha256(json.dumps(options, sort_keys=True).encode())
    for path in files:
        with path.open("rb") as stream:
            sha.update(hashlib.file_digest(stream, "sha256").digest())
    key = f"campus.{source.kind}/{IMPORTER_VERSION}:sha256:{sha.hexdigest()}"
    return Batch(key=key, provenance=source.provenance, tables=tables)
