"""A command that is killed leaves nothing or everything, and its next attempt completes."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from tests.contract.command import command
from tests.crash import seen
from tests.crash.conftest import do, leave
from tests.crash.kills import Act, kill

AGREEMENT = "usst-huawei-2019"
DAY = "2019-12-31"
OUT = "out"
#: With the 25 of the workers more than a hundred on each database.
MANY = 12


@pytest.fixture
def acts(agreement_file, migrated, imported, evaluated, copies, tmp_path) -> dict[str, Act]:
    """Every act that writes, by name."""
    archive = tmp_path / "installation.tar"
    do("installation", "export", archive, home=evaluated)
    small_lake = [sys.executable, "-m", "unipact.analysis.tests.publish_and_die"]
    return {
        "data import": Act(
            words=lambda home: command("run", agreement_file, "--json"),
            home=lambda: copies(migrated),
            seen=seen.lake,
            # Each of its files is a batch of its own: some of them, each whole.
            may_be=lambda found, before, after: dict(found).items() <= dict(after).items(),
            traces=lambda home: (home / "lake" / "_staging").exists(),
            leave=leave,
            says=lambda printed: printed,
        ),
        "publish": Act(
            words=lambda home: [*small_lake, str(home / "lake"), "only", "1", ""],
            home=lambda: copies(migrated),
            seen=seen.lake,
            traces=lambda home: (home / "lake" / "_staging").exists(),
            leave=leave,
        ),
        "agreement import": Act(
            words=lambda home: command("agreement", "import", agreement_file),
            home=lambda: copies(migrated),
            seen=seen.records,
            leave=leave,
        ),
        "evaluation": Act(
            words=lambda home: command("agreement", "evaluate", agreement_file, "--as-of", DAY),
            home=lambda: copies(imported),
            seen=seen.records,
            leave=leave,
        ),
        **{
            f"report as {form}": Act(
                words=lambda home, form=form: command(
                    "agreement", "report", AGREEMENT, "--out", home / OUT, "--format", form
                ),
                home=lambda: copies(evaluated),
                seen=lambda home: digest(home / OUT),
                traces=lambda home: (home / f".{OUT}.part").exists(),
                leave=leave,
            )
            for form in ("json", "pdf")
        },
        "installation export": Act(
            words=lambda home: command("installation", "export", home / OUT),
            home=lambda: copies(evaluated),
            seen=lambda home: digest(home / OUT),
            traces=lambda home: any(home.glob(f".{OUT}-*")),
            leave=leave,
        ),
        "installation import": Act(
            words=lambda home: command("installation", "import", archive),
            home=lambda: copies(migrated),
            seen=lambda home: (seen.records(home), seen.lake(home)),
            # Between the lake's rename and the commit the lake is whole, and no record names it.
            may_be=lambda found, before, after: found in (before, after, (before[0], after[1])),
            traces=lambda home: any(home.glob(".arriving-*")),
            leave=leave,
        ),
    }


NAMES = (
    "data import",
    "publish",
    "agreement import",
    "evaluation",
    "report as json",
    "report as pdf",
    "installation export",
    "installation import",
)


def digest(path: Path) -> str | None:
    """The hash of a file; None where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_command_leaves_nothing_or_everything(acts, name):
    tally = kill(acts[name], times=2, seed=20_190_625)
    print(f"kills: {name}: {tally}")


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_many_kills_leave_nothing_or_everything(acts, name):
    tally = kill(acts[name], times=MANY, seed=20_191_231)
    print(f"kills: {name}: {tally}")
    assert tally.killed == MANY
    assert tally.killed >= tally.ended


def test_every_command_that_writes_is_killed(acts):
    assert set(acts) == set(NAMES)
