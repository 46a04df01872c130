"""The API beside bare Django views of the same server: reads and writes a second on two cores.

The console runs as `unipact serve` runs it: granian, two workers, production settings behind a
proxy that ends TLS (its header comes with each request). The bare views stand in the same
processes, behind the same middleware (`benchmarks/api_peer.py`). Both databases are as durable as
they ship. A client in a process of its own (`benchmarks/api_load.py`) keeps eight connections
busy, so a time includes the wait for one of two cores, which the client and PostgreSQL share.

Measures take turns within a round, forwards and backwards; every figure is the median of the
rounds, every ratio that of the ratios within a round. Run it by ``python -m benchmarks api``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.api_console import ROOT, WORKERS, Console, Server
from benchmarks.api_load import FRESH, Load, Seen
from tools.postgres import server as postgres

CONNECTIONS = 8
PROGRAMS = 64
FEW, SOME, MANY, VERY_MANY = 10, 1_000, 100_000, 1_000_000
DURABLE = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on"
COMMITMENT = "campus-energy-savings-pool"
_API = "/api/v1"
_ASKED = json.dumps(
    {"name": "benchmark", "role": "analyst", "purpose": "reporting", "days": 1}, sort_keys=True
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a measure runs, and how many rounds there are."""

    seconds: float
    rounds: int


SHORT, LONG = Pace(0.4, 3), Pace(3.0, 5)
LEAST = 40


@dataclass(frozen=True, slots=True)
class Measure:
    """Requests that are sent in turn; ``peer`` names the bare view beside them, if any."""

    title: str
    requests: tuple[str, ...]
    expected: int = 200
    peer: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the rounds saw of one measure; ``cpu_us`` is the server's time of a core an answer."""

    rounds: tuple[Seen, ...]
    cpu_us: tuple[float, ...]

    def middle(self, name: str) -> float:
        """The median over the rounds of a figure of theirs."""
        return median(float(getattr(each, name)) for each in self.rounds)

    @property
    def times(self) -> str:
        """Median, 95th and 99th percentile, and the server's own time, in words."""
        return (
            f"median {self.middle('median_ms'):.1f} ms, 95th percentile "
            f"{self.middle('p95_ms'):.1f} ms, 99th {self.middle('p99_ms'):.1f} ms, server "
            f"{median(self.cpu_us) / 1e3:.2f} ms of a core"
        )


CONSTANT, ALONE = "a view that answers a constant", "the same before any middleware"
ONE_ROW, INSERTED = "a view that reads one row", "a view that inserts one row"


def run(*, long: bool = False) -> list[Row]:
    """Measure on SQLite and on PostgreSQL; ``long`` takes more rounds and larger tables.

    Raises:
        RuntimeError: the console could not be started, or an answer was not the expected one.
        FileNotFoundError: PostgreSQL is not installed.
    """
    pace = LONG if long else SHORT
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="unipact-bench-") as folder:
        for name, console in consoles(Path(folder)):
            console.prepare()
            with console.served() as server:
                rows += main_rows(name, console, server, pace)
                rows += _growth(name, console, server, pace, VERY_MANY if long else MANY)
    return rows


def consoles(folder: Path) -> Iterator[tuple[str, Console]]:
    """The console on each database, with the same lake."""
    yield "SQLite", Console(folder)
    with postgres(settings=DURABLE) as url:
        yield "PostgreSQL", Console(folder, url)


def main_rows(name: str, console: Console, server: Server, pace: Pace) -> list[Row]:
    """The rows of every measure beside its bare view."""
    filled = console.fill(programs=PROGRAMS, tokens=PROGRAMS, answers=0)
    measures = (*_bare(), *_reads(server, filled), *_writes(server, filled))
    found = _interleaved(server, measures, pace)
    _print(name, measures, found)
    client = max(found[each.title].middle("core_share") for each in measures)
    set_up = (
        f"{CONNECTIONS} kept connections, shared evenly by {WORKERS} workers; {PROGRAMS} tokens in "
        f"turn, none of which reaches its 3,000 requests a minute; the client took up to "
        f"{client:.2f} of a core of the same {_cores()}; {pace.rounds} rounds of at least "
        f"{pace.seconds} s and {LEAST} answers; 0 errors; {filled['durability']}, a write of "
        f"4 KiB is on this disk after {_fsync_ms(console.home):.2f} ms"
    )
    beside = "bare views: " + ", ".join(
        f"{found[each.title].middle('rate_hz'):.0f}/s {each.title}" for each in _bare()
    )
    return [
        _row(name, each, found[each.title], found[each.peer], f"{beside}; {set_up}")
        for each in measures
        if each.peer
    ]


