"""People, tokens and tidying from the command line: a secret alone on standard output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.command import EXAMPLE, unipact

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """An installation with the example, and nobody in it."""
    home: Path = tmp_path_factory.mktemp("people")
    assert unipact("manage", "migrate", "--verbosity", "0", home=home).returncode == 0
    done = unipact("agreement", "import", EXAMPLE / "agreement.toml", "--in-force", home=home)
    assert done.returncode == 0, done.stderr.decode()
    return home


def _people(home: Path) -> dict[str, dict]:
    listed = json.loads(unipact("people", "ls", "--json", home=home).stdout)
    return {each["party"]: each for each in listed}


def test_an_operator_invites_moves_and_ends(kept):
    done = unipact("people", "invite", "Li Na", "--party", "usst", "--role", "analyst", home=kept)
    (path,) = done.stdout.decode().splitlines()
    assert path.startswith("/invitation/")
    assert path.endswith("/")
    assert b"Li Na" in done.stderr
    (invitation,) = _people(kept)["usst"]["invitations"]
    assert (invitation["for"], invitation["role"]) == ("Li Na", "analyst")
    assert path.encode() not in unipact("people", "ls", home=kept).stdout
    done = unipact("people", "withdraw", str(invitation["id"]), home=kept)
    assert done.returncode == 0
    assert _people(kept)["usst"]["invitations"] == []

    for name, role in (("wang", "cooperation_officer"), ("li", "analyst")):
        unipact("agreement", "member", name, "--party", "usst", "--role", role, home=kept)
    assert unipact("people", "move", "li", "--role", "executive", home=kept).returncode == 0
    assert {"name": "li", "role": "executive"} in _people(kept)["usst"]["people"]
    assert unipact("people", "end", "li", home=kept).returncode == 0
    assert [each["name"] for each in _people(kept)["usst"]["people"]] == ["wang"]
    last = unipact("people", "end", "wang", home=kept)
    assert last.returncode == 3
    assert b"name another officer first" in last.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("people", "end", "nobody"), 2, b"nobody"),
        (("people", "move", "nobody", "--role", "analyst"), 2, b"nobody"),
        (("people", "withdraw", "99"), 2, b"99"),
        (("people", "invite", "x", "--party", "none", "--role", "analyst"), 2, b"none"),
        (("people", "invite", "x", "--party", "usst", "--role", "king"), 2, b"king"),
        (("people", "invite", "a\u202eb", "--party", "usst", "--role", "analyst"), 2, b"U+202E"),
        (("token", "revoke", "99"), 2, b"99"),
        (("token", "ls", "--party", "none"), 2, b"none"),
    ],
    ids=lambda each: " ".join(each[:2]) if isinstance(each, tuple) else "",
)
def test_what_cannot_be_done_is_said_in_one_line(kept, arguments, code, said):
    done = unipact(*arguments, home=kept)
    assert done.returncode == code
    assert said in done.stderr
    assert done.stdout == b""
    assert len(done.stderr.splitlines()) == 1


def test_a_token_is_made_listed_and_revoked(kept):
    done = unipact(
        *("token", "make", "meters", "--party", "usst", "--role", "analyst"),
        *("--purpose", "records", "--days", "30"),
        home=kept,
    )
    (secret,) = done.stdout.decode().splitlines()
    assert secret.startswith("unipact_")
    assert secret.encode() not in done.stderr
    (listed,) = json.loads(unipact("token", "ls", "--json", home=kept).stdout)
    assert (listed["name"], listed["purpose"], listed["state"]) == ("meters", "records", "active")
    assert secret not in json.dumps(listed)
    assert unipact("token", "revoke", str(listed["id"]), home=kept).returncode == 0
    assert unipact("token", "revoke", str(listed["id"]), home=kept).returncode == 0
    (listed,) = json.loads(unipact("token", "ls", "--party", "usst", "--json", home=kept).stdout)
    assert listed["state"] == "revoked"


def test_tidying_says_what_it_swept_and_can_be_repeated(kept):
    for _ in range(2):
        done = unipact("tidy", home=kept)
        assert done.returncode == 0, done.stderr.decode()
        assert b"swept 0 sessions, 0 limits, 0 kept answers, 0 rows of the cache" in done.stdout
