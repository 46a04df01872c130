"""Consulting from the command line: with the key inside, with one that is brought, and without."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.contract.command import EXAMPLE, unipact
from unipact.agreement.tests.parties import AGREEMENT, next_version

pytestmark = pytest.mark.once

KEYS = {party: EXAMPLE / f"{party}.demo-key" for party in ("usst", "huawei")}
WAIVED = ("campus-energy-savings-pool", "y2020")


def ran(*arguments, home: Path) -> subprocess.CompletedProcess[bytes]:
    """``unipact consult`` of the example: the name of a command, then what it takes."""
    name, *rest = arguments
    return unipact("consult", *name.split(), AGREEMENT, *rest, home=home)


def said(*arguments, home: Path) -> str:
    """What a command prints that has to work."""
    done = ran(*arguments, home=home)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def read(*arguments, home: Path):
    """What a read says as JSON."""
    return json.loads(said(*arguments, "--json", home=home))


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """An installation with a founded log; the key of the university is inside, the other's not."""
    home = tmp_path_factory.mktemp("consult")
    pubs = ("--pub", EXAMPLE / "usst.pub", "--pub", EXAMPLE / "huawei.pub")
    for words in (
        ("manage", "migrate", "--verbosity", "0"),
        ("agreement", "import", EXAMPLE / "agreement.toml", "--in-force"),
        ("log", "hold-key", AGREEMENT, KEYS["usst"], "--party", "usst"),
        ("log", "found", AGREEMENT, "--party", "usst", *pubs),
    ):
        done = unipact(*words, home=home)
        assert done.returncode == 0, done.stderr.decode()
    for party in KEYS:
        assert "entry" in _handed_in(home, party) or party == "usst"
    (home / "next.toml").write_bytes(next_version())
    return home


def _handed_in(home: Path, party: str) -> str:
    """Sign the only request of a party where its key is, and hand the note in."""
    asked = unipact("log", "requests", AGREEMENT, "--party", party, "--json", home=home)
    (waiting,) = json.loads(asked.stdout)
    request, note = home / f"{party}.line", home / f"{party}.note"
    for each in (request, note):
        each.unlink(missing_ok=True)
    number = str(waiting["id"])
    for words in (
        ("log", "request", AGREEMENT, number, "--party", party, "--out", request),
        ("sign", request, "--key", KEYS[party], "--yes", "--out", note),
    ):
        done = unipact(*words, home=home)
        assert done.returncode == 0, done.stderr.decode()
    done = unipact("log", "submit", AGREEMENT, number, note, "--party", party, home=home)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def _proposed(home: Path) -> str:
    """The id of the newest proposal."""
    return read("ls", home=home)["proposals"][0]["id"]


def test_a_change_goes_from_proposal_to_the_next_version(kept):
    reason = ("--reason", "More time to answer", "--reason-zh", "延长答复期限")
    done = said("propose", kept / "next.toml", "--party", "usst", *reason, home=kept)
    proposal = _proposed(kept)
    assert done == f"proposal {proposal}, round 1: entry 1\n"
    shown = said("show", proposal, home=kept)
    assert "waits for usst, huawei" in shown
    assert "More time to answer" in shown
    assert "Days of silence: 60 → 90" in shown
    assert "governance" in shown
    chinese = said("show", proposal, "--language", "zh", home=kept)
    assert "延长答复期限" in chinese
    assert "无人答复的天数：60 → 90" in chinese

    said("comment", proposal, "Thirty days more?", "--party", "huawei", home=kept)
    said("consent", proposal, "--party", "usst", home=kept)
    # The enterprise brings its key; the last consent brings the version into force.
    key = ("--key", KEYS["huawei"])
    said("consent", proposal, "--party", "huawei", *key, home=kept)
    found = read("ls", home=kept)
    (row,) = found["proposals"]
    assert (found["version"], row["state"], row["closed"]) == (2, "adopted", 3)
    whole = read("show", proposal, "--party", "usst", home=kept)
    assert [each["decision"] for each in whole["decisions"]] == ["consent", "consent"]
    assert [each["text"] for each in whole["comments"]] == ["Thirty days more?"]

    again = ran("consent", proposal, "--party", "usst", home=kept)
    assert again.returncode == 3
    assert b"adopted" in again.stderr


