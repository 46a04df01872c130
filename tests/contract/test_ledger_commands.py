"""The ledger from the command line, and the demo's made-up records."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.beancount_environment import bean_check
from tests.contract.command import EXAMPLE, unipact
from unipact.agreement.queries.ledger import exported
from unipact.agreement.services import agreement_import
from unipact.errors import Invalid, NotPermitted
from unipact.web.demo_ledger import FILE_NAME, demo_ledger_fill

pytestmark = pytest.mark.once

AGREEMENT = "usst-huawei-2019"
FUND = ("ledger", "record", AGREEMENT, "huawei-research-fund")
HEAD = "act,party,subject,amount,unit,on,recorded_on,note\n"
BY = ("--party", "huawei", "--on", "2019-10-31")


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """An installation with the example in force."""
    home: Path = tmp_path_factory.mktemp("ledger")
    assert unipact("manage", "migrate", "--verbosity", "0", home=home).returncode == 0
    done = unipact("agreement", "import", EXAMPLE / "agreement.toml", "--in-force", home=home)
    assert done.returncode == 0, done.stderr.decode()
    return home


def _sums(home: Path, name: str) -> dict[str, str]:
    done = unipact("ledger", "show", AGREEMENT, "--day", "2019-12-31", "--json", home=home)
    assert done.returncode == 0, done.stderr.decode()
    lines = [line for side in json.loads(done.stdout)["parties"] for line in side["lines"]]
    return next(line["sums"] for line in lines if line["id"] == name)


def test_an_operator_records_answers_values_and_takes_back(kept, tmp_path):
    done = unipact(*FUND, "2000000.00", *BY, "--note", "=1+1", home=kept)
    assert done.returncode == 0, done.stderr.decode()
    assert b"no. 1 is recorded: sha256:" in done.stdout
    assert _sums(kept, "huawei-research-fund")["unanswered"] == "2000000.00"
    at = (AGREEMENT, "1", "--party", "usst")
    assert unipact("ledger", "contest", *at, "--reason", "late", home=kept).returncode == 0
    assert unipact("ledger", "acknowledge", *at, home=kept).returncode == 0
    assert _sums(kept, "huawei-research-fund")["acknowledged"] == "2000000.00"
    received = unipact(
        *("ledger", "record", AGREEMENT, "usst-research-income", "5.50"),
        *("--party", "usst", "--on", "2019-12-01", "--unit", "CNY"),
        home=kept,
    )
    assert received.returncode == 0, received.stderr.decode()
    valued = unipact(
        *("ledger", "value", AGREEMENT, "huawei-engineers", "42000.00", "--party", "usst"),
        *("--from", "2019-07-01", "--reason", "rate"),
        home=kept,
    )
    assert valued.returncode == 0, valued.stderr.decode()
    back = unipact(
        *("ledger", "reverse", AGREEMENT, "1", "--party", "huawei", "--reason", "typo"), home=kept
    )
    assert b"taken back by no. 3" in back.stdout
    assert _sums(kept, "huawei-research-fund")["made"] == "0.00"

    listed = unipact("ledger", "ls", AGREEMENT, home=kept).stdout.decode().splitlines()
    assert len(listed) == 3
    assert listed[2].endswith("takes back 1")
    table = unipact("ledger", "export", AGREEMENT, "--format", "csv", home=kept).stdout.decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["number"], row["account"], row["amount"]) for row in rows[:2]] == [
        ("1", "given", "-2000000.00"),
        ("1", "applied", "2000000.00"),
    ]
    # A spreadsheet would compute it.
    assert rows[0]["note"] == "'=1+1"
    file = tmp_path / "ledger.beancount"
    assert unipact("ledger", "export", AGREEMENT, "--out", file, home=kept).returncode == 0
    checked = bean_check(file)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert unipact("ledger", "erase-note", AGREEMENT, "1", home=kept).returncode == 0
    assert b"=1+1" not in unipact("ledger", "export", AGREEMENT, home=kept).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((*FUND, "2000000.001", *BY), 2, b"amount: it has 3 decimals; 2 are kept"),
        ((*FUND, "5", "--party", "usst", "--on", "2019-10-31"), 2, b"the other party's"),
        ((*FUND, "5", "--party", "huawei", "--on", "31.10.2019"), 2, b"--on"),
        (("ledger", "show", "nothing"), 2, b"there is no agreement nothing"),
        (("ledger", "show", AGREEMENT, "--party", "nobody"), 2, b"nobody"),
        (("ledger", "acknowledge", AGREEMENT, "9", "--party", "usst"), 2, b"no transaction 9"),
        (("ledger", "erase-note", AGREEMENT, "9"), 2, b"no transaction 9"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(kept, arguments, code, said):
    done = unipact(*arguments, home=kept)
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr


@pytest.mark.django_db
def test_the_records_of_the_example_are_loaded_once_and_marked_as_made_up(settings):
    text = (EXAMPLE / FILE_NAME).read_text("utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert text.startswith("# Made up")
    answered = {"acknowledged"}
    assert all(row["note"].startswith("Illustrative") for row in rows if row["act"] not in answered)
    content = (EXAMPLE / "agreement.toml").read_bytes()
    agreement_import(actor=None, content=content, now=datetime.now(UTC), state="in_force")
    settings.UNIPACT_DEMO = False
    with pytest.raises(NotPermitted):
        demo_ledger_fill(EXAMPLE, AGREEMENT)
    settings.UNIPACT_DEMO = True
    assert demo_ledger_fill(EXAMPLE, AGREEMENT) == len(rows)
    assert demo_ledger_fill(EXAMPLE, AGREEMENT) == 0
    recorded = [row for row in rows if row["act"] in {"given", "received", "taken-back"}]
    assert len(exported(AGREEMENT, None)) == len(recorded)


@pytest.mark.django_db
def test_a_wrong_line_of_the_examples_ledger_is_refused(settings, tmp_path):
    settings.UNIPACT_DEMO = True
    content = (EXAMPLE / "agreement.toml").read_bytes()
    agreement_import(actor=None, content=content, now=datetime.now(UTC), state="in_force")
    for text in ("act,party\n", HEAD + "lent,usst,1,,,2019-10-01,2019-10-01,\n"):
        (tmp_path / FILE_NAME).write_text(text)
        with pytest.raises(Invalid):
            demo_ledger_fill(tmp_path, AGREEMENT)
