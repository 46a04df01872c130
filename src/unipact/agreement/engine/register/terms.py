"""The part of an agreement file on which the rules of the log rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class ExitClause:
    """A clause by which the parties in ``may`` end the agreement with notice."""

    may: tuple[str, ...]
    notice_days: int


@dataclass(frozen=True, slots=True)
class LogTerms:
    """What the log asks of an agreement file; ``docs/reference/log.md``, "Terms".

    ``keys`` holds each party's consent key as the file names it, by party id.
    ``renewal_notice_days`` is None where the file has no renewal.
    """

    agreement: str
    version: int
    previous: str | None
    sha256: str
    file_sha256: str
    keys: Mapping[str, str]
    propose: tuple[str, ...]
    consent: tuple[str, ...]
    on_silence: Literal["lapse", "escalate"]
    silence_days: int
    commitments: frozenset[str]
    exits: Mapping[str, ExitClause] = field(default_factory=dict)
    renewal_notice_days: int | None = None
