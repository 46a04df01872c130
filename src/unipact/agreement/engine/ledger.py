"""Double entry between a party and a field: what is given here is applied there.

Every unit is on its own: a sum over two units is no number. Amounts are whole steps of
``10**-digits`` of the account's unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from unipact.agreement.engine.fixed_point import text_of

AccountKind = Literal["given", "applied", "yielded", "received"]
LedgerKind = Literal["contribution", "benefit"]

#: Of each kind of transaction, the account that it comes from and the one that it goes to.
SIDES: dict[LedgerKind, tuple[AccountKind, AccountKind]] = {
    "contribution": ("given", "applied"),
    "benefit": ("yielded", "received"),
}


@dataclass(frozen=True, slots=True)
class AccountName:
    """An account of ``party`` with ``field`` in one unit, counted in steps of ``10**-digits``."""

    party: str
    field: str
    kind: AccountKind
    unit: str
    digits: int


@dataclass(frozen=True, slots=True)
class PostingLine:
    """A change of one account, in steps; above zero where it goes in."""

    account: AccountName
    steps: int

    @property
    def amount(self) -> str:
        """The exact plain decimal text."""
        return text_of(self.steps, self.account.digits)


@dataclass(frozen=True, slots=True)
class Entry:
    """A transaction as a value; ``reverses`` is the SHA-256 of the one that it takes back.

    ``note_sha256`` is that of the salt and the note, or None without a note; ``terms_sha256`` that
    of the version of the agreement under which it was recorded.
    """

    agreement: str
    terms_sha256: str
    number: int
    kind: LedgerKind
    subject: str
    party: str
    recorded_by: str
    happened_on: date
    recorded_at: datetime
    postings: tuple[PostingLine, ...]
    reverses: str | None = None
    note_sha256: str | None = None


def transfer(
    kind: LedgerKind, *, party: str, field: str, unit: str, digits: int, steps: int
) -> tuple[PostingLine, ...]:
    """The two postings that move ``steps`` from one side to the other."""
    source, target = SIDES[kind]
    return (
        PostingLine(AccountName(party, field, source, unit, digits), -steps),
        PostingLine(AccountName(party, field, target, unit, digits), steps),
    )


def reversal(postings: Sequence[PostingLine]) -> tuple[PostingLine, ...]:
    """The postings that take these back."""
    return tuple(PostingLine(each.account, -each.steps) for each in postings)


def unbalanced(postings: Iterable[PostingLine]) -> dict[str, int]:
    """Each unit whose postings do not sum to zero, and what they sum to."""
    sums: dict[str, int] = {}
    for each in postings:
        unit = each.account.unit
        sums[unit] = sums.get(unit, 0) + each.steps
    return {unit: steps for unit, steps in sums.items() if steps}
