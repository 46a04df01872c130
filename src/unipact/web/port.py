"""Whether the port that a server is to listen on is free."""

from __future__ import annotations

import errno
import socket

from unipact.errors import Conflict, Invalid


def require_free(port: int) -> None:
    """Refuse a port of 127.0.0.1 that another server listens on.

    Our server shares its port with whoever shares theirs, so two would answer by turns.

    Raises:
        Conflict: something listens on it.
        Invalid: it cannot be listened on.
    """
    with socket.socket() as tried:
        # Only for what the last server left behind when it ended; a server that listens still
        # refuses us.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Conflict(f"port {port} is in use. Name another: --port N") from error
            raise Invalid(f"port {port}: {error.strerror}. Name another: --port N") from error
