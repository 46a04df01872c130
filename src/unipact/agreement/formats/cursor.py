"""A careful hand on a document that may be wrong anywhere: asks get a good value or None."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from unipact.agreement.engine.terms import Span
from unipact.agreement.formats.canonical import Path, Problem
from unipact.agreement.formats.structure import MOST_FINDINGS, did_you_mean

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_DECIMAL_LENGTH = 40
_MOST_KNOWN = 1_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """One place in a document; what is said about it goes to the shared list ``found``."""

    value: Any
    path: Path = ()
    found: list[Problem] = field(default_factory=list)

    def at(self, key: str | int) -> Cursor:
        """The place below, holding None where there is none."""
        below: Any = None
        if isinstance(self.value, Mapping):
            below = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int) and key < len(self.value):
            below = self.value[key]
        return Cursor(below, (*self.path, key), self.found)

    def each(self, key: str) -> Iterator[Cursor]:
        """Every entry of a list below."""
        below = self.at(key)
        if isinstance(below.value, list):
            for index in range(len(below.value)):
                yield below.at(index)

    def text(self, key: str) -> str | None:
        """The text below."""
        value = self.at(key).value
        return value if isinstance(value, str) else None

    def integer(self, key: str) -> int | None:
        """The whole number below."""
        value = self.at(key).value
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def texts(self, key: str) -> list[str]:
        """Every text of the list below."""
        return [item.value for item in self.each(key) if isinstance(item.value, str)]

    def day(self, key: str) -> date | None:
        """The calendar day below."""
        text = self.text(key)
        if text is None or len(text) != 10:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None

    def number(self, key: str) -> Decimal | None:
        """The decimal below, from its canonical text."""
        text = self.text(key)
        if text is None or len(text) > _DECIMAL_LENGTH or not _DECIMAL.fullmatch(text):
            return None
        return Decimal(text)

    def span(self) -> Span | None:
        """``from`` and ``until`` of this table where both are days, in whatever order."""
        start, until = self.day("from"), self.day("until")
        return Span(start, until) if start and until else None

    def near(self, word: str, known: Iterable[str]) -> str:
        """``Did you mean …?``; silent where so much was said that nobody hears it any more."""
        choices = list(islice(known, _MOST_KNOWN + 1))
        is_heard = len(self.found) < MOST_FINDINGS and len(choices) <= _MOST_KNOWN
        return did_you_mean(word, choices) if is_heard else ""

    def say(self, what: str, mend: str = "") -> None:
        """Report a problem at this place."""
        self.found.append(Problem(self.path, what, mend))
