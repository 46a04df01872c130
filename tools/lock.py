"""Write the two hashed lock files, or with `--check` hold them to the rules (`make lock`).

`requirements-run.lock` is what an installation needs, `requirements.lock` what a developer needs;
both hold the build backend, so that nothing is built in isolation. uv resolves them, but `uv.lock`
is not kept: it stores absolute addresses, and behind a mirror those name the wrong host.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / "requirements-run.lock"
DEVELOP = ROOT / "requirements.lock"
GROUPS = {
    RUN: ["--no-default-groups", "--group", "build", "--all-extras"],
    DEVELOP: ["--all-groups", "--all-extras"],
}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def write() -> None:
    """Resolve again and export both files."""
    uv = str(Path(sys.executable).parent / "uv")
    subprocess.run([uv, "lock", "--upgrade"], cwd=ROOT, check=True)
    for file, groups in GROUPS.items():
        command = [uv, "export", "--frozen", "--quiet", "--no-emit-project", "--no-header"]
        done = subprocess.run(
            [*command, *groups], cwd=ROOT, check=True, capture_output=True, text=True
        )
        file.write_text("# Written by `make lock`.\n" + done.stdout, encoding="utf-8")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _locked(text: str) -> set[str]:
    names = (NAME.match(line) for line in text.splitlines() if not line.startswith((" ", "#", "-")))
    return {_normal(name[0]) for name in names if name}


def _wanted(project: dict[str, list[str] | dict[str, list[str]]]) -> set[str]:
    texts = list(project.get("dependencies", []))
    extras = project.get("optional-dependencies", {})
    if isinstance(extras, dict):
        texts += [text for extra in extras.values() for text in extra]
    names = (NAME.match(text) for text in texts)
    return {_normal(name[0]) for name in names if name}


def faults() -> list[str]:
    """Return what is wrong with the lock files; nothing when they hold to the rules."""
    found: list[str] = []
    manifest = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for file in GROUPS:
        text = file.read_text(encoding="utf-8")
        found += [
            f"{file.name}:{number}: a host has no place here: {line.strip()}"
            for number, line in enumerate(text.splitlines(), start=1)
            if "://" in line or line.lstrip().startswith(("-i ", "--index", "--extra-index", "-f "))
        ]
        # One entry is a line without indent and the indented lines after it.
        entries = re.split(r"\n(?=[A-Za-z0-9])", text)
        found += [
            f"{file.name}: {entry.split()[0]} has no hash"
            for entry in entries
            if NAME.match(entry) and "--hash=sha256:" not in entry
        ]
        missing = (_wanted(manifest["project"]) | {"hatchling", "editables"}) - _locked(text)
        found += [f"{file.name}: {name} is missing: make lock" for name in sorted(missing)]
    groups = manifest["dependency-groups"]
    development = {_normal(NAME.match(text)[0]) for text in groups["dev"] if isinstance(text, str)}  # type: ignore[index]
    lost = development - _locked(DEVELOP.read_text(encoding="utf-8"))
    found += [f"{DEVELOP.name}: {name} is missing: make lock" for name in sorted(lost)]
    return found


def main() -> int:
    """Write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        write()
    found = faults()
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
