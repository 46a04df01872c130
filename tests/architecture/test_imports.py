"""The import contracts of pyproject.toml, each broken once on purpose.

A contract that nobody has seen fail may be one that cannot. Each case writes a violation into a
copy of the package and expects the linter to name the contract.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}
# (contract, file inside src/unipact, what is appended to it)
VIOLATIONS = [
    ("packages", "agreement/engine/terms.py", "import unipact.campus.engine"),
    ("packages", "agreement/engine/terms.py", "import unipact.analysis.registry"),
    ("packages", "analysis/registry.py", "import unipact.campus.engine"),
    ("packages", "campus/engine/__init__.py", "import unipact.installation"),
    ("packages", "installation.py", "import unipact.web"),
    ("packages", "web/__init__.py", "import unipact.cli"),
    ("packages", "errors.py", "import unipact.agreement.engine.terms"),
    (
        "packages",
        "agreement/engine/terms.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import unipact.campus.engine",
    ),
    ("packages", "elsewhere.py", "A_PACKAGE_THAT_NOBODY_HAS_PLACED = True"),
    ("rooms", "agreement/engine/terms.py", "import unipact.agreement.services"),
    ("rooms", "agreement/services.py", "import unipact.agreement.urls"),
    ("rooms", "analysis/registry.py", "import unipact.analysis.lake"),
    ("rooms", "campus/engine/__init__.py", "import unipact.campus.tables"),
    ("rooms", "campus/utils.py", "A_ROOM_THAT_NOBODY_HAS_PLACED = True"),
    ("shell", "web/demo.py", "import unipact.web.views"),
    ("shell", "web/helpers.py", "A_ROOM_THAT_NOBODY_HAS_PLACED = True"),
    ("pure", "campus/engine/series.py", "import django.db"),
    ("pure", "agreement/formats/__init__.py", "import django"),
    ("pure", "agreement/engine/terms.py", "import unipact.agreement.models"),
    ("headless", "campus/tables.py", "import django.utils.timezone"),
    ("headless", "installation.py", "import unipact.agreement.models"),
    ("no-tests", "installation.py", "import tests.strategies"),
    ("no-tests", "campus/engine/series.py", "import benchmarks"),
    ("own-tests", "analysis/registry.py", "import unipact.analysis.tests"),
    ("own-models", "web/__init__.py", "import unipact.agreement.models"),
]


def _linted(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package: its Python files and the contracts."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for file in (ROOT / "src").rglob("*.py"):
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    return folder


def test_the_package_keeps_every_contract(package):
    done = _linted(package)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("contract", "file", "violation"), VIOLATIONS)
def test_a_violation_breaks_its_contract(package, contract, file, violation):
    place = package / "src/unipact" / file
    before = place.read_bytes() if place.is_file() else None
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes((before or b"") + f"\n{violation}\n".encode())
    try:
        done = _linted(package)
    finally:
        if before is None:
            place.unlink()
        else:
            place.write_bytes(before)

    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{CONTRACTS[contract]} BROKEN" in done.stdout


def test_every_contract_is_broken_by_some_violation():
    assert {contract for contract, _, _ in VIOLATIONS} == set(CONTRACTS)
