"""One home folder with the example in it, for every test of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.command import EXAMPLE, unipact


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def printed(home: Path) -> bytes:
    """What `unipact run --json` prints of the example; its data are in ``home`` from then on."""
    done = unipact("run", EXAMPLE / "agreement.toml", "--json", home=home)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