def _row(name: str, measure: Measure, ours: Measured, peer: Measured, note: str) -> Row:
    return {
        "name": f"API on {name}: {measure.title}",
        "ours": round(ours.middle("rate_hz"), 1),
        "peer": round(peer.middle("rate_hz"), 1),
        "unit": "requests/s",
        "ratio": round(_paired(ours, peer), 3),
        "note": f"{ours.times}; peer, Django {version('django')} on the same granian "
        f"{version('granian')}, {measure.peer}: {peer.times}; {note}",
    }


def _paired(ours: Measured, peer: Measured) -> float:
    return median(
        mine.rate_hz / its.rate_hz for mine, its in zip(ours.rounds, peer.rounds, strict=True)
    )


def _growth(name: str, console: Console, server: Server, pace: Pace, largest: int) -> list[Row]:
    """The same with small and with large tables; the bare views beside them take out the drift."""
    reading, writing = "GET /me", "POST /tokens"
    found: dict[int, dict[str, Measured]] = {}
    for size in dict.fromkeys((FEW, SOME, MANY, largest)):
        filled = console.fill(programs=FEW, tokens=size, answers=size if size > SOME else 0)
        chosen = {ONE_ROW, INSERTED, reading, writing} if size != SOME else {ONE_ROW, reading}
        measures = [
            each
            for each in (*_bare(), *_simple_reads(filled), *_writes(server, filled)[:1])
            if each.title in chosen
        ]
        found[size] = _interleaved(server, measures, Pace(min(pace.seconds, 1.0), pace.rounds))
    rows = []
    for size in list(found)[1:]:
        rows.append(
            _grown(f"API on {name}: {reading} with {size:,} tokens", reading, ONE_ROW, found, size)
        )
        if writing in found[size]:
            title = f"API on {name}: {writing} with {size:,} tokens and {size:,} kept answers"
            rows.append(_grown(title, writing, INSERTED, found, size))
    return rows


def _grown(
    title: str, measure: str, bare: str, found: Mapping[int, Mapping[str, Measured]], size: int
) -> Row:
    large, small = found[size], found[FEW]
    ratio = _paired(large[measure], large[bare]) / _paired(small[measure], small[bare])
    return {
        "name": f"{title}, beside {FEW}" + (" and none" if "kept" in title else ""),
        "ours": round(large[measure].middle("rate_hz"), 1),
        "peer": round(small[measure].middle("rate_hz"), 1),
        "unit": "requests/s",
        "ratio": round(ratio, 3),
        "note": (
            f"{large[measure].times}; before: {small[measure].times}; the ratio is that of the "
            f"shares of what {bare} did beside each"
        ),
    }


def _bare() -> tuple[Measure, ...]:
    return (
        Measure(ALONE, (_request("GET", "/bare/alone"),)),
        Measure(CONSTANT, (_request("GET", "/bare/constant"),)),
        Measure(ONE_ROW, (_request("GET", "/bare/row"),)),
        Measure(INSERTED, (_request("POST", "/bare/insert"),), expected=201),
    )


def _reads(server: Server, filled: Mapping[str, Any]) -> tuple[Measure, ...]:
    tokens = filled["verification"]
    agreement = _json(server, tokens[0], "/agreements")["items"][0]["id"]
    commitment = f"/agreements/{agreement}/commitments/{COMMITMENT}"
    _, fields, body = server.ask("GET", _API + commitment, dict(_fields(tokens[0])))
    digest = json.loads(body)["periods"][0]["evidence"]["id"].removeprefix("sha256:")
    rows = f"/agreements/{agreement}/evidence/{digest}/rows?limit=25"
    return (
        *_simple_reads(filled),
        _read("GET /agreements/…/commitments/…", tokens, commitment),
        Measure(
            "GET /agreements/…/commitments/… with If-None-Match, 304",
            tuple(
                _request("GET", _API + commitment, _fields(each, ("If-None-Match", fields["etag"])))
                for each in tokens
            ),
            expected=304,
            peer=CONSTANT,
        ),
        _read("GET /agreements/…/evidence/…/rows, 25 rows of 406,114", tokens, rows),
    )


def _simple_reads(filled: Mapping[str, Any]) -> tuple[Measure, ...]:
    tokens = filled["verification"]
    return (
        _read("GET /me", tokens, "/me"),
        _read("GET /agreements", tokens, "/agreements"),
    )


