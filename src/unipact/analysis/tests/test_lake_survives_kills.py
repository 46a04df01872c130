"""An import that is killed anywhere leaves the lake as it was, and its next attempt completes."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from unipact.analysis.lake import Lake
from unipact.analysis.registry import Batch
from unipact.analysis.tests import worlds

STEPS = (
    "staged",
    "checked",
    "moved plant.meters",
    "committed plant.meters",
    "moved plant.readings",
    "committed plant.readings",
    "appended",
)


def _publish(lake: Lake, key: str, seed: int, fatal: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "unipact.analysis.tests.publish_and_die"]
    return subprocess.Popen(
        [*command, str(lake.root), key, str(seed), fatal], stdout=subprocess.PIPE, text=True
    )


def _run(lake: Lake, key: str, seed: int, fatal: str = "") -> int:
    process = _publish(lake, key, seed, fatal)
    process.communicate(timeout=120)
    return process.returncode


def _batch(key: str, seed: int) -> Batch:
    return worlds.batch(
        key,
        readings=worlds.readings(3, 2_000, seed=seed, first=10 * seed),
        meters=worlds.meters(3, first=10 * seed),
    )


def _id_of(folder: Path, *batches: Batch) -> str:
    """The snapshot that a lake without accidents has after ``batches``."""
    lake = worlds.lake(folder)
    for each in batches:
        lake.publish(each)
    return lake.resolve().id


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_after_any_step_is_invisible_and_the_next_attempt_completes(
    tmp_path: Path, step: str
) -> None:
    lake = worlds.lake(tmp_path / "lake")
    lake.publish(_batch("first", 1))
    before = lake.resolve()

    assert _run(lake, "second", 2, fatal=step) == -signal.SIGKILL
    assert lake.resolve() == before
    assert lake.verify(before) == []

    lake.publish(_batch("second", 2))
    after = lake.resolve()
    assert after.id == _id_of(tmp_path / "calm", _batch("first", 1), _batch("second", 2))
    assert lake.verify(after) == []
    assert lake.verify(lake.at(before.document)) == []


def test_a_kill_after_the_catalog_leaves_the_batch_whole(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path / "lake")
    assert _run(lake, "only", 1, fatal="catalogued") == -signal.SIGKILL
    assert lake.resolve().id == _id_of(tmp_path / "calm", _batch("only", 1))
    assert lake.published("only") is not None


@pytest.mark.parametrize("step", ["committed plant.meters", "appended"])
def test_what_a_killed_batch_left_is_undone_before_another_appends(
    tmp_path: Path, step: str
) -> None:
    lake = worlds.lake(tmp_path / "lake")
    lake.publish(_batch("first", 1))
    _run(lake, "killed", 2, fatal=step)
    lake.publish(_batch("other", 3))
    snapshot = lake.resolve()
    assert snapshot.id == _id_of(tmp_path / "calm", _batch("first", 1), _batch("other", 3))
    assert lake.verify(snapshot) == []

    lake.publish(_batch("killed", 2))
    assert {name: state.rows for name, state in lake.resolve().tables.items()} == {
        "plant.meters": 9,
        "plant.readings": 18_000,
        "analysis.tables": 2,
    }
    assert lake.verify(lake.resolve()) == []


def test_two_processes_with_the_same_batch_make_one_commit(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path / "lake")
    both = [_publish(lake, "same", 4) for _ in range(2)]
    answers = [each.communicate(timeout=120)[0] for each in both]
    assert answers == ["acknowledged\n"] * 2
    assert lake.resolve().tables["plant.readings"].version == 1
    assert len(lake.files(lake.resolve(), "plant.readings")) == 1


@pytest.mark.long
def test_kills_at_random_moments_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    dice = random.Random(20_190_611)
    lake = worlds.lake(tmp_path / "lake")
    acknowledged: set[str] = set()
    for number in range(40):
        key, wait = f"batch-{number % 25}", dice.uniform(0.3, 1.3)
        process = _publish(lake, key, number % 25)
        try:
            output, _ = process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
        if "acknowledged" in output:
            acknowledged.add(key)
        snapshot = lake.resolve()
        assert all(lake.published(each) for each in acknowledged)
        assert snapshot.tables.keys() in ({"analysis.tables"}, {*worlds.TABLES, "analysis.tables"})
        assert lake.verify(snapshot) == []
    for number in range(25):
        lake.publish(_batch(f"batch-{number}", number))
    calm = _id_of(tmp_path / "calm", *(_batch(f"batch-{n}", n) for n in range(25)))
    assert lake.resolve().id == calm
