"""Run the whole suite and end with one line that counts it (`make test`).

Everything runs on SQLite, and beside it, at the same time, what uses a database once more on
PostgreSQL: services, pages, the command line, the browser's journeys, the kills. Each test waits
more than it computes, so two runs at once take little longer than one. What the second run said is
printed when the first has ended. It runs to its end even when the first has failures, so that one
look shows both.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
NOTHING_COLLECTED = 5


class Run:
    """One of the two runs; it speaks to ``said``, or to the terminal where there is none."""

    def __init__(self, command: list[str], report: Path, said: Path | None = None) -> None:
        self._report = report
        self._said = said
        with said.open("wb") if said else nullcontext() as stream:
            self._process = subprocess.Popen(
                [*command, f"--junitxml={report}"],
                cwd=ROOT,
                stdout=stream,
                stderr=subprocess.STDOUT if stream else None,
            )

    def ended(self) -> tuple[int, Counter[str]]:
        """Wait for the end and count."""
        code = self._process.wait()
        if self._said is not None:
            sys.stdout.flush()
            sys.stdout.buffer.write(self._said.read_bytes())
            sys.stdout.flush()
        counts: Counter[str] = Counter()
        if self._report.is_file():
            for suite in ElementTree.parse(self._report).getroot().iter("testsuite"):
                failed = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
                skipped = int(suite.get("skipped", "0"))
                counts["failed"] += failed
                counts["skipped"] += skipped
                counts["passed"] += int(suite.get("tests", "0")) - failed - skipped
        return (0 if code == NOTHING_COLLECTED else code), counts

    def stop(self) -> None:
        """End it now, with its database."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


def main() -> int:
    """Run both; return 1 when either failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="the long tests as well")
    long = parser.parse_args().long
    chosen = "long or not long" if long else "not long"
    again = "(db or postgres)" + ("" if long else " and not long")
    pytest = [sys.executable, "-m", "pytest"]
    postgres = [sys.executable, str(ROOT / "tools/postgres.py"), "--"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        beside = Run(
            [*postgres, *pytest, "-m", again], folder / "postgres.xml", folder / "postgres.txt"
        )
        try:
            runs = [Run([*pytest, "-m", chosen], folder / "sqlite.xml").ended(), beside.ended()]
        finally:
            beside.stop()
    total = sum((counts for _, counts in runs), Counter[str]())
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if any(code for code, _ in runs) else 0


if __name__ == "__main__":
    raise SystemExit(main())
