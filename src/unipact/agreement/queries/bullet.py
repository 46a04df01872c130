"""A value beside its target on one line: the geometry of the small picture in lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WIDTH = 120
_EDGE = 6


@dataclass(frozen=True, slots=True)
class Bullet:
    """Positions in pixels on a line ``WIDTH`` wide.

    ``low`` and ``high`` bound the measurement interval (None where none is stated), ``zero`` is
    where nothing would be (None where zero is out of the picture).
    """

    value: int
    target: int
    low: int | None
    high: int | None
    zero: int | None

    @property
    def span(self) -> int:
        return (self.high or 0) - (self.low or 0)

    @property
    def start(self) -> int:
        """Where the bar begins: at zero, or at the left edge."""
        return min(self.zero if self.zero is not None else _EDGE, self.value)

    @property
    def length(self) -> int:
        return abs(self.value - (self.zero if self.zero is not None else _EDGE))


def bullet(period: Mapping[str, Any]) -> Bullet | None:
    """The picture of one period, or None where nothing was measured."""
    if period["value"] is None:
        return None
    value, target = Decimal(period["value"]), Decimal(period["target"])
    interval = period["interval"]
    marks = [Decimal(0), value, target]
    if interval is not None:
        marks += [Decimal(interval["low"]), Decimal(interval["high"])]
    low, high = min(marks), max(marks)
    reach = (high - low) or Decimal(1)

    def place(mark: Decimal) -> int:
        return _EDGE + round((mark - low) / reach * (WIDTH - 2 * _EDGE))

    return Bullet(
        value=place(value),
        target=place(target),
        low=place(Decimal(interval["low"])) if interval else None,
        high=place(Decimal(interval["high"])) if interval else None,
        zero=place(Decimal(0)),
    )
