"""What the exit code of every ``unipact`` command means (docs/reference/exit-codes.md)."""

from __future__ import annotations

from enum import IntEnum

from unipact.errors import Invalid, NotFound, Unavailable, UnipactError


class Exit(IntEnum):
    """The exit codes; a command gives no other."""

    OK = 0
    """The command did what was asked."""

    NOT_ACCEPTED = 1
    """A verdict asked for is negative (``fmt --check``), or something failed unexpectedly."""

    INVALID = 2
    """Wrong usage or bad input; each finding stands on a line of its own on stderr."""

    REFUSED = 3
    """The input is fine, but a rule forbids an answer: not permitted, in conflict, undecidable."""


def exit_for(error: UnipactError) -> Exit:
    """The exit code of a command that ends with ``error``."""
    if isinstance(error, Invalid | NotFound):
        return Exit.INVALID
    if isinstance(error, Unavailable):
        return Exit.NOT_ACCEPTED
    return Exit.REFUSED
