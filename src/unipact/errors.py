"""The errors that unipact raises on purpose.

Everything may import this module; it knows no Django and no HTTP. A door (page, command, API)
decides how to show an error; nothing here carries a status code.

::

    UnipactError
    ├── Invalid        the input is wrong: names the place and the mend
    ├── NotPermitted   the actor may not do this
    ├── NotFound       what was asked for does not exist, or must not be seen
    ├── Conflict       the act does not fit the state that things are in
    ├── TooMany        more was asked than is allowed in a while; ``retry_after_s`` says when again
    └── Unavailable    something that is needed cannot be reached or is not installed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in an input.

    Attributes:
        where: the place as its reader knows it, such as
            ``agreement.toml:41 commitment[3].targets[0].value``.
        what: what is wrong there.
        mend: what to do about it; empty where ``what`` says it already.
    """

    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}. {self.mend}" if self.mend else text


class UnipactError(Exception):
    """The root: ``slug`` is stable and documented, ``findings`` name each place that is wrong."""

    slug = "error"

    def __init__(self, message: str, *, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.findings: tuple[Finding, ...] = tuple(findings)


class Invalid(UnipactError):
    """The input is wrong; nothing was changed."""

    slug = "invalid"


class NotPermitted(UnipactError):
    """The actor may not do this; the message tells nothing of what lies behind the door."""

    slug = "not-permitted"


class NotFound(UnipactError):
    """There is no such thing, or the actor must not learn that there is."""

    slug = "not-found"


class Conflict(UnipactError):
    """The act does not fit the present state, for example a batch key with other content."""

    slug = "conflict"


class TooMany(UnipactError):
    """More was asked than is allowed in a while; try again after ``retry_after_s`` seconds."""

    slug = "too-many-requests"

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(UnipactError):
    """A service, file or extra that is needed cannot be reached."""

    slug = "unavailable"
