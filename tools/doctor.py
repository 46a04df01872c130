"""Say what of the environment is here and what is missing (`make doctor`)."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: ; ([^\\\n]+))?", re.MULTILINE)


def differences(lock: Path) -> list[str]:
    """Return each package of a lock file that is missing here or has another version."""
    found: list[str] = []
    for name, version, marker in PINNED.findall(lock.read_text(encoding="utf-8")):
        if marker and not Marker(marker.strip()).evaluate():
            continue
        try:
            here = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found.append(f"{name} {version} is not installed")
            continue
        if here != version:
            found.append(f"{name} is {here}, locked is {version}")
    return found


def main() -> int:
    """Print one line for each lock file, and one for each difference."""
    for name in ("requirements-run.lock", "requirements.lock"):
        found = differences(ROOT / name)
        print(f"{name}: {'as locked' if not found else f'{len(found)} differ'}")
        for line in found:
            print(f"  {line}")
    print(f"python: {sys.version.split()[0]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
