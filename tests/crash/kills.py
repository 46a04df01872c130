"""Kill processes with SIGKILL at random moments of their work, and look at what is left.

The moments are drawn, with a seed, between the end of the start (what a command that does nothing
takes, measured here and now) and the measured end of the act. Nothing sleeps: waiting for the
process is the clock.
"""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract.command import command, environment

ROOT = Path(__file__).resolve().parents[2]
_LONGEST_S = 120
#: The share of a start after which kills begin: starts differ a little.
_START = 0.8


@dataclass
class Tally:
    """How it went: processes killed before they ended, and those that ended first.

    ``inside`` counts the kills that can be seen to have landed in the midst of the work: they left
    something that the next attempt cleared away or took up.
    """

    killed: int = 0
    ended: int = 0
    inside: int = 0


@dataclass(frozen=True)
class Act:
    """Something that a person starts, which may be killed.

    Attributes:
        words: the command, for a home folder.
        home: makes a new home folder in which the act has not been done.
        seen: what the act leaves, read independently; equal means the same.
        may_be: whether ``seen`` may be found after a kill: nothing, or all of it.
        traces: whether a kill inside left something that the next attempt must clear away.
        leave: takes a home folder away.
        says: what of the output must be the same, however the act went before.
    """

    words: Callable[[Path], list[str]]
    home: Callable[[], Path]
    seen: Callable[[Path], Any]
    may_be: Callable[[Any, Any, Any], bool] = lambda found, before, after: (
        found
        in (
            before,
            after,
        )
    )
    traces: Callable[[Path], bool] = lambda home: False
    leave: Callable[[Path], None] = lambda home: None
    says: Callable[[bytes], bytes] = lambda printed: b""


def run(act: Act, home: Path) -> bytes:
    """Let the act end; it must succeed. Returns what it printed."""
    ended = subprocess.run(
        act.words(home), env=environment(home), cwd=ROOT, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout


def _seconds_to_start(home: Path) -> float:
    start = time.monotonic()
    subprocess.run(
        command("agreement", "ls"), env=environment(home), cwd=ROOT, capture_output=True, check=True
    )
    return time.monotonic() - start


def killed_at(act: Act, home: Path, moment: float) -> int | None:
    """Kill the act after ``moment`` seconds; its exit code where it had ended before."""
    process = subprocess.Popen(
        act.words(home),
        env=environment(home),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_LONGEST_S)
        return None


def kill(act: Act, times: int, seed: int) -> Tally:
    """Kill the act until ``times`` processes died of it, and hold what is left to the promises.

    Half of the kills are followed by an attempt that may end, half by one that is killed as well.
    """
    dice = random.Random(seed)
    home = act.home()
    before = act.seen(home)
    begun = _START * _seconds_to_start(home)
    start = time.monotonic()
    said = act.says(run(act, home))
    whole = max(time.monotonic() - start, begun)
    after = act.seen(home)
    act.leave(home)
    tally = Tally()
    home = act.home()
    while tally.killed < times:
        assert tally.ended <= 2 * times + 2, "the kills come too late to land inside the act"
        start = time.monotonic()
        code = killed_at(act, home, dice.uniform(begun, whole))
        found = act.seen(home)
        if code is None:
            tally.killed += 1
            tally.inside += act.traces(home) or found not in (before, after)
            assert act.may_be(found, before, after), found
            if dice.random() < 0.5:
                continue
        else:
            assert code == 0
            tally.ended += 1
            # The machine has less to do than it had: it starts and ends sooner.
            whole = min(whole, time.monotonic() - start)
            begun = min(begun, _START * whole)
            # It said that it was done: nothing of it may be missing.
            assert found == after
        assert act.says(run(act, home)) == said
        assert act.seen(home) == after
        act.leave(home)
        home = act.home()
    run(act, home)
    assert act.seen(home) == after
    act.leave(home)
    return tally
