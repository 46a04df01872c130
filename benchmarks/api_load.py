"""The load client of the API's benchmark: a process of its own, one thread, plain sockets.

It reads a load from standard input and writes what it saw to standard output, both as JSON. Each
connection sends its next request when it has the answer to the one before. The same number of
connections goes to each worker of the server: left to chance, one core would idle in some runs.
"""

from __future__ import annotations

import json
import secrets
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from itertools import count, cycle

#: Stands in a request where each one that is sent needs a new key.
FRESH = "@KEY@"
_WHO = b"GET /bare/worker HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"
_TRIES = 200
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Load:
    """Requests to send in turn for ``seconds``, over ``connections`` to ``workers`` processes.

    At least ``least`` are sent, however long it takes: a percentile of a handful says nothing.
    ``expected`` is the status of a good answer; ``workers`` is 0 where the server cannot say who
    answers.
    """

    port: int
    requests: tuple[str, ...]
    expected: int
    connections: int
    workers: int
    seconds: float
    least: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a load saw. ``core_share`` is how much of one core the client itself took."""

    answers: int
    rate_hz: float
    median_ms: float
    p95_ms: float
    p99_ms: float
    errors: dict[str, int]
    core_share: float


class Line:
    """A connection that is kept: one request under way at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_ns = 0
        self._held = b""

    def send(self, request: bytes) -> None:
        """Send a request and note when."""
        self._held = b""
        self.sent_ns = time.perf_counter_ns()
        self.socket.sendall(request)

    def receive(self) -> tuple[int, bytes] | None:
        """Status and body (in its chunks, if it comes so) once the answer is whole, None before.

        Raises:
            ConnectionError: the server closed the connection within an answer.
        """
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("the server closed a connection that was to be kept")
        self._held += part
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            return None
        status = int(self._held[9:12])
        head, body = self._held[:end].lower(), self._held[end + 4 :]
        if status in {204, 304}:
            return status, b""
        if b"\r\ntransfer-encoding: chunked" in head:
            return (status, body) if body.endswith(_LAST_CHUNK) else None
        return (status, body) if len(body) >= _length(head) else None

    def close(self) -> None:
        """End it."""
        self.socket.close()

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and wait for its answer."""
        self.send(request)
        while True:
            answer = self.receive()
            if answer is not None:
                return answer


def _length(head: bytes) -> int:
    _, found, rest = head.partition(b"\r\ncontent-length:")
    if not found:
        raise ConnectionError("an answer does not say how long it is")
    return int(rest.partition(b"\r\n")[0])


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of ``ordered`` that at least ``share`` of them do not exceed (nearest rank)."""
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def drive(load: Load) -> Seen:
    """Send the load and say what came of it.

    Raises:
        ConnectionError: the server cannot be reached or does not keep connections.
    """
    with ExitStack() as kept:
        return _driven(load, _lines(load, kept))


def _driven(load: Load, lines: Sequence[Line]) -> Seen:
    requests = _requests(load.requests)
    took_ms: list[float] = []
    errors: Counter[str] = Counter()
    began_cpu, began = time.process_time(), time.perf_counter()
    until_ns = time.perf_counter_ns() + round(load.seconds * 1e9)
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.send(next(requests))
        under_way = len(lines)
        while under_way:
            ready = selector.select(_TIMEOUT_S)
            if not ready:
                raise ConnectionError(f"no answer within {_TIMEOUT_S} s")
            for key, _ in ready:
                line = key.data
                answer = line.receive()
                if answer is None:
                    continue
                now_ns = time.perf_counter_ns()
                took_ms.append((now_ns - line.sent_ns) / 1e6)
                if answer[0] != load.expected:
                    errors[str(answer[0])] += 1
                if now_ns < until_ns or len(took_ms) + under_way <= load.least:
                    line.send(next(requests))
                else:
                    under_way -= 1
    seconds = time.perf_counter() - began
    used = time.process_time() - began_cpu
    took_ms.sort()
    return Seen(
        answers=len(took_ms),
        rate_hz=len(took_ms) / seconds,
        median_ms=percentile(took_ms, 0.5),
        p95_ms=percentile(took_ms, 0.95),
        p99_ms=percentile(took_ms, 0.99),
        errors=dict(errors),
        core_share=used / seconds,
    )


def _requests(texts: Sequence[str]) -> Iterator[bytes]:
    """The requests in turn, each with a key of its own where it asks for one."""
    nonce, numbers = secrets.token_hex(8), count(1)
    mark = FRESH.encode()
    for each in cycle([text.encode("latin-1") for text in texts]):
        yield each.replace(mark, f"{nonce}-{next(numbers)}".encode()) if mark in each else each


def _lines(load: Load, kept: ExitStack) -> list[Line]:
    """The connections, shared out evenly among the workers; ``kept`` closes them."""

    def line() -> Line:
        return kept.enter_context(closing(Line(load.port)))

    if not load.workers:
        return [line() for _ in range(load.connections)]
    share = load.connections // load.workers
    found: dict[bytes, list[Line]] = {}
    for _ in range(_TRIES):
        new = line()
        _, worker = new.ask(_WHO)
        mine = found.setdefault(worker, [])
        if len(mine) < share:
            mine.append(new)
        else:
            new.close()
        if sum(map(len, found.values())) == share * load.workers:
            return [each for group in found.values() for each in group]
    raise ConnectionError(f"{_TRIES} connections did not reach {load.workers} workers evenly")


def main() -> None:
    """Read a load, drive it, write what was seen."""
    said = json.load(sys.stdin)
    load = Load(**{**said, "requests": tuple(said["requests"])})
    json.dump(asdict(drive(load)), sys.stdout)


if __name__ == "__main__":
    main()
