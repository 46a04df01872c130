"""The benchmark results: their shape, and that no row can enter without it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import COLUMNS, RESULTS, benchmarks, checked, measured, merged, table

ROW = {"name": "n", "ours": 2.0, "peer": 4, "unit": "s", "ratio": 2.0, "note": "beside a peer"}


def test_the_committed_results_have_the_agreed_shape():
    document = json.loads(RESULTS.read_text(encoding="utf-8"))

    assert set(document) - {"since"} == {"results", "machine"}
    assert set(document.get("since", {})) <= set(benchmarks())
    assert document["results"]
    for row in document["results"]:
        assert checked(row, "results.json") == row
        assert list(row) == list(COLUMNS)


def test_the_committed_results_come_from_the_benchmarks_that_there_are():
    assert {Path(run.__code__.co_filename).stem for run in benchmarks().values()} == set(
        benchmarks()
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"ratio": float("nan")},
        {"ours": "2"},
        {"peer": True},
        {"note": ""},
        {"unit": None},
        {"extra": 1},
    ],
)
def test_a_row_of_another_shape_is_refused(wrong):
    with pytest.raises(ValueError, match="bench"):
        checked(ROW | wrong, "bench")


def test_a_row_without_a_column_is_refused():
    with pytest.raises(ValueError, match="columns"):
        checked({key: ROW[key] for key in COLUMNS if key != "peer"}, "bench")


def test_an_unknown_benchmark_is_named():
    with pytest.raises(ValueError, match="nothing_of_that_name is no benchmark"):
        benchmarks(["nothing_of_that_name"])


def test_the_full_size_is_asked_of_those_that_have_one():
    asked = []

    def sized(*, long):
        asked.append(long)
        return [ROW]

    assert measured(sized, "bench", long=True) == [ROW]
    assert measured(lambda: [ROW], "bench", long=True) == [ROW]
    assert asked == [True]


def test_the_table_lines_up():
    first, second = table([ROW]).splitlines()

    assert first.index("unit") == second.index("s", 1)


def test_a_benchmark_run_alone_leaves_the_rows_of_the_others():
    before = {
        "results": [ROW, ROW | {"name": "again", "ours": 1.0}],
        "machine": {"commit": "a"},
        "since": {"first": {"commit": "b"}},
    }

    after = merged(
        before,
        [ROW | {"name": "again", "ours": 3.0}, ROW | {"name": "new"}],
        {"second": {"commit": "c"}},
    )

    assert [(row["name"], row["ours"]) for row in after["results"]] == [
        ("n", 2.0),
        ("again", 3.0),
        ("new", 2.0),
    ]
    assert after["machine"] == {"commit": "a"}
    assert after["since"] == {"first": {"commit": "b"}, "second": {"commit": "c"}}
    assert before["results"][1]["ours"] == 1.0
