"""The log from the command line: founded, signed elsewhere, cosigned elsewhere, proved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.command import EXAMPLE, unipact
from unipact.tlog.merkle import leaf_hash, verify_consistency, verify_inclusion

pytestmark = pytest.mark.once

AGREEMENT = "usst-huawei-2019"


def done(*arguments, home: Path) -> str:
    """What a command prints that has to work."""
    ran = unipact(*arguments, home=home)
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


def log(name: str, *arguments, home: Path) -> str:
    """What ``unipact log NAME`` of the example prints."""
    return done("log", *name.split(), AGREEMENT, *arguments, home=home)


def installed(folder: Path) -> Path:
    """An installation with the example in force, and no log yet."""
    done("manage", "migrate", "--verbosity", "0", home=folder)
    done("agreement", "import", EXAMPLE / "agreement.toml", "--in-force", home=folder)
    return folder


def signed(home: Path, party: str, desk: Path) -> None:
    """Sign what waits for a party, where its key is, and hand it in."""
    (asked,) = json.loads(log("requests", "--party", party, "--json", home=home))
    request, note = desk / f"{party}.json", desk / f"{party}.note"
    log("request", asked["id"], "--party", party, "--out", request, home=home)
    key = EXAMPLE / f"{party}.demo-key"
    done("sign", request, "--key", key, "--yes", "--out", note, home=home)
    log("submit", asked["id"], note, "--party", party, home=home)


def cosigned(home: Path, party: str, desk: Path, log_key: str) -> None:
    """Cosign the present checkpoint where the party's key is, and hand it in."""
    request, line = desk / f"{party}.request", desk / f"{party}.line"
    for each in (request, line):
        each.unlink(missing_ok=True)
    log("cosign-request", "--party", party, "--out", request, home=home)
    done(
        *("cosign", request, "--key", EXAMPLE / f"{party}.demo-key"),
        *("--state", desk / f"{party}.seen", "--log-key", log_key, "--out", line),
        home=home,
    )
    log("cosignature", line, "--party", party, home=home)


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """An installation whose log was founded with both parties' keys elsewhere."""
    home = installed(tmp_path_factory.mktemp("log"))
    desk = home / "desk"
    desk.mkdir()
    pubs = ("--pub", EXAMPLE / "usst.pub", "--pub", EXAMPLE / "huawei.pub")
    said = log("found", *pubs, "--party", "usst", home=home)
    assert len(said.splitlines()) == 2
    for party in ("usst", "huawei"):
        signed(home, party, desk)
    found = json.loads(log("keys", "--json", home=home))
    for party in ("usst", "huawei"):
        cosigned(home, party, desk, found["log"]["vkey"])
    return home


def test_a_founded_log_is_listed_shown_and_proved(kept):
    listed = log("ls", home=kept)
    assert "began this log with version 1" in listed
    assert "not yet signed as a whole" not in listed
    (entry,) = json.loads(log("ls", "--json", home=kept))
    note = log("show", 0, home=kept)
    assert leaf_hash(note.encode()).hex() == entry["leaf_sha256"]
    proof = json.loads(log("proof inclusion", 0, home=kept))
    verify_inclusion(
        index=0,
        size=1,
        leaf=bytes.fromhex(proof["leaf_sha256"]),
        proof=[bytes.fromhex(each) for each in proof["proof"]],
        root=bytes.fromhex(proof["root"]),
    )
    grown = json.loads(log("proof consistency", 0, home=kept))
    assert (grown["old"], grown["new"], grown["proof"]) == (0, 1, [])
    verify_consistency(
        old=1,
        new=1,
        proof=[],
        old_root=bytes.fromhex(grown["new_root"]),
        new_root=bytes.fromhex(proof["root"]),
    )
    assert log("receipt", 0, home=kept).startswith("c2sp.org/tlog-proof@v1\nindex 0\n")
    assert len(log("checkpoint", home=kept).splitlines()) == 7


