"""Consents a second, each with its commit, to what the other party proposed before.

Processes act through the product's own services, keys inside, each on an agreement of its own, or
all on one. Beside it stands the least that as many durable commits cost: the same entries signed,
cosigned by both and inserted by bare SQL in as many transactions. Databases are as durable as they
ship: PostgreSQL with fsync on, SQLite with synchronous=FULL.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.api import DURABLE
from tools.postgres import server as postgres

ROOT = Path(__file__).resolve().parent.parent
_UNIPACT = str(Path(sys.executable).parent / "unipact")
_SHORT, _LONG = (0.5, 3), (3.0, 5)
_MOST = 4
#: Nobody consents more often in a second, so that what was made ready is enough.
_FASTEST = 500
_DURABLE = {"SQLite": "synchronous=FULL", "PostgreSQL": "fsync and synchronous_commit on"}

Row = dict[str, Any]


def run(*, long: bool = False) -> list[Row]:
    """Return the rows: one and four processes, on SQLite and on PostgreSQL.

    Raises:
        RuntimeError: a process failed.
        FileNotFoundError: PostgreSQL is not installed.
    """
    seconds, rounds = _LONG if long else _SHORT
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="unipact-bench-") as folder:
        for name, environment in _databases(Path(folder)):
            _do(environment, "manage", "migrate", "-v0")
            _end(_start(environment, "prepare", str(_MOST)))
            rows += _rows(name, environment, seconds, rounds)
    return rows


@contextmanager
def _at(folder: Path, url: str = "") -> Iterator[Mapping[str, str]]:
    folder.mkdir()
    yield {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "unipact.settings.demo",
        "UNIPACT_HOME": str(folder),
        "UNIPACT_DATABASE_URL": url,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _databases(folder: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    with _at(folder / "sqlite") as environment:
        yield "SQLite", environment
    with postgres(settings=DURABLE) as url, _at(folder / "postgresql", url) as environment:
        yield "PostgreSQL", environment


def _rows(name: str, environment: Mapping[str, str], seconds: float, rounds: int) -> Iterator[Row]:
    ours, bare = (
        [_start(environment, act, str(number)) for number in range(_MOST)]
        for act in ("consents", "bare")
    )
    for processes in (1, _MOST):
        rates = [
            (_rate(ours[:processes], seconds), _rate(bare[:processes], seconds))
            for _ in range(rounds)
        ]
        plural = "es, each on an agreement of its own" if processes > 1 else ""
        yield {
            "name": f"consents on {name}, {processes} process{plural}",
            "ours": round(median(mine for mine, _ in rates), 1),
            "peer": round(median(its for _, its in rates), 1),
            "unit": "consents/s",
            "ratio": round(median(mine / its for mine, its in rates), 3),
            "note": (
                "ours: one party consents to what the other proposed before, with its commit: a "
                "signed entry, its checkpoint and two cosignatures, with all rules checked; peer: "
                "as many signatures and rows by bare SQL in as many commits, without a rule; "
                f"median of {rounds} rounds of {seconds:g} s; {_DURABLE[name]}"
            ),
        }
    for each in (*ours, *bare):
        _end(each)


def _rate(processes: list[subprocess.Popen[str]], seconds: float) -> float:
    """Consents a second of these processes together, counted while all of them run."""
    for each in processes:
        # One after the other: SQLite lets one write, and the clock does not run yet.
        _say(each, f"ahead {int(seconds * _FASTEST)}")
        _hear(each)
    for each in processes:
        _say(each, f"{seconds:g}")
    return sum(float(_hear(each)) for each in processes)


def _say(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{words}\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = process.stdout.readline()
    if not said:
        raise RuntimeError(f"a process failed:\n{process.communicate()[1]}")
    return said


def _start(environment: Mapping[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.consent_work", *words],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _end(process: subprocess.Popen[str]) -> str:
    said, wrong = process.communicate()
    if process.returncode:
        raise RuntimeError(f"a process failed:\n{wrong}")
    return said


def _do(environment: Mapping[str, str], *words: str) -> None:
    subprocess.run([_UNIPACT, *words], cwd=ROOT, env=dict(environment), check=True)