def test_a_party_whose_key_is_elsewhere_gets_a_request_and_is_told_how_to_sign_it(kept):
    before = read("ls", home=kept)["size"]
    done = ran("waive", *WAIVED, "--party", "huawei", "--reason", "No heating", home=kept)
    assert done.returncode == 0, done.stderr.decode()
    assert b": request " in done.stdout
    assert b"unipact log submit" in done.stderr
    assert read("ls", home=kept)["size"] == before

    assert f"entry {before}" in _handed_in(kept, "huawei")
    proposal = _proposed(kept)
    assert "nobody is held to it" in said("show", proposal, home=kept)
    refused = ran("decline", proposal, "--party", "usst", "--reason", " ", home=kept)
    assert (refused.returncode, b"empty" in refused.stderr) == (2, True)
    said("decline", proposal, "--party", "usst", "--reason", "It was heated.", home=kept)
    whole = read("show", proposal, "--party", "usst", home=kept)
    assert whole["row"]["state"] == "declined"
    assert [each["text"] for each in whole["comments"]] == ["It was heated."]


def test_an_amended_proposal_keeps_the_earlier_round_and_may_be_withdrawn(kept):
    until = datetime.now(UTC).date() + timedelta(days=90)
    of = ("--party", "usst", "--reason", "We close the campus")
    said("end", until.isoformat(), *of, home=kept)
    proposal = _proposed(kept)
    first = read("show", proposal, home=kept)["row"]["change_sha256"]
    later = (until + timedelta(days=90)).isoformat()
    assert "round 2" in said("end", later, *of, "--proposal", proposal, home=kept)
    whole = read("show", proposal, home=kept)
    assert [each["effect"]["on"] for each in whole["rounds"]] == [until.isoformat(), later]
    stale = ran("consent", proposal, "--party", "usst", "--change", first, home=kept)
    assert (stale.returncode, b"earlier round" in stale.stderr) == (3, True)
    said("withdraw", proposal, "--party", "usst", home=kept)
    assert read("ls", home=kept)["proposals"][0]["state"] == "withdrawn"


def test_disputes_and_notices_are_signed_and_shown(kept):
    of = (*WAIVED, "--reason", "The meters were changed")
    said("dispute open", *of, "--party", "usst", home=kept)
    twice = ran("dispute open", *of, "--party", "huawei", "--key", KEYS["huawei"], home=kept)
    assert twice.returncode == 3
    found = read("standing", home=kept)
    (dispute,) = found["disputes"]
    assert dispute["waiting_for"] == ["huawei", "usst"]
    for party, key in (("usst", ()), ("huawei", ("--key", KEYS["huawei"]))):
        close = ("dispute close", dispute["id"], "--party", party, "--reason", "Mended")
        said(*close, *key, home=kept)
    assert read("standing", home=kept)["disputes"][0]["waiting_for"] == []

    on = (datetime.now(UTC).date() + timedelta(days=400)).isoformat()
    said("notice", "usst-withdrawal", on, "--party", "usst", home=kept)
    (notice,) = read("standing", home=kept)["notices"]["notices"]
    assert (notice["party"], notice["clause"], notice["on"]) == ("usst", "usst-withdrawal", on)
    not_theirs = ran("notice", "huawei-withdrawal", on, "--party", "usst", home=kept)
    assert (not_theirs.returncode, b"not for usst" in not_theirs.stderr) == (3, True)
    assert f"dispute {dispute['id']}" in said("standing", home=kept)


WRONG = (
    (("show", "0" * 32), b"no such proposal"),
    (("consent", "0" * 32, "--party", "usst"), b"no such proposal"),
    (("ls", "--party", "nobody"), b"nobody"),
    (("end", "soon", "--party", "usst", "--reason", "x"), b"soon is no day"),
    (("forward", "--party", "usst"), b"not evaluated"),
    (("report-sign", "2019", "--party", "usst"), b"nothing was evaluated"),
    (("propose", "none.toml", "--party", "usst", "--reason", "x"), b"none.toml"),
)


def test_what_is_wrong_is_said_and_nothing_is_signed(kept):
    before = read("ls", home=kept)["size"]
    for arguments, words in WRONG:
        done = ran(*arguments, home=kept)
        assert done.returncode == 2, (arguments, done.stderr.decode())
        assert words in done.stderr, arguments
        assert b"Traceback" not in done.stderr, arguments
    assert read("ls", home=kept)["size"] == before
