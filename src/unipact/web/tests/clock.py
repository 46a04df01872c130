"""A clock that stands still until a test moves it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass
class Clock:
    """What the console takes for the time, for sessions, limits and codes alike."""

    now: datetime = NOON

    @property
    def second(self) -> int:
        return int(self.now.timestamp())

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def stand_still(patch: pytest.MonkeyPatch) -> Clock:
    """Put the clock in place of the machine's."""
    clock = Clock()
    patch.setattr(time, "time", lambda: clock.second + 0.0)
    patch.setattr(timezone, "now", lambda: clock.now)
    return clock
