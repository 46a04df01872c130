"""The lake that a server hands to the fields that run in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from unipact.analysis.evaluation import held as room
from unipact.analysis.lake import Lake
from unipact.analysis.registry import Registry
from unipact.errors import Unavailable


@dataclass(frozen=True)
class _Holding:
    registry: Registry
    lake: Lake


def _holding(folder: Path) -> _Holding:
    registry = Registry([])
    return _Holding(registry, Lake(folder, registry.tables))


@pytest.fixture
def nothing_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_handed_in", [])


def test_a_field_that_was_handed_no_lake_says_so(nothing_yet: None) -> None:
    with pytest.raises(Unavailable):
        room.held()


def test_a_field_reads_what_was_handed_in_last_as_it_is_by_then(
    nothing_yet: None, tmp_path: Path
) -> None:
    present = [_holding(tmp_path / "a")]
    room.hand_in(lambda: _holding(tmp_path / "before"))
    room.hand_in(lambda: present[0])
    assert room.held() is present[0]
    present[0] = _holding(tmp_path / "b")
    assert room.held() is present[0]
