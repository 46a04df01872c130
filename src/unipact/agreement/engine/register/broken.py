"""What is raised where an act does not fit the log."""

from __future__ import annotations

from typing import NoReturn

from unipact.errors import Conflict, Finding


class RuleBroken(Conflict):
    """An act breaks a rule of the log; the finding names the key of the entry."""


def refuse(what: str, key: str = "", mend: str = "") -> NoReturn:
    """Raise RuleBroken: ``what`` is wrong with ``key`` of the entry."""
    raise RuleBroken(what, findings=[Finding(key, what, mend)] if key else [])