def _read(title: str, tokens: Iterable[str], path: str) -> Measure:
    requests = tuple(_request("GET", _API + path, _fields(each)) for each in tokens)
    return Measure(title, requests, peer=CONSTANT)


def _writes(server: Server, filled: Mapping[str, Any]) -> tuple[Measure, ...]:
    tokens = filled["administration"]
    kind = ("Content-Type", "application/json")

    def post(token: str, key: str) -> str:
        fields = _fields(token, kind, ("Idempotency-Key", key))
        return _request("POST", f"{_API}/tokens", fields, _ASKED)

    for each in tokens:
        fields = dict(_fields(each, kind, ("Idempotency-Key", "again")))
        status, _, body = server.ask("POST", f"{_API}/tokens", fields, _ASKED)
        if status != 201:
            raise RuntimeError(f"a token was not made: {status} {body!r}")
    return (
        Measure("POST /tokens", tuple(post(each, FRESH) for each in tokens), 201, INSERTED),
        Measure(
            "POST /tokens again, the kept answer",
            tuple(post(each, "again") for each in tokens),
            201,
            CONSTANT,
        ),
    )


Fields = tuple[tuple[str, str], ...]


def _fields(token: str, *more: tuple[str, str]) -> Fields:
    # What the proxy that ends TLS adds comes first.
    return (("X-Forwarded-Proto", "https"), ("Authorization", f"Bearer {token}"), *more)


def _request(
    method: str, path: str, fields: Fields = (("X-Forwarded-Proto", "https"),), body: str = ""
) -> str:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in fields)]
    if method != "GET":
        lines.append(f"Content-Length: {len(body.encode())}")
    return "\r\n".join([*lines, "", body])


def _json(server: Server, token: str, path: str) -> Any:
    status, _, body = server.ask("GET", _API + path, dict(_fields(token)))
    if status != 200:
        raise RuntimeError(f"{path}: {status} {body!r}")
    return json.loads(body)


def _interleaved(server: Server, measures: Sequence[Measure], pace: Pace) -> dict[str, Measured]:
    """Each measure once in each round, after a warm-up, every other round backwards."""
    for each in measures:
        _drive(server, each, Pace(min(0.1, pace.seconds), 1), least=0)
    seen: dict[str, list[tuple[Seen, float]]] = {each.title: [] for each in measures}
    for number in range(pace.rounds):
        for each in measures if number % 2 == 0 else reversed(measures):
            seen[each.title].append(_drive(server, each, pace))
    return {
        title: Measured(tuple(each for each, _ in rounds), tuple(cpu for _, cpu in rounds))
        for title, rounds in seen.items()
    }


def _drive(
    server: Server, measure: Measure, pace: Pace, *, least: int = LEAST
) -> tuple[Seen, float]:
    """One load by a client of its own; beside what it saw, the server's µs of a core an answer."""
    load = Load(
        port=server.port,
        requests=measure.requests,
        expected=measure.expected,
        connections=CONNECTIONS,
        workers=WORKERS,
        seconds=pace.seconds,
        least=least,
    )
    before = server.cpu_s()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.api_load"],
        cwd=ROOT,
        input=json.dumps(asdict(load)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{measure.title}: the client failed:\n{done.stderr}")
    seen = Seen(**json.loads(done.stdout))
    if seen.errors:
        raise RuntimeError(f"{measure.title}: not {measure.expected} but {seen.errors}")
    return seen, (server.cpu_s() - before) / seen.answers * 1e6


def _print(name: str, measures: Sequence[Measure], found: Mapping[str, Measured]) -> None:
    """Everything that was seen, for whoever watches."""
    print(f"{name}: requests/s, ms, µs of a core of the server", file=sys.stderr)
    print(f"{'rate':>9}{'median':>9}{'p95':>9}{'p99':>9}{'cpu':>9}{'ratio':>9}", file=sys.stderr)
    for each in measures:
        seen = found[each.title]
        ratio = _paired(seen, found[each.peer or CONSTANT])
        times = "".join(f"{seen.middle(k):9.2f}" for k in ("median_ms", "p95_ms", "p99_ms"))
        print(
            f"{seen.middle('rate_hz'):9.1f}{times}{median(seen.cpu_us):9.0f}{ratio:9.3f}"
            f"  {each.title}",
            file=sys.stderr,
            flush=True,
        )


def _fsync_ms(folder: Path) -> float:
    """How long this disk takes to have a small write: the median of a few."""
    took = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(50):
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1e3)
    return median(took)


def _cores() -> int:
    return len(os.sched_getaffinity(0))
