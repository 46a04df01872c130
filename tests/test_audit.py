"""`tools/audit.py` lets no package pass that it knows too little of, and claims nothing unasked."""

from __future__ import annotations

import importlib.util
import json
import re
import socket
import subprocess
import sys
import threading
import tomllib
from datetime import date
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from unipact.errors import Invalid

ROOT = Path(__file__).resolve().parents[1]
TODAY = date(2026, 11, 24)
LOCK = """
# Written by `make lock`.
alpha==1.0 ; sys_platform == 'darwin' or sys_platform == 'linux' \\
    --hash=sha256:00
beta==2.0 ; python_full_version < '3' \\
    --hash=sha256:00
beta==2.1 ; python_full_version >= '3' \\
    --hash=sha256:00
    # via alpha
"""


@pytest.fixture(scope="module")
def audit():
    """The tool."""
    spec = importlib.util.spec_from_file_location("audit", ROOT / "tools/audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look their module up.
    sys.modules["audit"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["audit"]


@pytest.fixture
def locked(audit, tmp_path):
    """Two packages, one of them in two versions."""
    (tmp_path / "made.lock").write_text(LOCK, encoding="utf-8")
    return audit.pins([tmp_path / "made.lock"])


@pytest.fixture
def decide(audit, tmp_path):
    """Read decisions from a text."""

    def read(text: str):
        (tmp_path / "audit.toml").write_text(text, encoding="utf-8")
        return audit.decided(tmp_path / "audit.toml")

    return read


def _versions(locked):
    return sorted((pin.package, pin.version) for pin in locked)


def _output(*entries):
    return json.dumps({"dependencies": entries, "fixes": []}), "No known vulnerabilities found"


def _audited(package, version, *ids, fixed=()):
    known = {"id": ids[0], "aliases": list(ids[1:]), "fix_versions": list(fixed)} if ids else None
    return {"name": package, "version": version, "vulns": [known] if known else []}


def _skipped(package, version):
    reason = f"Dependency not found on PyPI and could not be audited: {package} ({version})"
    return {"name": package, "skip_reason": reason}


def _texts(findings):
    return [str(finding) for finding in findings]


# --- the lock files ---------------------------------------------------------------------------


def test_every_version_of_a_lock_file_is_seen_whichever_python_takes_it(locked):
    assert _versions(locked) == [("alpha", "1.0"), ("beta", "2.0"), ("beta", "2.1")]
    assert [pin.is_for_here for pin in locked] == [True, False, True]


def test_every_dependency_that_we_declare_has_its_line_in_the_decision():
    manifest = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = [
        *manifest["project"]["dependencies"],
        *(
            text
            for texts in manifest["project"]["optional-dependencies"].values()
            for text in texts
        ),
        *(text for texts in manifest["dependency-groups"].values() for text in texts),
    ]
    names = {re.match(r"[\w.-]+", text)[0] for text in declared if isinstance(text, str)}
    page = (ROOT / "docs/decisions/0002-dependencies.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]

    assert names - set(re.findall(r"[\w.-]+", " ".join(rows))) == set()


# --- licences ---------------------------------------------------------------------------------


def _metadata(version="1.0", *, expression="", classifiers=(), text=""):
    said = Message()
    said["Version"] = version
    if expression:
        said["License-Expression"] = expression
    for name in classifiers:
        said["Classifier"] = f"License :: OSI Approved :: {name}"
    if text:
        said["License"] = text
    return said


ACCEPTED = {
    "MIT": {"expression": "MIT"},
    "one of two permissive": {"expression": "Apache-2.0 OR BSD-3-Clause"},
    "parts": {"expression": "BSD-3-Clause AND (0BSD AND Zlib)"},
    "LGPL": {"expression": "LGPL-3.0-only"},
    "MPL by classifier": {"classifiers": ["Mozilla Public License 2.0 (MPL 2.0)"]},
    "field only": {"text": "2-clause BSD"},
    "text beside a classifier": {"classifiers": ["BSD License"], "text": "All rights\nreserved"},
}
REFUSED = {
    "silent": {},
    "GPL": {"expression": "GPL-3.0-or-later"},
    "AGPL": {"expression": "AGPL-3.0-only"},
    "GPL by classifier": {"classifiers": ["GNU General Public License v3 (GPLv3)"]},
    "GPL by the field": {"classifiers": ["MIT License"], "text": "GPL"},
    "a part": {"expression": "MIT AND GPL-2.0-only"},
    "a choice that nobody made": {"expression": "MIT OR GPL-2.0-only"},
    "an exception that nobody read": {"expression": "Apache-2.0 WITH LLVM-exception"},
    "unknown": {"expression": "LicenseRef-Ours"},
    "a text without a name": {"text": "You may do as you like.\nNo warranty."},
    "a name that says nothing": {"classifiers": ["Other/Proprietary License"]},
}


@pytest.mark.parametrize("said", ACCEPTED.values(), ids=ACCEPTED)
def test_a_licence_that_we_accept_passes_by_itself(audit, said):
    taken, wrong = audit.licences(
        [audit.Pin("alpha", "1.0")], audit.Decided(), lambda _: _metadata(**said)
    )

    assert not wrong
    assert taken["alpha"]


@pytest.mark.parametrize("said", REFUSED.values(), ids=REFUSED)
def test_any_other_licence_fails_with_the_package_and_the_mend(audit, said):
    _, wrong = audit.licences(
        [audit.Pin("alpha", "1.0")], audit.Decided(), lambda _: _metadata(**said)
    )

    (text,) = _texts(wrong)
    assert text.startswith("alpha: the licence is not one that we accept: ")
    assert "audit.toml" in text


def test_a_decision_names_the_licence_of_a_package_that_offers_several(audit):
    decided = audit.Decided({"alpha": "LGPL-2.1-or-later"})
    said = _metadata(expression="GPL-2.0-or-later OR LGPL-2.1-or-later")

    taken, wrong = audit.licences([audit.Pin("alpha", "1.0")], decided, lambda _: said)

    assert not wrong
    assert taken == {"alpha": ["LGPL-2.1-or-later"]}


def test_a_decision_cannot_take_a_package_under_the_gpl(audit):
    decided = audit.Decided({"alpha": "GPL-3.0-only"})

    _, wrong = audit.licences([audit.Pin("alpha", "1.0")], decided, lambda _: _metadata())

    assert "takes it under GPL-3.0-only" in str(wrong[0])


@pytest.mark.parametrize("package", ["alpha", "gone"])
def test_a_decision_that_no_package_needs_any_more_fails(audit, package):
    decided = audit.Decided({package: "MIT"})
    said = _metadata(expression="MIT")

    _, wrong = audit.licences([audit.Pin("alpha", "1.0")], decided, lambda _: said)

    assert [finding.where for finding in wrong] == [package]
    assert "Remove it" in str(wrong[0])


def test_a_locked_package_that_is_not_installed_or_another_version_is_not_judged(audit, locked):
    found = {"alpha": None, "beta": _metadata("1.9", expression="MIT")}

    taken, wrong = audit.licences(locked, audit.Decided(), found.__getitem__)

    assert not taken
    assert _texts(wrong) == [
        "alpha: is locked and not installed. make dev",
        "beta: 1.9 is installed, locked is 2.0 or 2.1. make dev",
    ]


def test_a_package_for_another_interpreter_needs_a_decision(audit):
    pin = audit.Pin("alpha", "1.0", "python_full_version < '3'")

    assert audit.licences([pin], audit.Decided(), lambda _: None)[1]
    assert not audit.licences([pin], audit.Decided({"alpha": "MIT"}), lambda _: None)[1]


def test_every_package_of_the_lock_files_has_a_licence_that_we_accept(audit):
    locked = audit.pins(audit.LOCKS)

    taken, wrong = audit.licences(locked, audit.decided(audit.DECIDED))

    assert _texts(wrong) == []
    assert set(taken) == {pin.package for pin in locked}
    assert taken["psycopg"] == ["LGPL-3.0-only"]
    assert taken["pyphen"] == ["LGPL-2.1-or-later"]


# --- weaknesses -------------------------------------------------------------------------------

EXEMPTION = """
[[weakness]]
id = "CVE-2026-1"
package = "alpha"
reason = "we never call it"
until = {until}
"""


def test_a_known_weakness_fails_with_its_names_and_the_version_that_mends_it(audit, locked):
    said = audit.answer(
        _versions(locked), [_output(_audited("alpha", "1.0", "PYSEC-1", "CVE-1", fixed=["1.1"]))]
    )

    (text,) = _texts(audit.weaknesses(locked, said, audit.Decided(), today=TODAY))

    assert text.startswith("alpha 1.0: PYSEC-1 is known of it (CVE-1). make lock, for 1.1; or say")


def test_an_exemption_covers_a_weakness_by_any_of_its_names_until_its_day(audit, locked, decide):
    said = audit.answer(
        _versions(locked), [_output(_audited("alpha", "1.0", "PYSEC-1", "CVE-2026-1"))]
    )
    decided = decide(EXEMPTION.format(until="2026-11-24"))

    assert audit.weaknesses(locked, said, decided, today=TODAY) == []
    (text,) = _texts(audit.weaknesses(locked, said, decided, today=date(2026, 11, 25)))
    assert "CVE-2026-1 of alpha: held until 2026-11-24" in text


def test_an_exemption_covers_neither_another_package_nor_another_weakness(audit, locked, decide):
    said = audit.answer(
        _versions(locked),
        [_output(_audited("alpha", "1.0", "PYSEC-2"), _audited("beta", "2.1", "CVE-2026-1"))],
    )
    decided = decide(EXEMPTION.format(until="2027-01-31"))

    wrong = audit.weaknesses(locked, said, decided, today=TODAY)

    assert {"alpha 1.0", "beta 2.1"} <= {finding.where for finding in wrong}


def test_an_exemption_without_a_use_fails(audit, locked, decide):
    said = audit.answer(_versions(locked), [_output(_audited("alpha", "1.0"))])
    decided = decide(EXEMPTION.format(until="2027-01-31"))

    (text,) = _texts(audit.weaknesses(locked, said, decided, today=TODAY))
    assert "is known of no locked version" in text
    without = [pin for pin in locked if pin.package != "alpha"]
    (text,) = _texts(audit.weaknesses(without, said, decided, today=TODAY))
    assert "no lock file names the package" in text


def test_an_exemption_is_not_called_useless_where_nobody_could_be_asked(audit, locked, decide):
    said = audit.answer(_versions(locked), [_output(_skipped("alpha", "1.0"))])
    decided = decide(EXEMPTION.format(until="2027-01-31"))

    assert audit.weaknesses(locked, said, decided, today=TODAY) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[weakness", "audit.toml: "),
        ("[[exempt]]\nid = 'x'", "exempt is unknown"),
        ("[[licence]]\npackage = 'alpha'", "is not an entry"),
        ("licence = 3", "is not an entry"),
        (EXEMPTION.format(until='"some day"'), "until must be a date"),
        (EXEMPTION.format(until="2027-01-31T00:00:00"), "until must be a date"),
        (EXEMPTION.format(until="2027-01-31").replace("we never call it", " "), "reason must be"),
        (EXEMPTION.format(until="2027-01-31") * 2, "has such an entry already"),
    ],
)
def test_decisions_that_cannot_be_read_say_where(decide, text, fault):
    with pytest.raises(Invalid) as raised:
        decide(text)

    assert fault in "\n".join([raised.value.message, *_texts(raised.value.findings)])


# --- what pip-audit says ----------------------------------------------------------------------


def test_what_could_not_be_asked_is_counted_and_never_called_good(audit, locked):
    said = audit.answer(
        _versions(locked),
        [_output(_audited("alpha", "1.0"), _skipped("beta", "2.0")), _output()],
    )

    lines, code = audit.report(locked, said, is_strict=False)

    assert said.audited == {("alpha", "1.0")}
    assert lines[0] == "weaknesses: 1 of 3 locked versions audited, 0 known"
    assert lines[1].startswith("NOT AUDITED: 2 of 3 locked versions")
    assert "Dependency not found on PyPI and could not be audited)" in lines[1]
    assert "UNIPACT_AUDIT=strict make audit" in lines[1]
    assert code == 0
    assert audit.report(locked, said, is_strict=True)[1] == 1


def test_where_nothing_could_be_asked_no_number_of_weaknesses_is_given(audit, locked):
    said = audit.answer(_versions(locked), [("", "")])

    assert audit.report(locked, said, is_strict=False)[0][0] == (
        "weaknesses: 0 of 3 locked versions audited"
    )


def test_where_everything_was_audited_the_strict_audit_passes(audit, locked):
    said = audit.answer(_versions(locked), [_output(*(_audited(*v) for v in _versions(locked)))])

    assert audit.report(locked, said, is_strict=True) == (
        ["weaknesses: 3 of 3 locked versions audited, 0 known"],
        0,
    )


@pytest.mark.parametrize(
    "output", ["", "not JSON", "[]", '{"dependencies": [{}]}', '{"dependencies": [{"vulns": 1}]}']
)
def test_an_output_that_cannot_be_read_counts_as_not_asked(audit, locked, output):
    said = audit.answer(_versions(locked), [(output, "Traceback\nConnectionError: no route")])

    assert not said.audited
    assert said.silence == "ConnectionError: no route"


# --- pip-audit itself -------------------------------------------------------------------------


class _Server(ThreadingHTTPServer):
    weak = ("", "")


class _Advisories(BaseHTTPRequestHandler):
    """An advisory service in the form of OSV that knows one weakness."""

    server: _Server

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name, version = asked["package"]["name"], asked["version"]
        known = {
            "id": "PYSEC-2026-1",
            "aliases": ["CVE-2026-1"],
            "summary": "made up",
            "affected": [
                {
                    "package": {"name": name, "ecosystem": "PyPI"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "9.9"}]}],
                }
            ],
        }
        answer = {"vulns": [known]} if (name, version) == self.server.weak else {}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def advisories():
    """A service that answers, and knows a weakness of the version that it is told."""
    with _Server(("127.0.0.1", 0), _Advisories) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def options(tmp_path, monkeypatch):
    """Options for pip-audit that keep its questions on this machine and its cache in a folder."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)

    def of(url: str) -> list[str]:
        service = ["--vulnerability-service", "osv", "--osv-url", url]
        return [*service, "--cache-dir", str(tmp_path / "cache")]

    return of


def test_pip_audit_is_asked_about_every_locked_version_and_its_answer_is_read(
    audit, advisories, options
):
    locked = audit.pins(audit.LOCKS)
    weak = next(pin for pin in locked if not pin.is_for_here)
    advisories.weak = (weak.package, weak.version)

    said = audit.ask(locked, options=options(f"http://127.0.0.1:{advisories.server_port}/"))

    assert said.audited == set(_versions(locked))
    assert [known.ids for known in said.weaknesses] == [("PYSEC-2026-1", "CVE-2026-1")]
    assert said.weaknesses[0].fixed_in == ("9.9",)
    assert said.silence == ""
    (text,) = _texts(audit.weaknesses(locked, said, audit.Decided(), today=TODAY))
    assert text.startswith(
        f"{weak.package} {weak.version}: PYSEC-2026-1 is known of it (CVE-2026-1)."
    )


def test_a_service_that_cannot_be_reached_leaves_everything_not_audited(audit, locked, options):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    said = audit.ask(locked, options=options(f"http://127.0.0.1:{port}/"))

    assert not said.audited
    assert "Connection" in said.silence


def test_a_service_that_hangs_is_ended_and_leaves_everything_not_audited(audit, locked, options):
    # It accepts by its backlog and never answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"

        # pip-audit itself would wait for ten minutes.
        said = audit.ask(locked, limit_s=0.5, options=[*options(url), "--timeout", "600"])

    assert not said.audited
    assert said.silence == "no answer in 0.5 s"


# --- the command ------------------------------------------------------------------------------


def test_a_mode_that_does_not_exist_is_refused(audit, monkeypatch, capsys):
    monkeypatch.setenv("UNIPACT_AUDIT", "strickt")

    assert audit.main() == 1
    assert "'strickt'" in capsys.readouterr().err


def test_make_check_audits():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (check,) = [line for line in makefile.splitlines() if line.startswith("check:")]

    assert "audit" in check.partition("##")[0].split()
    shown = subprocess.run(
        ["make", "--dry-run", "audit"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "tools/audit.py" in shown.stdout
