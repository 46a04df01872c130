"""A command that is killed while it imports leaves nothing half-done."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from unipact.analysis.lake import Lake
from unipact.campus.tests.lakes import DATA, FILES, example_lake, load, registry

EXAMPLE = DATA.parent / "agreement.toml"
READINGS = "campus.readings"


def command(home: Path) -> list[str]:
    run = "from unipact.cli import main; main()"
    return [sys.executable, "-c", run, "run", str(EXAMPLE), "--home", str(home), "--json"]


def killed_once(home: Path, moment: Path) -> None:
    """Start the command and kill it as soon as there is a file that matches ``moment``."""
    process = subprocess.Popen(
        command(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment()
    )
    while process.poll() is None:
        if any(moment.parent.glob(moment.name)):
            process.send_signal(signal.SIGKILL)
            break
    assert process.wait() == -signal.SIGKILL, "the command ended before it could be killed"


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def test_a_killed_import_shows_no_reading_and_the_next_import_completes_it(
    tmp_path: Path,
) -> None:
    root = tmp_path / "lake"
    # The readings lie in their table, and the catalog does not know of them yet. The lake's own
    # tests kill it at every other step.
    killed_once(tmp_path, root / READINGS / "part-*.parquet")
    lake = Lake(root, registry().tables)
    seen = lake.resolve().tables.get(READINGS)
    assert seen is None or seen.rows == 1_630_104
    for kind, name in FILES.items():
        load(lake, kind, DATA / name)
    found = lake.resolve()
    assert found.tables[READINGS].rows == 1_630_104
    whole = example_lake().resolve()
    for table in ("campus.buildings", "campus.meters", READINGS, "campus.weather"):
        assert found.tables[table].digest == whole.tables[table].digest
    assert lake.verify(found) == []


def test_the_same_files_in_another_folder_are_the_same_batches(tmp_path: Path) -> None:
    lake = example_lake()
    before = lake.resolve()
    for kind, name in FILES.items():
        copy = Path(shutil.copy(DATA / name, tmp_path / name))
        load(lake, kind, copy)
    assert lake.resolve() == before
