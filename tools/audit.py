"""Hold every locked package to its licence and to the weaknesses known of it (`make audit`).

Licences are read from the metadata of what is installed: permissive, or LGPL or MPL at most. What
the metadata cannot say stands in `tools/audit.toml`, and so does a weakness that we live with for a
while. Known weaknesses come from the advisories of PyPI, by pip-audit. Where these cannot be asked,
nothing is claimed: the last line says how much was NOT AUDITED. That fails only where
`UNIPACT_AUDIT=strict`, so that `make check` works without a network.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.message import Message
from pathlib import Path
from typing import Any

from packaging.markers import Marker

from unipact.errors import Finding, Invalid

ROOT = Path(__file__).resolve().parent.parent
LOCKS = (ROOT / "requirements-run.lock", ROOT / "requirements.lock")
DECIDED = ROOT / "tools/audit.toml"
STRICT = "UNIPACT_AUDIT=strict make audit"
LIMIT_S = 60.0
PARTS = 4

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: ; ([^\\\n]+))?", re.MULTILINE)
PERMISSIVE = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0"),
        *("ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Zlib"),
    }
)
COPYLEFT = frozenset(
    {
        *("LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"),
        *("MPL-1.1", "MPL-2.0"),
    }
)
# What metadata older than SPDX says, in classifiers and in the field License.
SPOKEN = {
    "2-clause BSD": "BSD-2-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "BSD License": "BSD",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
# A longer License is the text itself, which no table can know.
NAME_LENGTH = 60


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """One version of one package that a lock file names."""

    package: str
    version: str
    marker: str = ""

    @property
    def is_for_here(self) -> bool:
        """Whether this Python on this system installs it."""
        return not self.marker or Marker(self.marker).evaluate()


@dataclass(frozen=True, slots=True)
class Weakness:
    """A known vulnerability of a locked version, under all its names."""

    package: str
    version: str
    ids: tuple[str, ...]
    fixed_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exemption:
    """A weakness that we live with until a day."""

    id: str
    package: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided: the licence of a package, and exemptions."""

    licences: Mapping[str, str] = field(default_factory=dict)
    exemptions: Sequence[Exemption] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the advisory service said: of which versions, what it knows, and why it was silent."""

    audited: frozenset[tuple[str, str]]
    weaknesses: tuple[Weakness, ...] = ()
    silence: str = ""


def pins(locks: Iterable[Path]) -> list[Pin]:
    """Return what the lock files name, each version once."""
    found = {
        Pin(name, version, (marker or "").strip())
        for lock in locks
        for name, version, marker in PINNED.findall(lock.read_text(encoding="utf-8"))
    }
    return sorted(found)


def decided(file: Path) -> Decided:
    """Return what a file decides; raise Invalid with every place that is wrong."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(f"{file.name}: {error}") from error
    wanted: dict[str, dict[str, type]] = {
        "licence": {"package": str, "licence": str, "reason": str},
        "weakness": {"id": str, "package": str, "reason": str, "until": date},
    }
    wrong = [
        Finding(file.name, f"{key} is unknown", "The tables are [[licence]] and [[weakness]]")
        for key in document
        if key not in wanted
    ]
    seen: set[tuple[str, ...]] = set()
    for table, shape in wanted.items():
        entries = document.get(table, [])
        for number, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
            where = f"{file.name} {table}[{number}]"
            found = len(wrong)
            wrong += _misshapen(where, entry, shape)
            if len(wrong) > found:
                continue
            name = (table, entry["package"], entry.get("id", ""))
            if name in seen:
                wrong.append(Finding(where, f"{entry['package']} has such an entry already"))
            seen.add(name)
    if wrong:
        raise Invalid(f"{file.name} cannot be used", findings=wrong)
    return Decided(
        {entry["package"]: entry["licence"] for entry in document.get("licence", [])},
        [Exemption(**entry) for entry in document.get("weakness", [])],
    )


def _misshapen(where: str, entry: Any, shape: Mapping[str, type]) -> list[Finding]:
    if not isinstance(entry, dict) or set(entry) != set(shape):
        return [Finding(where, "is not an entry", f"It has just these keys: {', '.join(shape)}")]
    words = {str: "a text that says something", date: "a date such as 2027-01-31"}
    return [
        Finding(where, f"{key} must be {words[kind]}")
        for key, kind in shape.items()
        # A moment is a date to Python; here it is none.
        if type(entry[key]) is not kind or not str(entry[key]).strip()
    ]


# --- licences ------------------------------------------------------------------------------------


def installed(package: str) -> Message | None:
    """Return the metadata of an installed package."""
    try:
        return importlib.metadata.metadata(package)  # type: ignore[return-value]
    except importlib.metadata.PackageNotFoundError:
        return None


