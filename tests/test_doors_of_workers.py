"""What the doors promise holds for a real server and its workers, over real connections."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.databases import settings_of
from unipact.web.throttle import SIGN_IN_HERE

ROOT = Path(__file__).resolve().parents[1]
_WORKERS = 2
_ATTEMPTS = 30
_ANSWER_S = 60
_ACCOUNT = (
    "from django.contrib.auth import get_user_model as m;"
    "m().objects.create_user('wang', password='correct horse battery')"
)

pytestmark = pytest.mark.db


def _environment(home: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("UNIPACT_", "PG"))
    }
    return {
        **kept,
        "UNIPACT_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "unipact.settings.demo",
        **settings_of(home),
    }


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a console with one account answers, in two worker processes."""
    home = tmp_path_factory.mktemp("doors")
    given = _environment(home)
    for command in (["migrate", "--verbosity", "0"], ["shell", "--command", _ACCOUNT]):
        subprocess.run(
            [sys.executable, "-m", "django", *command],
            env=given,
            check=True,
            capture_output=True,
        )
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(number)),
            *("--workers", str(_WORKERS), "--blocking-threads", "4"),
            *("--workers-kill-timeout", "3", "unipact.web.wsgi:application"),
        ],
        cwd=ROOT,
        env=given,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(server, number)
        yield number
    finally:
        server.terminate()
        server.wait(20)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(_ANSWER_S * 5):
        assert server.poll() is None, "the server ended before it answered"
        connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWER_S)
        try:
            connection.request("GET", "/sign-in/")
            connection.getresponse().read()
        except OSError:
            try:
                # Polling the process is the wait: it returns as soon as the process ends.
                server.wait(0.2)
            except subprocess.TimeoutExpired:
                continue
        else:
            return
        finally:
            connection.close()
    pytest.fail("the server does not answer")


def _try_once(port: int, start: threading.Barrier, found: list[tuple[int, str | None]]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWER_S)
    connection.request("GET", "/sign-in/")
    page = connection.getresponse()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
    cookie = str(page.headers["Set-Cookie"]).split(";")[0]
    assert token is not None
    body = urlencode(
        {"csrfmiddlewaretoken": token.group(1), "username": "wang", "password": "wrong horse"}
    )
    start.wait(_ANSWER_S)
    connection.request(
        "POST",
        "/sign-in/",
        body,
        {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie},
    )
    answer = connection.getresponse()
    answer.read()
    found.append((answer.status, answer.headers["Retry-After"]))
    connection.close()


def test_attempts_over_many_connections_share_the_permits_of_all_workers(port: int) -> None:
    found: list[tuple[int, str | None]] = []
    start = threading.Barrier(_ATTEMPTS)
    people = [
        threading.Thread(target=_try_once, args=(port, start, found)) for _ in range(_ATTEMPTS)
    ]
    for each in people:
        each.start()
    for each in people:
        each.join()
    # 200 is the page after a password was checked and was wrong.
    checked = SIGN_IN_HERE.permits
    assert Counter(status for status, _ in found) == {200: checked, 429: _ATTEMPTS - checked}
    waits = [int(wait) for status, wait in found if status == 429 and wait is not None]
    assert len(waits) == _ATTEMPTS - checked
    assert all(0 < each <= SIGN_IN_HERE.period_s for each in waits)


def test_a_long_body_is_refused_before_it_is_sent(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=_ANSWER_S) as connection:
        connection.sendall(
            b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 1000000000\r\n\r\nusername="
        )
        begun = connection.recv(64)
    assert begun.startswith(b"HTTP/1.1 413")
