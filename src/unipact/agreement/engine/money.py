"""Money: a whole number of minor units and the currency that they are of."""

from __future__ import annotations

from dataclasses import dataclass

from unipact.agreement.engine.currencies import CURRENCIES
from unipact.agreement.engine.fixed_point import steps_of, text_of
from unipact.errors import Finding, Invalid


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: ``minor`` units (fen, cent) of ``currency`` (ISO 4217).

    Adding is defined within one currency only. There is no multiplication by a fraction: shares are
    made by ``allocate``, which loses nothing.

    >>> Money.of("3000000.00", "CNY")
    Money(minor=300000000, currency='CNY')
    >>> str(Money(300000000, "CNY") - Money(1, "CNY"))
    '2999999.99'

    Raises:
        Invalid: the currency is none of ISO 4217, or ``minor`` is no whole number.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            finding = Finding("currency", f"{self.currency!r} is no ISO 4217 currency", "Like CNY.")
            raise Invalid("the currency is unknown", findings=[finding])
        if type(self.minor) is not int:
            finding = Finding("amount", f"{self.minor!r} is no whole number of minor units")
            raise Invalid("an amount is wrong", findings=[finding])

    @classmethod
    def of(cls, text: str, currency: str) -> Money:
        """The amount that a plain decimal text says.

        Raises:
            Invalid: it is no plain decimal, has more decimals than the currency, or the currency is
                unknown.
        """
        zero = cls(0, currency)
        return cls(steps_of(text, zero.digits), currency)

    @property
    def digits(self) -> int:
        """Digits after the decimal point (ISO 4217)."""
        return CURRENCIES[self.currency]

    def __str__(self) -> str:
        return text_of(self.minor, self.digits)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def _same(self, other: object) -> Money:
        if not isinstance(other, Money):
            raise Invalid(f"money is added to money, not to a {type(other).__name__}")
        if other.currency != self.currency:
            raise Invalid(f"{self.currency} and {other.currency} are never added")
        return other
