"""`unipact demo`, as people start it: from nothing to pages, evidence and rows in one command."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.command import unipact
from tests.contract.world import AGREEMENT
from tests.databases import settings_of

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "examples/api-client/recompute.py"
_TRIES = 600

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[Path, str]]:
    """The home folder of a demo that runs, and where it answers."""
    home: Path = tmp_path_factory.mktemp("served")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = Path(sys.executable).parent / "unipact"
    demo = subprocess.Popen(
        [command, "demo", "--port", str(port)],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "OMP_NUM_THREADS": "1",
            "UNIPACT_HOME": str(home),
            **settings_of(home),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(_TRIES):
            try:
                urllib.request.urlopen(f"{address}/sign-in/", timeout=30).close()
                break
            except OSError:
                try:
                    pytest.fail(f"the demo ended with {demo.wait(0.2)} before it answered")
                except subprocess.TimeoutExpired:
                    continue
        else:
            pytest.fail("the demo does not answer")
        yield home, address
    finally:
        os.killpg(demo.pid, signal.SIGTERM)
        try:
            demo.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(demo.pid, signal.SIGKILL)
            demo.wait()


def _token(home: Path, purpose: str) -> str:
    made = unipact(
        "token", "make", "client", "--party", "huawei", "--role", "analyst",
        "--purpose", purpose, home=home,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr.decode()
    return made.stdout.decode().strip()


def _recompute(address: str, token: str, commitment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, CLIENT, AGREEMENT, commitment],
        env={"UNIPACT_URL": address, "UNIPACT_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_client_example_sums_the_rows_to_the_value(served):
    home, address = served
    done = _recompute(address, _token(home, "verification"), "campus-electricity-ceiling")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "22395096.3" in done.stdout.replace(",", "")


def test_the_client_example_says_what_a_problem_says(served):
    home, address = served
    refused = _recompute(address, _token(home, "reporting"), "campus-electricity-ceiling")
    assert refused.returncode == 2
    assert "urn:unipact:problem:not-permitted" in refused.stderr
    nobody = _recompute(address, "unipact_nobody", "campus-electricity-ceiling")
    assert nobody.returncode == 2
    assert "urn:unipact:problem:unauthenticated" in nobody.stderr


@pytest.mark.parametrize(
    "commitment",
    ["campus-electricity-change", "campus-carbon-budget", "campus-metered-buildings"],
)
def test_the_client_example_says_of_what_is_no_sum_that_it_is_none(served, commitment):
    home, address = served
    done = _recompute(address, _token(home, "verification"), commitment)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "not a plain sum of its rows; `unipact verify`" in done.stderr
    assert "NO" not in done.stdout


def test_the_demo_asks_for_a_commitment_without_a_source_and_hears_why(served):
    home, address = served
    done = _recompute(address, _token(home, "verification"), "college-placements")
    assert done.returncode == 2
    assert "source" in done.stdout


def test_an_address_that_is_not_there_is_a_problem(served):
    _, address = served
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}/api/v1/nothing", timeout=30)
    with refused.value as answer:
        assert json.load(answer)["status"] in {401, 404}
