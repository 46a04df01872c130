"""`tools/system`: what a newcomer reads when the machine lacks something."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEM = Path(__file__).resolve().parents[1] / "tools/system"
NEEDED = ("bash", "sed", "env", "dirname")


class Machine:
    """A PATH with nothing on it but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in NEEDED:
            (folder / name).symlink_to(str(shutil.which(name)))

    def command(self, name: str, script: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SYSTEM, *arguments],
            env={"PATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path):
    """A machine of somebody who is not root."""
    (tmp_path / "bin").mkdir()
    machine = Machine(tmp_path / "bin")
    machine.command("id", "echo 1000")
    return machine


def test_who_may_not_install_reads_one_line_with_the_command(machine):
    machine.command("apt-get", "exit 99")

    done = machine.run("install")

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("needed: sudo apt-get install --no-install-recommends ")
    assert "chromium" in done.stderr
    assert "gettext" in done.stderr


def test_without_apt_the_packages_are_named(machine):
    done = machine.run("install")

    assert done.returncode == 1
    assert "this is not Debian" in done.stderr
    assert "gettext" in done.stderr


def test_who_is_root_gets_what_is_missing(machine, tmp_path):
    machine.command("id", "echo 0")
    log = tmp_path / "log"
    machine.command("apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {log}')

    done = machine.run("install")

    lines = log.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("noninteractive update")
    assert lines[1].startswith("noninteractive install -qq --no-install-recommends ")
    assert "gettext" in lines[1]
    # The stub installed nothing, and that is said instead of believed.
    assert done.returncode == 1
    assert "still missing" in done.stderr


def test_another_browser_may_be_named(machine):
    machine.command("apt-get", "exit 99")
    machine.command("my-chrome", "true")

    done = subprocess.run(
        [SYSTEM, "install"],
        env={"PATH": str(machine.folder), "UNIPACT_CHROMIUM": str(machine.folder / "my-chrome")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "chromium" not in done.stderr


PANGO = ["libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"]


@pytest.mark.parametrize("missing", PANGO)
def test_each_library_that_sets_a_pdf_is_looked_for(machine, missing):
    machine.command("apt-get", "exit 99")
    machine.command("ldconfig", "\n".join(f"echo {name}" for name in PANGO if name != missing))

    needed = machine.run("install").stderr

    assert "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in needed


def test_what_is_there_to_set_a_pdf_is_not_asked_for_again(machine):
    machine.command("apt-get", "exit 99")
    machine.command("ldconfig", "\n".join(f"echo {name}" for name in PANGO))

    assert "libpango" not in machine.run("install").stderr


def test_a_python_that_does_not_fit_is_said(machine, tmp_path):
    machine.command("python3", "exit 1")

    done = machine.run("python", str(tmp_path / "venv"))

    assert done.returncode == 2
    assert "Python 3.11, 3.12, 3.13 or 3.14" in done.stderr


def test_a_python_without_venv_names_debians_package(machine, tmp_path):
    machine.command(
        "python3.11",
        'case "$2" in *ensurepip*) exit 1;; *print*) echo 3.11;; *) exit 0;; esac',
    )
    machine.command("apt-get", "exit 99")

    done = machine.run("python", str(tmp_path / "venv"))

    assert done.returncode == 2
    assert done.stderr.strip() == (
        "needed: sudo apt-get install --no-install-recommends python3.11-venv"
    )


def test_an_unknown_word_shows_how_it_is_used(machine):
    done = machine.run("unknown")

    assert done.returncode == 2
    assert "tools/system install" in done.stderr
