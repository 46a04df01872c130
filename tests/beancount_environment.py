"""The environment of its own in which beancount runs (40 MB, made once, ignored by git).

Beancount is GPL-2.0: it is no dependency, but a program that the tests start beside ours.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".bench" / "beancount"
REQUIREMENT = "beancount==3.2.3"
_LIMIT_S = 300


def bean_check(file: Path) -> subprocess.CompletedProcess[str]:
    """Let ``bean-check`` read a file: 0 where every transaction balances, else 1 and what is wrong.

    Raises:
        AssertionError: beancount cannot be had here; it says what to do.
    """
    return subprocess.run(
        [_program(), "--no-cache", file],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _program() -> Path:
    """The program, which is installed where it is missing."""
    program, ready = HOME / "bin" / "bean-check", HOME / "ready"
    HOME.parent.mkdir(exist_ok=True)
    # Two runs of the tests may want it at once.
    with HOME.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists() or ready.read_text() != REQUIREMENT:
            try:
                _run([sys.executable, "-m", "venv", "--clear", str(HOME)])
                _run([str(HOME / "bin" / "python"), "-m", "pip", "install", "-q", REQUIREMENT])
            except subprocess.SubprocessError as error:
                raise AssertionError(
                    f"{REQUIREMENT} could not be installed: with a way to PyPI, run "
                    f"`python -m venv {HOME} && {HOME}/bin/pip install {REQUIREMENT}`, "
                    f"then write {REQUIREMENT} into {ready}\n{getattr(error, 'stderr', error)}"
                ) from error
            ready.write_text(REQUIREMENT)
    return program


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=_LIMIT_S)
