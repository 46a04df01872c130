"""A file that is no run document is refused, whatever it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unipact.agreement.formats.run_document import read_run
from unipact.agreement.tests.kept import DAYS, run_document
from unipact.errors import Invalid


def test_a_run_document_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(run_document(DAYS[0]))
    assert read_run(path) == json.loads(run_document(DAYS[0]))


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"null", b"[" * 100_000, b"\xff", b'{"format": "unipact-run/1"}']
)
def test_anything_else_is_refused_with_its_place(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(Invalid) as refused:
        read_run(path)
    assert str(path) in str(refused.value.findings[0])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        read_run(tmp_path / "run.json")
    assert "run.json" in str(refused.value.findings[0])
