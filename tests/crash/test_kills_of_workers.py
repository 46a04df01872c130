"""Workers of the console are killed while programs write: what was answered is there, once."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from uuid import UUID

import pytest

from tests.contract.command import command, environment
from tests.crash import seen
from tests.crash.conftest import ROOT
from tests.databases import reader

AGREEMENT = "usst-huawei-2019"
_ANSWER_S = 60
_ANSWERS_BETWEEN = 4


@dataclass
class Console:
    """A console with two workers, as `unipact serve` starts it."""

    process: subprocess.Popen[bytes]
    port: int
    home: Path
    secrets: dict[str, str]

    def workers(self) -> list[int]:
        """The processes that answer, oldest first."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(each) for each in listed.read_text(encoding="ascii").split()]

    def post(self, address: str, purpose: str, key: str, body: bytes, kind: str) -> tuple:
        """Status, answer and whether it was given before; OSError where the worker died."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_ANSWER_S)
        try:
            connection.request(
                "POST",
                f"/api/v1{address}",
                body,
                {
                    "Authorization": f"Bearer {self.secrets[purpose]}",
                    "Idempotency-Key": key,
                    "Content-Type": kind,
                },
            )
            answer = connection.getresponse()
            said = answer.read()
        except HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()
        return answer.status, json.loads(said), answer.headers["Idempotency-Replayed"]


@dataclass
class Writer:
    """A program that writes one act after the other, each until it is answered.

    ``answered`` has key → (address, body, kind, answer) of every act that was acknowledged.
    """

    console: Console
    purpose: str
    seed: int
    answered: dict[str, tuple[str, bytes, str, dict]] = field(default_factory=dict)
    retried: int = 0

    def act(self, address: str, body: bytes, kind: str = "application/json") -> dict:
        key = str(UUID(int=random.Random(f"{self.seed} {len(self.answered)}").getrandbits(128)))
        while True:
            try:
                status, said, _ = self.console.post(address, self.purpose, key, body, kind)
            except OSError:
                # Its worker died; nobody knows whether before or after the act.
                self.retried += 1
                pause(self.console, 0.05)
                continue
            assert status == 201, (status, said)
            self.answered[key] = (address, body, kind, said)
            return said


@pytest.fixture
def console(imported, copies) -> Iterator[Console]:
    home = copies(imported)
    secrets = {}
    for purpose in ("records", "administration"):
        made = subprocess.run(
            command(
                *("token", "make", f"of {purpose}", "--party", "usst"),
                *("--role", "cooperation_officer", "--purpose", purpose),
            ),
            env=environment(home),
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        secrets[purpose] = made.stdout.strip()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    process = subprocess.Popen(
        command("serve", "--port", str(port), "--workers", "2"),
        env=environment(home),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    started = Console(process, port, home, secrets)
    try:
        wait_until_it_answers(started)
        yield started
    finally:
        process.terminate()
        process.wait(30)


def wait_until_it_answers(console: Console) -> None:
    for _ in range(_ANSWER_S * 10):
        try:
            with socket.create_connection(("127.0.0.1", console.port), timeout=_ANSWER_S):
                return
        except OSError:
            pause(console)
    pytest.fail("the console does not answer")


def pause(console: Console, seconds: float = 0.1) -> None:
    """Wait for the console's end, which must not come."""
    try:
        code = console.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
    pytest.fail(f"the console ended with {code}")


def kill_a_worker(console: Console, moment: float) -> None:
    """Kill the worker that lives longest, in ``moment`` seconds, and see another in its place.

    One that dies again within seconds of its birth would end the console, as it should.
    """
    before = console.workers()
    pause(console, moment)
    os.kill(before[0], signal.SIGKILL)
    for _ in range(_ANSWER_S * 10):
        now = console.workers()
        if before[0] not in now and len(now) == len(before):
            return
        pause(console)
    pytest.fail("no worker took the place of the one that was killed")


def wait_for_answers(console: Console, writers: list[Writer], faults: list[BaseException]) -> None:
    """Let a few more writes be answered: a worker that is only starting loses nothing."""
    enough = sum(len(each.answered) for each in writers) + _ANSWERS_BETWEEN
    for _ in range(_ANSWER_S * 20):
        if faults or sum(len(each.answered) for each in writers) >= enough:
            return
        pause(console, 0.05)
    pytest.fail("the console answers no write any more")