def test_what_is_given_out_verifies_and_nothing_is_replaced(kept, tmp_path):
    seen, bundle = tmp_path / "seen", tmp_path / "bundle"
    log("checkpoint", "--out", seen, home=kept)
    again = unipact("log", "checkpoint", AGREEMENT, "--out", seen, home=kept)
    assert again.returncode == 3
    assert b"there already" in again.stderr
    done("bundle", AGREEMENT, "--out", bundle, home=kept)
    keys = ("--key", EXAMPLE / "usst.pub", "--key", EXAMPLE / "huawei.pub")
    done("verify", bundle, *keys, "--seen", seen, home=kept)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("ls", "none"), 2, b"no log of none"),
        (("show", AGREEMENT, "7"), 2, b"1 entries"),
        (("receipt", AGREEMENT, "7"), 2, b"1 entries"),
        (("checkpoint", AGREEMENT, "--size", "7"), 2, b"of 1 entries"),
        (("proof", "consistency", AGREEMENT, "7"), 2, b"1 entries"),
        (("request", AGREEMENT, "9999", "--party", "usst"), 2, b"no such request"),
        (("drop", AGREEMENT, "9999", "--party", "usst"), 2, b"no such request"),
        (("submit", AGREEMENT, "9999", "--party", "usst"), 2, b"no such request"),
        (("erase-reason", AGREEMENT, "0" * 64, "--party", "usst"), 2, b"no such reason"),
        (("erase-reason", AGREEMENT, "0" * 64, "--party", "none"), 2, b"no agreement"),
        (("cosign-request", AGREEMENT, "--party", "none"), 2, b"no party"),
        (("cosignature", AGREEMENT, "README.md", "--party", "usst"), 2, b"signature line"),
        (("hold-key", AGREEMENT, "README.md", "--party", "usst"), 2, b"README.md"),
        (("hold-key", AGREEMENT, "README.md"), 2, b"README.md"),
        (("hold-key", AGREEMENT, EXAMPLE / "log.demo-key"), 2, b"not the key of the log"),
        (("found", AGREEMENT, "--pub", "README.md", "--party", "usst"), 2, b"README.md"),
    ],
    ids=lambda each: " ".join(map(str, each[:3])) if isinstance(each, tuple) else "",
)
def test_what_cannot_be_done_is_said_in_one_line(kept, arguments, code, said):
    ran = unipact("log", *arguments, home=kept)
    assert ran.returncode == code, ran.stderr.decode()
    assert said in ran.stderr, ran.stderr.decode()
    assert ran.stdout == b""
    assert len(ran.stderr.splitlines()) == 1


def test_a_founded_log_is_not_founded_again(kept):
    pubs = ("--pub", EXAMPLE / "usst.pub", "--pub", EXAMPLE / "huawei.pub")
    ran = unipact("log", "found", AGREEMENT, *pubs, "--party", "usst", home=kept)
    assert ran.returncode == 3
    assert b"founded already" in ran.stderr


def test_a_reason_is_erased_by_whose_it_is_and_the_log_still_verifies(kept, tmp_path):
    about = ("campus-energy-savings-pool", "h2-2019", "--reason", "Mr Li says so")
    opened = ("consult", "dispute", "open", AGREEMENT, *about, "--party", "huawei")
    done(*opened, home=kept)
    signed(kept, "huawei", tmp_path)
    (entry, *_) = json.loads(log("ls", "--json", home=kept))
    sha256 = json.loads(entry["note"].splitlines()[0])["reason_sha256"]
    other = unipact("log", "erase-reason", AGREEMENT, sha256, "--party", "usst", home=kept)
    assert other.returncode != 0
    assert b"only the party that gave a reason" in other.stderr
    said = log("erase-reason", sha256, "--party", "huawei", home=kept)
    assert said == f"the reason {sha256} is erased\n"
    log_key = json.loads(log("keys", "--json", home=kept))["log"]["vkey"]
    for party in ("usst", "huawei"):
        cosigned(kept, party, kept / "desk", log_key)
    bundle = tmp_path / "bundle"
    done("bundle", AGREEMENT, "--out", bundle, home=kept)
    assert sha256.encode() in bundle.read_bytes()
    assert b"Mr Li" not in bundle.read_bytes()
    keys = ("--key", EXAMPLE / "usst.pub", "--key", EXAMPLE / "huawei.pub")
    done("verify", bundle, *keys, home=kept)


def test_keys_are_kept_inside_and_no_command_prints_them(kept):
    assert log("keys", home=kept).count("elsewhere") == 4
    said = log("hold-key", EXAMPLE / "usst.demo-key", "--party", "usst", home=kept)
    assert "whoever runs this server" in said
    keys = log("keys", home=kept)
    assert keys.count("elsewhere") == 2
    assert "PRIVATE" not in said + keys
    assert log("requests", "--party", "usst", home=kept) == ""
