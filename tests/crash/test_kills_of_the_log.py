"""Whoever proposes, consents, appends and cosigns is killed: the log verifies, nothing is lost.

A process does all of it in a loop and says each act after its commit. It is killed at a random
moment of its work; then the log is read with SQL, folded, compared with its stored hashes and
cosignatures, and written as a bundle that is verified.
"""

from __future__ import annotations

import io
import random
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from tests.contract.command import EXAMPLE, environment
from tests.crash.conftest import ROOT, copy_of, do, leave
from tests.crash.consents import name
from tests.databases import is_postgresql, reader
from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.formats.bundle.writer import BundleParts, write_bundle
from unipact.agreement.formats.key_files import read_public
from unipact.agreement.formats.log.entry import read_entry
from unipact.tlog.checkpoint import read_checkpoint
from unipact.tlog.keys import VerifierKey
from unipact.tlog.merkle import Frontier, leaf_hash
from unipact.tlog.note import cosigned_at, read_note, read_signature

_LONGEST_S = 120
#: Within so many seconds of its first act a process is killed.
_WITHIN_S = 0.35
MANY = 110
PUBLIC = [
    read_public((EXAMPLE / f"{party}.pub").read_bytes(), name=party) for party in ("usst", "huawei")
]


def _driver(home: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash.consents", *words],
        env={**environment(home), "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="session")
def founded_log(migrated, tmp_path_factory) -> Path:
    """An installation whose log was founded, with both parties' keys inside."""
    home = copy_of(migrated, tmp_path_factory.mktemp("founded") / "home")
    process = _driver(home, "prepare", "1")
    _, said = process.communicate(timeout=_LONGEST_S)
    assert process.returncode == 0, said
    return home


def said_until_killed(home: Path, dice: random.Random) -> list[tuple[str, str, int]]:
    """Let the driver act and kill it; what it said was done."""
    process = _driver(home, "go", name(0))
    assert process.stdout is not None
    assert process.stderr is not None
    first = process.stdout.readline()
    assert first, process.stderr.read()
    killer = threading.Timer(dice.uniform(0, _WITHIN_S), process.kill)
    killer.start()
    lines = [first, *process.stdout]
    killer.join()
    process.stdout.close()
    process.stderr.close()
    # Killed, not ended: it would have said why.
    assert process.wait(_LONGEST_S) == -9
    whole = [each.split() for each in lines if each.endswith("\n")]
    return [(act, change, int(size)) for act, change, size in whole]


def stored(home: Path) -> tuple[list[bytes], int]:
    """The entries of the log as they are stored; all that is stored beside them fits them."""
    with reader(home) as connection:

        def ask(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        if not is_postgresql():
            assert ask("PRAGMA integrity_check") == [("ok",)]
            assert ask("PRAGMA foreign_key_check") == []
        ((size,),) = ask("SELECT size FROM agreement_log")
        rows = ask(
            'SELECT "index", data, hashes, checkpoint FROM agreement_logentry ORDER BY "index"'
        )
        cosigned = ask(
            "SELECT c.size, p.slug, c.line, c.time FROM agreement_cosignature c"
            " JOIN agreement_party p ON p.id = c.party_id ORDER BY c.size, p.slug"
        )
        documents = {
            sha256: bytes(content)
            for sha256, content in ask("SELECT sha256, content FROM agreement_logdocument")
        }
    assert [each[0] for each in rows] == list(range(size))
    frontier = Frontier()
    bodies = {}
    for index, data, hashes, checkpoint in rows:
        assert b"".join(frontier.append(leaf_hash(bytes(data)))) == bytes(hashes)
        found = read_checkpoint(read_note(bytes(checkpoint)).text)
        assert (found.size, found.root) == (index + 1, frontier.root())
        bodies[index + 1] = found.body
    entries = [bytes(each[1]) for each in rows]
    named = read_entry(entries[0]).act.keys
    # The cosignatures of an entry are there with it, one of each party.
    assert [(n, party) for n, party, *_ in cosigned] == [
        (n, party) for n in range(1, size + 1) for party in sorted(named)
    ]
    for n, party, line, time in cosigned:
        signature = read_signature(bytes(line).removesuffix(b"\n"))
        assert VerifierKey.parse(named[party].cosign).verifies(bodies[n], signature.raw)
        assert cosigned_at(signature) == time
    lines = [bytes(line) for n, _, line, _ in cosigned if n == size]
    require_verified(entries, bytes(rows[-1][3]) + b"".join(lines), documents)
    return entries, size


def require_verified(entries: list[bytes], checkpoint: bytes, stored: dict[str, bytes]) -> None:
    """A bundle of what is stored, put together here, is accepted; no document is missing."""
    read = [read_entry(each).act for each in entries]
    reasons = {each.change.reason_sha256 for each in read if each.type == "proposal"}
    files = {read[0].file_sha256}
    stream = io.BytesIO()
    parts = BundleParts(
        checkpoint=checkpoint,
        earlier=[],
        size=len(entries),
        entries_bytes=sum(map(len, entries)),
        hashes=map(leaf_hash, entries),
        entries=entries,
        agreements={each: stored[each] for each in files},
        documents={each: stored[each] for each in reasons},
    )
    write_bundle(stream, parts)
    verdict = verify_bundle(stream, Question(PUBLIC))
    assert verdict.accepted, (verdict.where, verdict.what)


def require_whole(home: Path, said: list[tuple[str, str, int]]) -> int:
    """What was said is there, in its place and once, and the bundle verifies; the log's size."""
    entries, size = stored(home)
    read = [read_entry(each).act for each in entries]
    assert len(set(entries)) == len(entries)
    for act, change, end in said:
        assert end <= size
        last = read[end - 1]
        assert (last.type, last.change_sha256, last.decision) == ("decision", change, "consent")
        consents = [
            each for each in read if each.type == "decision" and each.change_sha256 == change
        ]
        assert len({each.party for each in consents}) == len(consents)
        assert len(consents) >= (2 if act == "adopted" else 1)
        proposals = [each for each in read if each.type == "proposal"]
        assert sum(each.change_sha256 == change for each in proposals) == 1
    # One who proposes consents in the same transaction: there is never the one without the other.
    for before, after in pairwise(read):
        if before.type == "proposal":
            assert (after.type, after.change_sha256) == ("decision", before.change_sha256)
    assert read[-1].type != "proposal"
    return size


def require_bundle(home: Path, size: int) -> None:
    """The product itself writes a bundle of it, and verifies it."""
    bundle = home / "bundle"
    do("bundle", name(0), "--out", bundle, home=home)
    with bundle.open("rb") as stream:
        verdict = verify_bundle(stream, Question(PUBLIC))
    assert (verdict.accepted, verdict.size) == (True, size), (verdict.where, verdict.what)


def kill_the_log(home: Path, times: int, seed: int) -> None:
    dice = random.Random(seed)
    said: list[tuple[str, str, int]] = []
    beyond = 0
    for _ in range(times):
        said += said_until_killed(home, dice)
        size = require_whole(home, said)
        # Committed and not yet said: the kill fell between the two, or between two acts.
        beyond += size > said[-1][2]
    assert len({(act, change) for act, change, _ in said}) == len(said)
    require_bundle(home, size)
    print(f"kills: log: {times} killed, {len(said)} acts said, {beyond} done and not yet said")


def test_a_killed_consent_leaves_a_log_that_verifies_and_loses_nothing(founded_log, copies):
    home = copies(founded_log)
    kill_the_log(home, times=6, seed=20_190_625)
    leave(home)


@pytest.mark.long
def test_many_killed_consents_leave_a_log_that_verifies(founded_log, copies):
    home = copies(founded_log)
    kill_the_log(home, times=MANY, seed=20_191_231)
    leave(home)
