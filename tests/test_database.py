"""The two databases of the suite: which one a run is on, and that nothing of it is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]


def test_a_run_is_on_the_database_that_was_asked_for(db):
    wanted = "postgresql" if os.environ.get("UNIPACT_DATABASE_URL") else "sqlite"

    assert connection.vendor == wanted


def test_the_throw_away_postgresql_ends_with_its_command():
    code = "import os; print(os.environ['UNIPACT_DATABASE_URL']); raise SystemExit(3)"

    done = subprocess.run(
        [sys.executable, ROOT / "tools/postgres.py", "--", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3, done.stderr
    folder = Path(done.stdout.strip().partition("?host=")[2])
    assert folder.name.startswith("upg-")
    assert not folder.exists()
