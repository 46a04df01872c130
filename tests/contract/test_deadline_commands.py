"""What is due, from the command line: a table, JSON, a calendar; and mails nobody asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.contract.command import EXAMPLE, unipact

pytestmark = pytest.mark.db

AGREEMENT = "usst-huawei-2019"
ADDRESS = "https://unipact.example.org"


def done(*arguments, home: Path) -> bytes:
    """What a command prints that has to work."""
    ran = unipact(*arguments, home=home)
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("due")
    done("manage", "migrate", "--verbosity", "0", home=folder)
    done("agreement", "import", EXAMPLE / "agreement.toml", "--in-force", home=folder)
    return folder


def test_the_three_forms_tell_the_same(installed):
    asked = ("deadlines", AGREEMENT, "--party", "usst")
    found = json.loads(done(*asked, "--format", "json", home=installed))
    names = [each["uid"] for each in found["rows"]]
    assert names
    content = done(*asked, "--format", "ics", "--address", ADDRESS, home=installed)
    events = Calendar.from_ical(content).walk("VEVENT")
    assert [str(each["UID"]) for each in events] == names
    assert {str(each["URL"])[: len(ADDRESS)] for each in events} == {ADDRESS}
    table = done(*asked, home=installed).decode().splitlines()
    assert len(table) == len(names) + 1


def test_the_same_deadlines_give_the_same_bytes(installed):
    asked = ("deadlines", AGREEMENT, "--party", "usst", "--format", "ics", "--address", ADDRESS)
    assert done(*asked, home=installed) == done(*asked, home=installed)


def test_a_dry_run_without_anybody_who_asked_tells_nobody(installed):
    ran = unipact("remind", "--dry-run", "--address", ADDRESS, home=installed)
    assert (ran.returncode, ran.stdout) == (0, b"")
    assert b"0 mails would be sent" in ran.stderr


def test_a_wrong_address_is_refused(installed):
    ran = unipact("remind", "--dry-run", "--address", "ftp://x", home=installed)
    assert ran.returncode == 2
