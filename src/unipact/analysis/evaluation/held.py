"""What a field reads the lake through: the fields that run, joined with their lake.

A field does not know the installation. The command line puts it into the context of each command;
the console's shell hands it in here, once, when a server starts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from unipact.analysis.lake import Lake
from unipact.analysis.registry import Registry
from unipact.errors import Unavailable


class Holding(Protocol):
    """What a door needs of the installation."""

    @property
    def registry(self) -> Registry: ...

    @property
    def lake(self) -> Lake: ...


_handed_in: list[Callable[[], Holding]] = []


def hand_in(found: Callable[[], Holding]) -> None:
    """Let pages and the API of every field read what ``found`` gives, asked anew each time."""
    _handed_in[:] = [found]


def held() -> Holding:
    """The installation that was handed in.

    Raises:
        Unavailable: none was.
    """
    if not _handed_in:
        raise Unavailable("no installation was handed in")
    return _handed_in[0]()
