"""Run the whole suite and end with one line that counts it (`make test`).

First everything on SQLite; then what uses a database again on PostgreSQL: services, pages, the
command line, the browser's journeys, the kills. The second run happens even when the first has
failures, so that one look shows both.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
NOTHING_COLLECTED = 5


def _run(command: list[str], report: Path) -> tuple[int, Counter[str]]:
    code = subprocess.run([*command, f"--junitxml={report}"], cwd=ROOT, check=False).returncode
    counts: Counter[str] = Counter()
    if report.is_file():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            failed = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
            skipped = int(suite.get("skipped", "0"))
            counts["failed"] += failed
            counts["skipped"] += skipped
            counts["passed"] += int(suite.get("tests", "0")) - failed - skipped
    return (0 if code == NOTHING_COLLECTED else code), counts


def main() -> int:
    """Run both; return 1 when either failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="the long tests as well")
    long = parser.parse_args().long
    chosen = "long or not long" if long else "not long"
    again = "(db or postgres)" + ("" if long else " and not long")
    pytest = [sys.executable, "-m", "pytest"]
    postgres = [sys.executable, str(ROOT / "tools/postgres.py"), "--"]
    with tempfile.TemporaryDirectory() as folder:
        runs = [
            _run([*pytest, "-m", chosen], Path(folder) / "sqlite.xml"),
            _run([*postgres, *pytest, "-m", again], Path(folder) / "postgres.xml"),
        ]
    total = sum((counts for _, counts in runs), Counter[str]())
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if any(code for code, _ in runs) else 0


if __name__ == "__main__":
    raise SystemExit(main())
