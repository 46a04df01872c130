"""What starts with what: a small command must not pay for the large libraries."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = ("numba", "ibis", "duckdb", "pyarrow", "deltalake", "pandas", "django", "numpy", "scipy")


def _loaded(statement: str) -> set[str]:
    """Return which of the heavy libraries a fresh interpreter has loaded after a statement."""
    loaded = f"[name for name in {HEAVY} if name in sys.modules]"
    code = f"{statement}\nimport json, sys\nprint(json.dumps({loaded}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "unipact.settings.test"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_unipact_loads_no_library():
    assert _loaded("import unipact") == set()


def test_the_command_line_starts_without_django_and_without_compiling_a_metric():
    # The fields' manifests declare their tables in Arrow; nothing is computed before a command.
    assert _loaded("import unipact.cli") <= {"numpy", "pyarrow", "duckdb", "deltalake"}


def test_reading_an_agreement_needs_no_engine_and_no_django():
    assert _loaded("import unipact.agreement.formats, unipact.agreement.engine.terms") == set()


@pytest.mark.parametrize("library", ["ibis", "numba", "pandas", "scipy"])
def test_the_console_starts_without(library):
    start = "import django\ndjango.setup()\nfrom django.urls import get_resolver"

    assert library not in _loaded(f"{start}\nget_resolver().url_patterns")
