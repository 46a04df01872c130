"""Requests of tokens counted for all workers together, without a write for each of them.

A worker takes permits from the shared limit in lots and spends them itself. What the workers
spend together never exceeds the limit; a lot that is not spent within the limit's period is void,
so at most a lot for each worker goes unused.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from unipact.agreement.services import token_used
from unipact.errors import TooMany
from unipact.web.throttle import Limit, take

_LOTS = 60


@dataclass
class _Lot:
    left: int
    until: datetime


class Leases:
    """The lots of one worker."""

    def __init__(self) -> None:
        self._lots: dict[int, _Lot] = {}
        self._lock = threading.Lock()

    def spend(self, token: int, limit: Limit, *, now: datetime) -> None:
        """Count one request of a token.

        Raises:
            TooMany: the token has asked for too much.
        """
        with self._lock:
            lot = self._lots.get(token)
            if lot is not None and lot.left and now < lot.until:
                lot.left -= 1
                return
        taken = self._take(token, limit, now)
        # Now and then is often enough to say when a token was used last.
        token_used(token=token, now=now)
        with self._lock:
            self._lots[token] = _Lot(taken - 1, now + timedelta(seconds=limit.period_s))
            if len(self._lots) > 1_000:
                self._lots = {key: each for key, each in self._lots.items() if now < each.until}

    def _take(self, token: int, limit: Limit, now: datetime) -> int:
        lot = max(1, limit.permits // _LOTS)
        try:
            take(limit, str(token), now=now, permits=lot)
        except TooMany:
            if lot == 1:
                raise
            take(limit, str(token), now=now)
            return 1
        return lot