def claims(metadata: Message) -> list[str]:
    """Return every licence that metadata names, as SPDX does where we know how."""
    if expression := metadata.get("License-Expression"):
        return re.split(r"\s+(?:AND|OR)\s+", re.sub(r"[()]", " ", expression).strip())
    named = [
        line.rpartition("::")[2].strip()
        for line in metadata.get_all("Classifier") or []
        if line.startswith("License ::") and line.rpartition("::")[2].strip() != "OSI Approved"
    ]
    text = (metadata.get("License") or "").strip()
    if text and "\n" not in text and len(text) <= NAME_LENGTH:
        named.append(text)
    return sorted({SPOKEN.get(name, name) for name in named})


def licences(
    locked: Sequence[Pin],
    decisions: Decided,
    metadata: Callable[[str], Message | None] = installed,
) -> tuple[dict[str, list[str]], list[Finding]]:
    """Return the licences of each package, and what is wrong with them.

    A package is taken by itself only where we accept every licence that it names: which of several
    is meant, by `AND` or by `OR`, is for a reader to decide.
    """
    taken: dict[str, list[str]] = {}
    wrong: list[Finding] = []
    packages: dict[str, list[Pin]] = {}
    for pin in locked:
        packages.setdefault(pin.package, []).append(pin)
    for package, versions in packages.items():
        said = metadata(package)
        names = claims(said) if said is not None else []
        decision = decisions.licences.get(package)
        fault = _not_as_locked(versions, said) or _licence_fault(names, decision)
        if fault:
            wrong.append(Finding(package, *fault))
        else:
            taken[package] = names if decision is None else [decision]
    gone = set(decisions.licences) - set(packages)
    wrong += [
        Finding(package, f"{DECIDED.name} has an entry, and no lock file names it", "Remove it")
        for package in sorted(gone)
    ]
    return taken, wrong


def _not_as_locked(versions: Sequence[Pin], said: Message | None) -> tuple[str, str] | None:
    if said is None:
        is_missing = any(pin.is_for_here for pin in versions)
        return ("is locked and not installed", "make dev") if is_missing else None
    locked = [pin.version for pin in versions]
    if said["Version"] in locked:
        return None
    return f"{said['Version']} is installed, locked is {' or '.join(locked)}", "make dev"


def _licence_fault(names: Sequence[str], decision: str | None) -> tuple[str, str] | None:
    accepted = PERMISSIVE | COPYLEFT
    is_clear = bool(names) and accepted.issuperset(names)
    named = " / ".join(names) or "it names none"
    if decision is None and not is_clear:
        mend = f"Do without it, or read it and say in {DECIDED.name} under which we take it"
        return f"the licence is not one that we accept: {named}", mend
    if decision is not None and decision not in accepted:
        mend = "We take permissive ones, the LGPL and the MPL"
        return f"{DECIDED.name} takes it under {decision}", mend
    if decision is not None and is_clear:
        return f"{DECIDED.name} has an entry, and the package itself says {named}", "Remove it"
    return None


# --- weaknesses ----------------------------------------------------------------------------------


