"""What an installation holds, read without our own code: SQL, Delta and Parquet by themselves."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from deltalake import DeltaTable

from tests.databases import is_postgresql, reader


@dataclass(frozen=True)
class Records:
    """Versions as (agreement, number, hash, parties), evaluations as (day, hash); none is half."""

    versions: tuple[tuple[str, int, str, int], ...]
    evaluations: tuple[tuple[str, str], ...]


def records(home: Path) -> Records:
    """The records of ``home``; what is half there fails at once."""
    with reader(home) as connection:

        def ask(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        if not is_postgresql():
            assert ask("PRAGMA integrity_check") == [("ok",)]
            assert ask("PRAGMA foreign_key_check") == []
        agreements = {row[0]: row[1] for row in ask("SELECT id, slug FROM agreement_agreement")}
        parties: dict[int, int] = defaultdict(int)
        for (agreement,) in ask("SELECT agreement_id FROM agreement_agreement_parties"):
            parties[agreement] += 1
        versions = []
        for agreement, number, original, file_sha256, sha256 in ask(
            "SELECT agreement_id, n, original, file_sha256, sha256"
            " FROM agreement_agreementversion ORDER BY agreement_id, n"
        ):
            assert hashlib.sha256(bytes(original)).hexdigest() == file_sha256
            versions.append((agreements[agreement], number, sha256, parties[agreement]))
        assert {each[0] for each in versions} == set(agreements.values())
        assert all(each[3] == 2 for each in versions)
        evaluations = []
        for as_of, document, sha256 in ask(
            "SELECT as_of, document, sha256 FROM agreement_evaluation ORDER BY as_of, sha256"
        ):
            assert hashlib.sha256(bytes(document)).hexdigest() == sha256
            evaluations.append((str(as_of), sha256))
    assert len(set(evaluations)) == len(evaluations)
    return Records(tuple(versions), tuple(evaluations))


def lake(home: Path) -> Mapping[str, Mapping[str, int]]:
    """Batch → rows by table, as the catalog says; the rows of every table are there to match."""
    root = home / "lake"
    if not DeltaTable.is_deltatable(str(root / "_catalog")):
        return {}
    batches: dict[str, dict[str, int]] = defaultdict(dict)
    newest: dict[str, int] = {}
    promised: dict[str, int] = defaultdict(int)
    for row in DeltaTable(str(root / "_catalog")).to_pyarrow_table().to_pylist():
        batches[row["batch_key"]][row["table"]] = row["rows"]
        newest[row["table"]] = max(newest.get(row["table"], 0), row["delta_version"])
        promised[row["table"]] += row["rows"]
    for name, version in newest.items():
        table = DeltaTable(str(root / name), version=version)
        files = [root / name / Path(each).name for each in table.file_uris()]
        assert sum(pq.read_table(each).num_rows for each in files) == promised[name], name
    return dict(batches)
