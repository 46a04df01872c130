"""A file that is made for one answer and gone with it."""

from __future__ import annotations

import weakref
from typing import IO


class PassingFile:
    """A temporary file, to be read from its begin; it goes when nobody holds it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        # An answer that nobody reads to its end is not closed by the server.
        weakref.finalize(self, stream.close)

    def read(self, most: int = -1) -> bytes:
        """The next bytes."""
        return self._stream.read(most)

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._stream.seek(place, whence)

    def tell(self) -> int:
        """The present place."""
        return self._stream.tell()

    def close(self) -> None:
        """Let the file go."""
        self._stream.close()
