"""`tools/suite.py` counts what pytest did; its last line is what a reader trusts."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CASES = """
import pytest

def test_passes(): pass
def test_passes_too(): pass
def test_fails(): assert False
@pytest.fixture
def broken(): raise ValueError
def test_errs(broken): pass
@pytest.mark.skip
def test_skips(): pass
"""


@pytest.fixture(scope="module")
def suite():
    """The tool."""
    spec = importlib.util.spec_from_file_location("suite", ROOT / "tools/suite.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def command(tmp_path, monkeypatch):
    """A pytest of its own, which knows nothing of this repository."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "test_cases.py").write_text(CASES, encoding="utf-8")
    options = ["-p", "no:cacheprovider", "-c", str(tmp_path / "pytest.ini")]
    return [sys.executable, "-m", "pytest", "-q", *options, f"--rootdir={tmp_path}", str(tmp_path)]


def test_each_outcome_is_counted_once(suite, command, tmp_path):
    code, counts = suite.Run(command, tmp_path / "report.xml").ended()

    assert code == 1
    assert counts == {"passed": 2, "failed": 2, "skipped": 1}


def test_what_the_run_beside_says_is_told_when_it_has_ended(suite, command, tmp_path, capfdbinary):
    run = suite.Run(command, tmp_path / "report.xml", tmp_path / "said.txt")
    run.ended()

    assert b"2 passed" in (tmp_path / "said.txt").read_bytes()
    assert b"2 passed" in capfdbinary.readouterr().out


def test_a_run_without_tests_is_no_failure(suite, command, tmp_path):
    code, counts = suite.Run([*command, "-k", "nothing"], tmp_path / "report.xml").ended()

    assert code == 0
    assert counts["failed"] == 0


def test_a_run_that_cannot_start_is_a_failure(suite, tmp_path):
    run = suite.Run([sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "none.xml")
    code, counts = run.ended()

    assert code == 3
    assert not counts
