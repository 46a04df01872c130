"""What the lake promises of batches and snapshots."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, TableFeatures
from hypothesis import given, settings
from hypothesis import strategies as st

from unipact.analysis.lake import SnapshotGone
from unipact.analysis.lake.staging import content_digest, stage
from unipact.analysis.tests import worlds
from unipact.errors import Conflict, Invalid, Unavailable


def test_two_lakes_that_load_the_same_batches_agree_on_the_snapshot(tmp_path: Path) -> None:
    first, second = worlds.lake(tmp_path / "a"), worlds.lake(tmp_path / "elsewhere" / "b")
    one = worlds.batch("one", readings=worlds.readings(2, 100))
    two = worlds.batch("two", chunk=7, readings=worlds.readings(2, 50, first=5))
    for each in (one, two):
        first.publish(each)
    for each in (replace(two, key="two, again"), one):
        second.publish(each)
    assert first.resolve().id == second.resolve().id


def test_other_rows_give_another_snapshot(tmp_path: Path) -> None:
    first, second = worlds.lake(tmp_path / "a"), worlds.lake(tmp_path / "b")
    rows = worlds.readings(1, 100)
    first.publish(worlds.batch("k", readings=rows))
    second.publish(worlds.batch("k", readings=rows.slice(0, 99)))
    assert first.resolve().id != second.resolve().id


def test_the_same_batch_again_changes_nothing(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path)
    batch = worlds.batch("k", readings=worlds.readings(2, 100), meters=worlds.meters(2))
    receipt = lake.publish(batch)
    before = lake.resolve()
    assert lake.publish(batch) == receipt == lake.published("k")
    assert lake.resolve() == before
    assert DeltaTable(str(tmp_path / "plant.readings")).version() == 1


@pytest.mark.parametrize("change", ["rows", "provenance"])
def test_a_batch_key_with_other_content_is_refused(tmp_path: Path, change: str) -> None:
    lake = worlds.lake(tmp_path)
    rows = worlds.readings(2, 100)
    lake.publish(worlds.batch("k", readings=rows))
    before = lake.resolve()
    if change == "rows":
        other = worlds.batch("k", readings=rows.slice(1))
    else:
        other = worlds.batch("k", provenance=replace(worlds.PROVENANCE, owner="x"), readings=rows)
    with pytest.raises(Conflict, match="k was published before"):
        lake.publish(other)
    assert lake.resolve() == before


def test_a_doubled_key_is_refused_with_the_row_named(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path)
    rows = worlds.readings(1, 10)
    with pytest.raises(Invalid) as caught:
        lake.publish(worlds.batch("k", readings=pa.concat_tables([rows, rows.slice(3, 1)])))
    assert "plant.readings[meter=m000, ts=2018-01-01T03:00:00Z]" in str(caught.value.findings[0])
    lake.publish(worlds.batch("k", readings=rows))
    with pytest.raises(Invalid) as caught:
        lake.publish(worlds.batch("l", readings=rows.slice(9)))
    assert "is in the lake already" in str(caught.value.findings[0])
    assert lake.resolve().tables["plant.readings"].rows == 10


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("temp", float("nan"), "is not a finite number"),
        ("temp", float("inf"), "is not a finite number"),
        ("meter", None, "has no value"),
    ],
)
def test_a_bad_value_is_refused_with_the_row_named(
    tmp_path: Path, column: str, value: object, what: str
) -> None:
    rows = worlds.readings(1, 10)
    place = rows.schema.get_field_index(column)
    values = rows.column(column).to_pylist()
    values[4] = value
    rows = rows.set_column(
        place, rows.schema.field(place), pa.array(values, rows.schema[place].type)
    )
    lake = worlds.lake(tmp_path)
    with pytest.raises(Invalid) as caught:
        lake.publish(worlds.batch("k", readings=rows, meters=worlds.meters(1)))
    assert "ts=2018-01-01T04:00:00Z" in caught.value.findings[0].where
    assert what in caught.value.findings[0].what
    assert lake.resolve().tables.keys() == {"analysis.tables"}


def test_an_append_after_resolve_does_not_change_the_snapshots_files(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path)
    lake.publish(worlds.batch("a", readings=worlds.readings(1, 10)))
    before = lake.resolve()
    files = lake.files(before, "plant.readings")
    lake.publish(worlds.batch("b", readings=worlds.readings(1, 10, first=1)))
    assert lake.files(before, "plant.readings") == files
    assert lake.at(before.document) == before
    assert len(lake.files(lake.resolve(), "plant.readings")) == 2


def test_a_snapshot_of_another_lake_is_not_taken_for_ours(tmp_path: Path) -> None:
    ours, other = worlds.lake(tmp_path / "a"), worlds.lake(tmp_path / "b")
    ours.publish(worlds.batch("a", readings=worlds.readings(1, 10)))
    other.publish(worlds.batch("a", readings=worlds.readings(1, 11)))
    with pytest.raises(SnapshotGone):
        ours.at(other.resolve().document)


def test_a_lost_file_is_said_and_not_read_around(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path)
    lake.publish(worlds.batch("a", readings=worlds.readings(1, 10)))
    snapshot = lake.resolve()
    Path(lake.files(snapshot, "plant.readings")[0]).unlink()
    with pytest.raises(SnapshotGone, match="has lost"):
        lake.files(snapshot, "plant.readings")


def test_a_changed_file_is_found_by_verify(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path)
    lake.publish(worlds.batch("a", readings=worlds.readings(1, 10)))
    path = lake.files(lake.resolve(), "plant.readings")[0]
    rows = pq.read_table(path)
    temp = rows.schema.get_field_index("temp")
    pq.write_table(rows.set_column(temp, rows.schema.field(temp), pa.array([1.0] * 10)), path)
    assert "not those that were published" in lake.verify(lake.resolve())[0].what


def test_a_table_with_deletion_vectors_is_refused(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path)
    lake.publish(worlds.batch("a", readings=worlds.readings(1, 10)))
    delta = DeltaTable(str(tmp_path / "plant.readings"))
    delta.alter.add_feature(TableFeatures.DeletionVectors, allow_protocol_versions_increase=True)
    snapshot = lake.resolve()
    state = replace(snapshot.tables["plant.readings"], delta_version=2)
    with pytest.raises(Unavailable, match="deletionVectors"):
        lake.files(replace(snapshot, tables={"plant.readings": state}), "plant.readings")


@settings(max_examples=20, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 400), min_size=1, max_size=6),
    texts=st.lists(st.one_of(st.none(), st.text(max_size=5)), min_size=1, max_size=300),
)
def test_the_digest_depends_on_values_and_not_on_how_they_were_cut(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], texts: list[str | None]
) -> None:
    schema = pa.schema([pa.field("id", pa.int64(), nullable=False), pa.field("text", pa.string())])
    table = replace(worlds.METERS, schema=schema, key=("id",))
    rows = pa.table([range(len(texts)), pa.array(texts, pa.string())], schema=schema)
    folder = tmp_path_factory.mktemp("digest")
    whole = stage(table, rows.to_batches(), folder)
    pieces, start = [], 0
    for cut in [*cuts, len(texts)]:
        pieces += rows.slice(start, cut).to_batches()
        start += cut
    again = stage(table, pieces, folder)
    assert again.digest == whole.digest == content_digest(table, again.path)
    changed = [*texts[:-1], (texts[-1] or "") + "x"]
    other = pa.table([range(len(texts)), pa.array(changed, pa.string())], schema=schema)
    assert stage(table, other.to_batches(), folder).digest != whole.digest
