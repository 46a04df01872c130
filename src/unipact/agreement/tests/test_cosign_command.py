"""``unipact cosign``: a party never signs both sides of a fork, however often it is run."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import typer

from unipact.agreement.commands import signing
from unipact.agreement.formats.key_files import generate, private_file
from unipact.tlog import witness
from unipact.tlog.checkpoint import Checkpoint
from unipact.tlog.keys import ED25519, SigningKey
from unipact.tlog.note import Note
from unipact.tlog.witness import Request

ORIGIN = "unipact.example/pact"


def asked(log_key: SigningKey, root: bytes, old: int = 0) -> bytes:
    """A checkpoint of one entry, as the log asks for a cosignature of it."""
    body = Checkpoint(ORIGIN, 1, root * 32).body
    return bytes(Request(old, (), Note(body, (log_key.sign(body),))))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a party's keys, the log's verifier key, and both sides of a fork."""
    log_key = SigningKey.generate(ORIGIN, ED25519)
    (tmp_path / "party.key").write_bytes(private_file(generate("party.example/unipact")))
    (tmp_path / "log.vkey").write_text(str(log_key.verifier))
    (tmp_path / "one").write_bytes(asked(log_key, b"\x01"))
    (tmp_path / "other").write_bytes(asked(log_key, b"\x02"))
    (tmp_path / "again").write_bytes(asked(log_key, b"\x01", old=1))
    return tmp_path


def cosign(desk: Path, side: str) -> None:
    signing.cosign(
        desk / side,
        desk / "party.key",
        desk / "seen",
        log_key=(desk / "log.vkey").read_text(),
        out=desk / f"{side}.signed",
    )


def _first(desk: Path, parent: Connection) -> None:
    """Stop between what was read and what is decided, until the parent says go."""
    real = witness.cosign

    def paused(*arguments, **named):
        parent.send("inside")
        parent.recv()
        return real(*arguments, **named)

    signing.cosigned = paused  # type: ignore[attr-defined]
    cosign(desk, "one")


def _second(desk: Path, parent: Connection) -> None:
    """Say when the door is reached, then wait there as long as it is shut."""
    real = fcntl.flock

    def told(*arguments):
        parent.send("at the door")
        real(*arguments)

    fcntl.flock = told
    cosign(desk, "other")


def test_two_runs_at_once_never_both_sign(desk):
    spawn = multiprocessing.get_context("spawn")
    (first, its), (second, their) = spawn.Pipe(), spawn.Pipe()
    runs = [
        spawn.Process(target=_first, args=(desk, its)),
        spawn.Process(target=_second, args=(desk, their)),
    ]
    runs[0].start()
    its.close()
    assert first.recv() == "inside"
    runs[1].start()
    their.close()
    # It says that it waits; or, where nothing is shut, it is through and gone.
    second.poll(None)
    first.send("go")
    for run in runs:
        run.join()
    signed = [each for each in ("one", "other") if (desk / f"{each}.signed").exists()]
    assert signed == ["one"]
    assert [run.exitcode for run in runs] == [0, 1]
    assert json.loads((desk / "seen").read_text())["root"] == "01" * 32


def test_only_the_lock_is_left_beside_the_memory(desk):
    cosign(desk, "one")
    with pytest.raises(typer.Exit):
        cosign(desk, "other")
    assert {each.name for each in desk.glob(".*")} == {".seen.lock"}


def test_a_link_to_the_memory_is_the_same_memory(desk):
    cosign(desk, "one")
    (desk / "seen").rename(desk / "kept")
    (desk / "seen").symlink_to(desk / "kept")
    cosign(desk, "again")
    assert (desk / "again.signed").exists()
    assert (desk / "seen").is_symlink()
    assert {each.name for each in desk.glob(".*")} == {".kept.lock", ".seen.lock"}
