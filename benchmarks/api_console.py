"""The real console for the API's benchmark: prepared, filled and served as an operator does it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "usst-huawei-2019"
WORKERS = 2
_START_S = 60
_UNIPACT = str(Path(sys.executable).parent / "unipact")


@dataclass(frozen=True, slots=True)
class Console:
    """A home folder with its database; ``database`` is the URL of PostgreSQL, empty for SQLite."""

    home: Path
    database: str = ""

    def prepare(self) -> None:
        """Load the example and evaluate it, as `unipact demo` does."""
        command = [_UNIPACT, "demo", "--prepare-only", "--example", str(EXAMPLE)]
        _run(command, self._environment("unipact.settings.demo"))
        # Where collected files would lie; the API serves none.
        (self.home / "static").mkdir(exist_ok=True)

    def fill(self, **sizes: int) -> dict[str, Any]:
        """Empty and fill the tables that grow (`benchmarks/api_records.py`)."""
        command = [sys.executable, "-m", "benchmarks.api_records", json.dumps(sizes)]
        found: dict[str, Any] = json.loads(
            _run(command, self._environment("benchmarks.api_settings"))
        )
        return found

    @contextmanager
    def served(self) -> Iterator[Server]:
        """Serve it by `unipact serve` with two workers until the block ends."""
        port = _free_port()
        process = subprocess.Popen(
            [_UNIPACT, "serve", "--port", str(port), "--workers", str(WORKERS)],
            cwd=ROOT,
            env=self._environment("benchmarks.api_settings"),
            start_new_session=True,
        )
        try:
            _await(port, process)
            yield Server(port, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=15)
            finally:
                # Its own session: the group holds the server and its workers, nobody else.
                _kill_group(process.pid)

    def _environment(self, settings: str) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": settings,
            "UNIPACT_HOME": str(self.home),
            "UNIPACT_DATABASE_URL": self.database,
            "UNIPACT_SECRET_KEY": _SECRET_KEY,
            "UNIPACT_HOSTS": "127.0.0.1",
            "UNIPACT_PROXY_TLS": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }


@dataclass(frozen=True, slots=True)
class Server:
    """A console that answers on a port of 127.0.0.1; ``pid`` is that of the granian above all."""

    port: int
    pid: int

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: str = ""
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request: its status, header fields by their lower-case names, and body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body or None, headers=dict(headers))
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, fields, answer.read()
        finally:
            connection.close()

    def cpu_s(self) -> float:
        """Seconds of a core that the server and its workers have taken so far (Linux; else 0)."""
        return sum(map(_cpu_s, (self.pid, *_children(self.pid))))


_SECRET_KEY = secrets.token_urlsafe(48)


def _run(command: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the console ended with {process.returncode} before it answered")
        try:
            status, _, _ = Server(port, process.pid).ask("GET", "/bare/alone", {})
        except OSError:
            time.sleep(0.1)
        else:
            if status == 200:
                return
    raise RuntimeError(f"the console did not answer within {_START_S} s")


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(each) for each in text.split()]


def _cpu_s(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    # The name of the program stands in parentheses and may hold anything.
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))
