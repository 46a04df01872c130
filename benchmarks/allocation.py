"""Share one sum among many, exactly, beside the way that Python's documentation would have it done.

The peer takes ``decimal``: each exact share as a quotient, rounded down to the cent, and the cents
that are left by largest remainder. Its precision is set so that no quotient is cut where it counts;
both must give the same shares. A third way, each share rounded by itself, is only counted: it is
quick, and loses money.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from unipact.agreement.engine.allocation import allocate

TOTAL = 123_456_789_012_345
SIZES = (1_000, 10_000, 100_000)
RUNS = 5
_CENT = Decimal("0.01")
_PRECISION = 60


def by_decimal(total: int, weights: Sequence[int]) -> list[int]:
    """The peer: ``total`` cents by largest remainder in decimal arithmetic."""
    with localcontext() as context:
        context.prec = _PRECISION
        whole = Decimal(sum(weights))
        amount = Decimal(total).scaleb(-2)
        exact = [amount * weight / whole for weight in weights]
        shares = [each.quantize(_CENT, rounding=ROUND_DOWN) for each in exact]
        left = int((amount - sum(shares)) / _CENT)
        order = sorted(range(len(weights)), key=lambda at: shares[at] - exact[at])
        for place in order[:left]:
            shares[place] += _CENT
        return [int(each.scaleb(2)) for each in shares]


def lost_by_rounding(total: int, weights: Sequence[int]) -> int:
    """Cents by which shares that are rounded each by itself miss the total."""
    whole = Decimal(sum(weights))
    amount = Decimal(total).scaleb(-2)
    rounded = (
        (amount * weight / whole).quantize(_CENT, rounding=ROUND_HALF_EVEN) for weight in weights
    )
    return abs(total - int(sum(rounded, Decimal(0)).scaleb(2)))


def run() -> list[dict[str, Any]]:
    """Seconds for one distribution, the median of five, at three sizes."""
    rows = []
    for size in SIZES:
        weights = _weights(size)
        shares, peer_shares = allocate(TOTAL, weights), by_decimal(TOTAL, weights)
        if shares != peer_shares or sum(shares) != TOTAL:
            raise AssertionError("the two ways give different shares")
        ours = _median_s(lambda weights=weights: allocate(TOTAL, weights))  # type: ignore[misc]
        peer = _median_s(lambda weights=weights: by_decimal(TOTAL, weights))  # type: ignore[misc]
        rows.append(
            {
                "name": f"exact distribution among {size:,}",
                "ours": round(ours, 6),
                "peer": round(peer, 6),
                "unit": "s",
                "ratio": round(peer / ours, 2),
                "note": "peer: largest remainder in the standard library's decimal, the same "
                "shares to the cent; shares rounded each by itself would miss the total by "
                f"{lost_by_rounding(TOTAL, weights)} cents",
            }
        )
    return rows


def _weights(size: int) -> list[int]:
    """Hours or basis points of ``size`` people; some have none."""
    source = random.Random(size)  # noqa: S311 - a fixed input, no secret
    return [source.randrange(10_000) for _ in range(size)]


def _median_s(act: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        act()
        times.append(time.perf_counter() - begin)
    return sorted(times)[RUNS // 2]
