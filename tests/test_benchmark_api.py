"""The benchmark of the API: its client counts right, and its console is the real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from benchmarks.__main__ import checked
from benchmarks.api import Pace, main_rows
from benchmarks.api_console import Console
from benchmarks.api_load import FRESH, Load, drive, percentile


class Answers(ThreadingHTTPServer):
    """A server that knows the keys it was sent."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.keys: list[str] = []


class Answering(BaseHTTPRequestHandler):
    """Answers with the status and in the way that the address says."""

    protocol_version = "HTTP/1.1"
    server: Answers

    def do_GET(self):
        self.server.keys.append(self.headers.get("Idempotency-Key", ""))
        status = int(self.path.strip("/").partition("/")[0])
        self.send_response(status)
        if "chunked" in self.path:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nhello\r\n0\r\n\r\n")
            return
        body = b"x" * (10 if "close" in self.path else 100_000)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        if "close" in self.path:
            self.send_header("Connection", "close")
        self.end_headers()
        if status != 304:
            self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing: the client counts."""


@contextmanager
def answering() -> Iterator[Answers]:
    server = Answers()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def load(server, *paths, expected=200, key=""):
    requests = tuple(
        f"GET {each} HTTP/1.1\r\nHost: here\r\nIdempotency-Key: {key}\r\n\r\n" for each in paths
    )
    return Load(
        port=server.server_address[1],
        requests=requests,
        expected=expected,
        connections=4,
        workers=0,
        seconds=0.0,
        least=40,
    )


@pytest.mark.parametrize(("path", "status"), [("/200", 200), ("/200/chunked", 200), ("/304", 304)])
def test_the_client_counts_every_answer_once(path, status):
    with answering() as server:
        seen = drive(load(server, path, expected=status))

    assert seen.answers == len(server.keys) == 40
    assert seen.errors == {}
    assert 0 < seen.median_ms <= seen.p95_ms <= seen.p99_ms


def test_an_answer_of_another_status_is_an_error():
    with answering() as server:
        seen = drive(load(server, "/200", "/500"))

    assert seen.answers == 40
    assert seen.errors == {"500": 20}


def test_a_fresh_key_is_never_sent_twice():
    with answering() as server:
        drive(load(server, "/200", key=FRESH))
        drive(load(server, "/200", key=FRESH))

    assert len(set(server.keys)) == len(server.keys) == 80


def test_a_server_that_keeps_no_connection_is_named():
    with answering() as server, pytest.raises(ConnectionError):
        drive(load(server, "/200/close"))


def test_a_percentile_is_the_nearest_rank():
    hundred = list(range(1, 101))

    assert [percentile(hundred, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.95) == 7.0
    assert percentile([1.0, 2.0], 0.5) == 1.0


@pytest.mark.long
def test_the_real_console_answers_every_measure_as_expected(tmp_path):
    console = Console(tmp_path)
    console.prepare()
    with console.served() as server:
        rows = main_rows("SQLite", console, server, Pace(0.05, 1))

    assert len(rows) == 7
    for row in rows:
        assert checked(row, "api") == row
        assert row["ours"] > 0
    assert any("journal_mode=wal, synchronous=2" in row["note"] for row in rows)
