"""The files that the example ships: what their sources file says of them is true."""

from __future__ import annotations

import hashlib
import random
import tomllib
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from unipact.campus.field import FIELD
from unipact.campus.tests.lakes import DATA, FILES, lake_of, written

SOURCES = tomllib.loads((DATA.parent / "sources.toml").read_text(encoding="utf-8"))
MEGABYTE = 1_000_000


def test_every_source_has_an_importer_and_the_digest_that_is_named() -> None:
    assert SOURCES["as_of"] == date(2019, 12, 31)
    assert {each["kind"] for each in SOURCES["import"]} == set(FIELD.importers)
    for each in SOURCES["import"]:
        content = (DATA.parent / each["path"]).read_bytes()
        assert each["sha256"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert FILES[each["kind"]] == Path(each["path"]).name


def test_attributions_are_those_of_the_licence_file_in_both_languages() -> None:
    licences = (DATA.parent / "LICENCES.md").read_text(encoding="utf-8")
    for each in SOURCES["import"]:
        assert each["licence"]["en"].split(" License")[0] in licences
        for text in (each["source"], each["licence"], each["attribution"]):
            assert text["en"]
            assert text["zh"]
    for wanted in (
        "10.5281/zenodo.10955332",
        "Contains public sector information licensed under the Open Government Licence v3.0",
        "Supported by National Grid ESO Open Data",
    ):
        assert wanted in licences
        assert any(wanted in each["attribution"]["en"] for each in SOURCES["import"])


def test_the_shipped_files_are_small_and_hold_no_share_alike_data() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 8 * MEGABYTE
    assert {path.name for path in DATA.iterdir()} == set(FILES.values())
    readings = pq.read_table(DATA / "readings.parquet", columns=["building_id", "meter"])
    assert readings.num_rows == 1_630_104
    assert set(readings["meter"].unique().to_pylist()) == {"electricity"}
    # Cambridge's anonymous ids; the share-alike archive names its buildings otherwise.
    assert all(
        name[0] == "b" and name[1:].isdigit()
        for name in readings["building_id"].unique().to_pylist()
    )


def test_the_order_of_the_rows_of_a_file_does_not_change_what_is_published(tmp_path: Path) -> None:
    lines = [
        f"{building},electricity,2019-07-{day:02d}T{hour:02d}:00:00Z,{day * hour / 10 + 0.1:.1f}"
        for building in ("b1", "b2")
        for day in range(1, 4)
        for hour in range(24)
    ]
    shuffled = random.Random(7).sample(lines, len(lines))
    found = []
    for name, rows in (("sorted", lines), ("shuffled", [*shuffled, shuffled[0]])):
        folder = tmp_path / name
        folder.mkdir()
        files = {
            "buildings": written(
                folder,
                "buildings",
                [f"{each},One,一,Asia/Shanghai,electricity" for each in ("b1", "b2")],
            ),
            "meter-readings": written(folder, "meter-readings", rows),
        }
        found.append(lake_of(folder / "lake", files).resolve())
    assert found[0].tables["campus.readings"].digest == found[1].tables["campus.readings"].digest
