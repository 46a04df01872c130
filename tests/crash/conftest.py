"""Installations to kill: made once, copied for each kill."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from tests.contract.command import command, environment
from tests.crash.world import small_example
from tests.databases import copy_database, drop_database

ROOT = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything beside this file kills processes that write to the database of the run."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.db)


def do(*arguments: str | Path, home: Path) -> None:
    """Run `unipact`; it must succeed."""
    subprocess.run(
        command(*arguments), env=environment(home), cwd=ROOT, check=True, capture_output=True
    )


@pytest.fixture(scope="session")
def agreement_file(tmp_path_factory) -> Path:
    return small_example(tmp_path_factory.mktemp("small") / "example")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory) -> Path:
    """An installation without a record."""
    home: Path = tmp_path_factory.mktemp("migrated")
    do("manage", "migrate", "-v0", home=home)
    return home


@pytest.fixture(scope="session")
def imported(migrated, agreement_file, tmp_path_factory) -> Path:
    """The agreement in force, and its data in the lake."""
    home = copy_of(migrated, tmp_path_factory.mktemp("imported") / "home")
    do("agreement", "import", agreement_file, "--in-force", home=home)
    do("run", agreement_file, home=home)
    return home


@pytest.fixture(scope="session")
def evaluated(imported, agreement_file, tmp_path_factory) -> Path:
    """The same, evaluated as of the last day."""
    home = copy_of(imported, tmp_path_factory.mktemp("evaluated") / "home")
    do("agreement", "evaluate", agreement_file, home=home)
    return home


def copy_of(source: Path, home: Path) -> Path:
    """A new installation that holds what ``source`` holds."""
    shutil.copytree(source, home, ignore=shutil.ignore_patterns("*.sqlite3*"))
    copy_database(source, home)
    return home


@pytest.fixture
def copies(tmp_path) -> Callable[[Path], Path]:
    """Makes copies of an installation, each in a folder of its own."""
    numbers = count(1)
    return lambda source: copy_of(source, tmp_path / f"home-{next(numbers)}")


def leave(home: Path) -> None:
    """Take a copy away."""
    drop_database(home)
    shutil.rmtree(home)