def ask(locked: Sequence[Pin], *, limit_s: float = LIMIT_S, options: Sequence[str] = ()) -> Answer:
    """Ask the advisory service about each locked version, for this Python or another.

    The versions are dealt out to a few processes: the service answers one question at a time, and
    pip-audit takes only one version of a package. What has not answered in `limit_s` is ended.
    """
    versions = sorted({(pin.package, pin.version) for pin in locked})
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--disable-pip", "--no-deps"]
    command += ["--progress-spinner", "off", "--desc", "off", "--aliases", "on", "--timeout", "10"]
    with tempfile.TemporaryDirectory() as folder:
        running: list[subprocess.Popen[str]] = []
        # Two versions of one package are neighbours, so that they never meet in one part.
        for number in range(min(PARTS, len(versions))):
            part = Path(folder) / f"{number}.txt"
            lines = [f"{name}=={version}\n" for name, version in versions[number::PARTS]]
            part.write_text("".join(lines), encoding="utf-8")
            running.append(
                subprocess.Popen(
                    [*command, *options, "--requirement", str(part)],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        end = time.monotonic() + limit_s
        said = [_hear(process, end, limit_s) for process in running]
    return answer(versions, said)


def _hear(process: subprocess.Popen[str], end: float, limit_s: float) -> tuple[str, str]:
    """Return what one process printed; end one that hangs, and say so."""
    try:
        return process.communicate(timeout=max(0.0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        # One that ended while another was waited for has said all that it had to say.
        output, _ = process.communicate()
        return output, f"no answer in {limit_s:g} s"


def answer(versions: Sequence[tuple[str, str]], said: Sequence[tuple[str, str]]) -> Answer:
    """Read what pip-audit printed, as pairs of its output and its messages.

    A version counts as audited only where the output names it and what is known of it: pip-audit
    ends well and says that it found nothing also when it could ask nothing.
    """
    audited: set[tuple[str, str]] = set()
    weaknesses: list[Weakness] = []
    silences: Counter[str] = Counter()
    for output, messages in said:
        try:
            entries = json.loads(output)["dependencies"]
            for entry in entries:
                if "vulns" not in entry:
                    reason = str(entry["skip_reason"])
                    silences[reason.partition(f": {entry['name']} (")[0]] += 1
                    continue
                name, version = str(entry["name"]), str(entry["version"])
                weaknesses += [
                    Weakness(
                        name,
                        version,
                        (str(known["id"]), *map(str, known.get("aliases", ()))),
                        tuple(map(str, known.get("fix_versions", ()))),
                    )
                    for known in entry["vulns"]
                ]
                audited.add((name, version))
        except (ValueError, KeyError, TypeError):
            last = (messages.strip().splitlines() or ["pip-audit printed nothing"])[-1]
            silences[last[:200]] += 1
    most = silences.most_common(1)
    return Answer(
        frozenset(audited & set(versions)),
        tuple(sorted(weaknesses, key=lambda known: (known.package, known.ids))),
        most[0][0] if most else "",
    )


def weaknesses(
    locked: Sequence[Pin], said: Answer, decisions: Decided, *, today: date
) -> list[Finding]:
    """Return each known weakness that no exemption covers, and each exemption that has no use."""
    wrong: list[Finding] = []
    covers = {(made.package, made.id): made for made in decisions.exemptions}
    used: set[tuple[str, str]] = set()
    for known in said.weaknesses:
        by = {(known.package, name) for name in known.ids} & set(covers)
        used |= by
        if not by:
            fixed = ", ".join(known.fixed_in)
            mend = f"make lock, for {fixed}" if fixed else "No version mends it yet"
            what = f"{known.ids[0]} is known of it ({', '.join(known.ids[1:]) or 'no other name'})"
            mend = f"{mend}; or say in {DECIDED.name} why it does no harm, and until when"
            wrong.append(Finding(f"{known.package} {known.version}", what, mend))
    for key, made in covers.items():
        where = f"{DECIDED.name}: {made.id} of {made.package}"
        versions = {(pin.package, pin.version) for pin in locked if pin.package == made.package}
        if made.until < today:
            wrong.append(Finding(where, f"held until {made.until}", "Look again"))
        elif not versions:
            wrong.append(Finding(where, "no lock file names the package", "Remove the entry"))
        elif key not in used and versions <= said.audited:
            wrong.append(Finding(where, "is known of no locked version", "Remove the entry"))
    return wrong


# --- the command ---------------------------------------------------------------------------------


def report(locked: Sequence[Pin], said: Answer, *, is_strict: bool) -> tuple[list[str], int]:
    """Return what to print of the audit of weaknesses, and the exit code that it asks for."""
    versions = {(pin.package, pin.version) for pin in locked}
    silent = len(versions - said.audited)
    lines = [f"weaknesses: {len(said.audited)} of {len(versions)} locked versions audited"]
    if said.audited:
        lines[0] += f", {len(said.weaknesses)} known"
    if not silent:
        return lines, 0
    lines.append(
        f"NOT AUDITED: {silent} of {len(versions)} locked versions were not compared with what is"
        f" known ({said.silence or 'pip-audit did not name them'})."
        f" Where there is a network: {STRICT}"
    )
    return lines, 1 if is_strict else 0


def main() -> int:
    """Audit both lock files; return 1 when something must be done."""
    mode = os.environ.get("UNIPACT_AUDIT", "")
    if mode not in {"", "strict"}:
        print(f"UNIPACT_AUDIT is {mode!r}; it may be strict or unset", file=sys.stderr)
        return 1
    if importlib.util.find_spec("pip_audit") is None:
        print("pip-audit is not installed: make dev", file=sys.stderr)
        return 1
    try:
        decisions = decided(DECIDED)
    except Invalid as error:
        print(
            *([error.message] if not error.findings else error.findings), sep="\n", file=sys.stderr
        )
        return 1
    locked = pins(LOCKS)
    taken, wrong = licences(locked, decisions)
    weak = sorted(package for package, names in taken.items() if COPYLEFT & set(names))
    print(f"licences: {len(taken)} packages accepted; LGPL or MPL: {', '.join(weak) or 'none'}")
    said = ask(locked)
    wrong += weaknesses(locked, said, decisions, today=datetime.now(UTC).date())
    lines, code = report(locked, said, is_strict=mode == "strict")
    for finding in wrong:
        print(finding, file=sys.stderr)
    print(lines[0])
    for line in lines[1:]:
        print(line, file=sys.stderr)
    return 1 if wrong else code


if __name__ == "__main__":
    raise SystemExit(main())
