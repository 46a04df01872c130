"""Collect and compile the console's texts, or with `--check` refuse gaps (`make messages`).

The compiled catalogues are committed, so that `make demo` does not need gettext. The check
collects and compiles again beside the committed files and compares: a text that is new, empty,
fuzzy or not compiled is named.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/unipact"
LOCALE = Path("web/locale")
LANGUAGES = ("zh_Hans", "en")
SOURCE_LANGUAGE = "en"
STAMP = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team): .*\n', re.MULTILINE
)


def _django(package: Path, *arguments: str) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "unipact.settings.test",
        "PYTHONPATH": str(package.parent),
    }
    done = subprocess.run(
        [sys.executable, "-m", "django", *arguments],
        cwd=package,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{arguments[0]} failed:\n{done.stdout}{done.stderr}")


def collect(package: Path) -> None:
    """Collect the texts of the package into its catalogues and compile those."""
    (package / LOCALE).mkdir(parents=True, exist_ok=True)
    locales = [argument for language in LANGUAGES for argument in ("--locale", language)]
    # Sorted by file, without line numbers: a moved line is no change of a text.
    common = ["--ignore", "vendor", "--ignore", "tests", "--add-location", "file", "--no-obsolete"]
    for domain in ("django", "djangojs"):
        _django(package, "makemessages", "--domain", domain, *locales, *common)
    for file in (package / LOCALE).rglob("*.po"):
        file.write_text(STAMP.sub("", file.read_text(encoding="utf-8")), encoding="utf-8")
        subprocess.run(["msgfmt", "-o", str(file.with_suffix(".mo")), str(file)], check=True)


def _gaps(file: Path) -> list[str]:
    """Return the entries of a catalogue that nobody has translated, or that are fuzzy."""
    found: list[str] = []
    untranslated = file.parent.parent.name != SOURCE_LANGUAGE
    for kind in ("--untranslated", "--only-fuzzy") if untranslated else ("--only-fuzzy",):
        done = subprocess.run(
            ["msgattrib", kind, "--no-obsolete", "--no-wrap", str(file)],
            check=True,
            capture_output=True,
            text=True,
        )
        texts = re.findall(r'^msgid "(.+)"$', done.stdout, re.MULTILINE)
        place = file.relative_to(PACKAGE)
        found += [f"{place}: {kind.removeprefix('--')}: {text}" for text in texts]
    return found


def faults() -> list[str]:
    """Return the gaps of the committed catalogues; nothing when they are complete."""
    found = [gap for file in sorted((PACKAGE / LOCALE).rglob("*.po")) for gap in _gaps(file)]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "unipact"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("vendor", "__pycache__"))
        collect(copy)
        fresh = {file.relative_to(copy) for file in (copy / LOCALE).rglob("*.[pm]o")}
        kept = {file.relative_to(PACKAGE) for file in (PACKAGE / LOCALE).rglob("*.[pm]o")}
        found += [f"{name}: is missing: make messages" for name in sorted(fresh - kept)]
        found += [f"{name}: has no source any more" for name in sorted(kept - fresh)]
        found += [
            f"{name}: is out of date: make messages"
            for name in sorted(fresh & kept)
            if (copy / name).read_bytes() != (PACKAGE / name).read_bytes()
        ]
    return found


def main() -> int:
    """Collect and compile, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    if shutil.which("msgfmt") is None:
        print("gettext is missing: make system", file=sys.stderr)
        return 2
    if not check:
        collect(PACKAGE)
        found = [gap for file in sorted((PACKAGE / LOCALE).rglob("*.po")) for gap in _gaps(file)]
    else:
        found = faults()
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
