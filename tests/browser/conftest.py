"""A running demo on its real data, and a browser before it.

The demo is the one that `make demo` serves: `unipact demo --prepare-only` loads it into a folder
of its own, granian serves it. ``UNIPACT_BROWSER_HOME`` names a folder that was prepared before.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.console import Console
from tests.databases import copy_database, drop_database, is_postgresql, settings_of

ROOT = Path(__file__).resolve().parents[2]
_ANSWER_S = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything beside this file drives Chromium, over a console on the database of the run."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.db)


def _environment(home: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("UNIPACT_", "PG"))
    }
    return {
        **kept,
        "UNIPACT_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "unipact.settings.demo",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        **settings_of(home),
    }


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the example loaded and evaluated."""
    # Its records are in its SQLite file.
    if (prepared := os.environ.get("UNIPACT_BROWSER_HOME")) and not is_postgresql():
        return Path(prepared)
    folder = tmp_path_factory.mktemp("console")
    unipact = Path(sys.executable).with_name("unipact")
    subprocess.run(
        [str(unipact), "demo", "--prepare-only"],
        cwd=ROOT,
        env=_environment(folder),
        check=True,
        capture_output=True,
        text=True,
    )
    return folder


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """Where the demo answers."""
    with _served(home) as url:
        yield url


@contextmanager
def _served(home: Path) -> Iterator[str]:
    """A console on the records of ``home``, and where it answers."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--port",
            str(port),
            "--workers-kill-timeout",
            "3",
            "unipact.web.wsgi:application",
        ],
        cwd=ROOT,
        env=_environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(server, url)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait(server: subprocess.Popen[bytes], url: str) -> None:
    """Return when the console answers; fail when it ended, or does not in a minute."""
    for _ in range(_ANSWER_S * 5):
        if server.poll() is not None:
            pytest.fail(f"the console ended with {server.returncode} before it answered")
        try:
            urllib.request.urlopen(f"{url}/sign-in/", timeout=_ANSWER_S).close()
        except OSError:
            try:
                # Polling the process is the wait: it returns as soon as the process ends.
                server.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
        else:
            return
    pytest.fail("the console does not answer")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    found = os.environ.get("UNIPACT_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found is None:
        pytest.fail("no Chromium: `make system`, or name one in UNIPACT_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def console(chromium: Browser, address: str) -> Iterator[Console]:
    """A console to walk through; every window is closed in the end, and no page may complain."""
    walked = Console(chromium, address)
    yield walked
    walked.close()
    assert walked.complaints == []


@pytest.fixture
def own_console(chromium: Browser, home: Path, tmp_path: Path) -> Iterator[Console]:
    """A console on a copy of the demo: what is agreed there changes no other test's agreement."""
    folder = tmp_path / "home"
    shutil.copytree(home, folder, ignore=shutil.ignore_patterns("unipact.sqlite3*"))
    copy_database(home, folder)
    try:
        with _served(folder) as url:
            walked = Console(chromium, url)
            yield walked
            walked.close()
    finally:
        drop_database(folder)
    assert walked.complaints == []