def make_tokens(writer: Writer, is_over: threading.Event) -> None:
    while not is_over.is_set():
        body = {
            "name": f"{writer.seed}-{len(writer.answered)}",
            "role": "analyst",
            "purpose": "reporting",
        }
        writer.act("/tokens", json.dumps(body).encode())


def import_drafts(writer: Writer, is_over: threading.Event, first: str, text: str) -> None:
    number, previous = 1, first
    while not is_over.is_set():
        number += 1
        draft = text.replace("version = 1\n", f'version = {number}\nprevious = "{previous}"\n', 1)
        said = writer.act(f"/agreements/{AGREEMENT}/versions", draft.encode(), "application/toml")
        previous = f"sha256:{bare(said)}"


def bare(said: dict) -> str:
    """The hash that an answer names."""
    return str(said["sha256"]).removeprefix("sha256:")


def evaluate(writer: Writer, is_over: threading.Event) -> None:
    # A party may ask thirty times an hour.
    for day in range(1, 29):
        if is_over.is_set():
            return
        body = json.dumps({"as_of": f"2019-12-{day:02}"}).encode()
        writer.act(f"/agreements/{AGREEMENT}/evaluations", body)


def kill_workers(console: Console, text: str, times: int, seed: int) -> None:
    """Kill workers while four programs write; then hold the records to what was answered."""
    dice, is_over = random.Random(seed), threading.Event()
    first = f"sha256:{seen.records(console.home).versions[0][2]}"
    writers = [
        Writer(console, "administration", 1),
        Writer(console, "administration", 2),
        Writer(console, "records", 3),
        Writer(console, "records", 4),
    ]
    faults: list[BaseException] = []

    def noting(work, *arguments) -> None:
        try:
            work(*arguments)
        except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
            faults.append(error)

    threads = [
        threading.Thread(target=noting, args=(make_tokens, writers[0], is_over)),
        threading.Thread(target=noting, args=(make_tokens, writers[1], is_over)),
        threading.Thread(target=noting, args=(import_drafts, writers[2], is_over, first, text)),
        threading.Thread(target=noting, args=(evaluate, writers[3], is_over)),
    ]
    for each in threads:
        each.start()
    try:
        for _ in range(times):
            wait_for_answers(console, writers, faults)
            kill_a_worker(console, dice.uniform(0.0, 0.5))
    finally:
        is_over.set()
        for each in threads:
            each.join(_ANSWER_S)
    assert faults == []
    assert all(each.answered for each in writers)
    assert sum(len(each.answered) for each in writers) >= times * _ANSWERS_BETWEEN
    assert any(each.retried for each in writers), "no request was on its way when a worker died"
    hold_to_what_was_answered(console, writers)
    answered = sum(len(each.answered) for each in writers)
    retried = sum(each.retried for each in writers)
    print(f"kills: workers: {times} killed, {answered} writes answered, {retried} sent again")


def hold_to_what_was_answered(console: Console, writers: list[Writer]) -> None:
    with reader(console.home) as connection:
        tokens = [name for (name,) in connection.execute("SELECT name FROM agreement_token")]
        kept = {key for (key,) in connection.execute("SELECT key FROM web_keptanswer")}
    found = seen.records(console.home)
    for each in writers:
        assert each.answered.keys() <= kept
    named = [
        json.loads(body)["name"] for each in writers[:2] for _, body, _, _ in each.answered.values()
    ]
    assert sorted(tokens) == sorted([*named, "of records", "of administration"])
    drafts = {bare(said) for *_, said in writers[2].answered.values()}
    assert {sha256 for _, number, sha256, _ in found.versions if number > 1} == drafts
    assert len(found.versions) == 1 + len(drafts)
    days = {bare(said) for *_, said in writers[3].answered.values()}
    assert {sha256 for _, sha256 in found.evaluations} == days
    for each in writers:
        key, (address, body, kind, said) = next(iter(each.answered.items()))
        status, again, replayed = console.post(address, each.purpose, key, body, kind)
        assert (status, replayed) == (201, "true")
        assert {**again, "secret": None} == {**said, "secret": None}


def test_a_killed_worker_is_replaced_and_no_answered_write_is_lost(console, agreement_file):
    kill_workers(console, agreement_file.read_text(encoding="utf-8"), times=4, seed=20_190_625)


@pytest.mark.long
def test_many_killed_workers_lose_no_answered_write(console, agreement_file):
    kill_workers(console, agreement_file.read_text(encoding="utf-8"), times=25, seed=20_191_231)
