"""Work that takes a whole core is done one at a time; who waits too long for a turn is told so."""

from __future__ import annotations

from threading import Lock
from types import TracebackType

from unipact.errors import Unavailable

WAIT_S = 20.0


class OneAtATime:
    """A turn for one thread of this process; the others wait, but not for ever.

    Without an end to the waiting, a few slow requests would hold every thread of a worker, and
    the console would answer nobody.

    Raises:
        Unavailable: the turn did not come within ``wait_s`` seconds; nothing was done.
    """

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._lock = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._wait_s):
            raise Unavailable("too much is being computed at this moment: try again in a minute")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()
