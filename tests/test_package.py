"""What an installation without the source folder gets: the wheel holds everything that runs."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src/unipact"
DATA = ("*.json", "*.html", "*.css", "*.js", "*.svg", "*.woff2", "*.mo", "*.txt", "*.typed")


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of a wheel built here, without isolation and without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def _of_the_package(pattern: str) -> set[str]:
    return {
        f"unipact/{path.relative_to(PACKAGE)}"
        for path in PACKAGE.rglob(pattern)
        if not {"tests", "__pycache__"} & set(path.relative_to(PACKAGE).parts)
    }


@pytest.mark.parametrize("pattern", ["*.py", *DATA])
def test_the_wheel_holds_the_files_of_the_package(names, pattern):
    assert _of_the_package(pattern) <= names


def test_the_wheel_holds_no_tests(names):
    assert not [name for name in names if "/tests/" in name]


def test_the_wheel_carries_the_licence_and_the_notice(names):
    assert {Path(name).name for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_the_package_says_that_it_is_typed(names):
    assert "unipact/py.typed" in names
