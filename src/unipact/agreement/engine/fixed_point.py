"""Exact numbers with a stated count of decimals: whole numbers of the smallest step.

``"3000000.00"`` with two digits is 300,000,000 steps, and back. No float on the way, nothing is
rounded, and a text that is finer than the step is refused.
"""

from __future__ import annotations

import re

from unipact.agreement.engine.currencies import CURRENCIES
from unipact.errors import Finding, Invalid

#: As far as JSON numbers are exact everywhere (RFC 8785, section 3.2.2.3, and I-JSON).
GREATEST = 2**53 - 1
#: What is never divided is counted in whole pieces.
_WHOLE = frozenset({"count", "person", "piece", "set", "seat", "licence", "data-set"})
_THOUSANDTHS = 3
_PLAIN = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_LONGEST = 40


def digits_of(unit: str) -> int:
    """Decimals that a ledger keeps of ``unit``: a currency's own, none for pieces, else three."""
    if unit in CURRENCIES:
        return CURRENCIES[unit]
    return 0 if unit in _WHOLE else _THOUSANDTHS


def steps_of(text: str, digits: int, *, where: str = "amount") -> int:
    """The whole number of steps of ``10**-digits`` that a plain decimal text says.

    Args:
        text: as ``-1234.50``: no exponent, no plus sign, no separators, no minus zero.
        digits: decimals of the smallest step; the text may have fewer, not more.
        where: the place that a finding names.

    Raises:
        Invalid: it is no such text, is finer than the step, or is beyond ±(2⁵³ − 1) steps.
    """
    found = _PLAIN.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise _wrong(where, "it is no plain decimal number", "Write it like 1200000.00.")
    sign, whole, fraction = found.group(1), found.group(2), found.group(3) or ""
    if len(fraction) > digits:
        raise _wrong(where, f"it has {len(fraction)} decimals; {digits} are kept", "")
    steps = int(whole + fraction.ljust(digits, "0"))
    if sign and steps == 0:
        raise _wrong(where, "it is no plain decimal number", "Write it like 1200000.00.")
    if steps > GREATEST:
        raise _wrong(where, "it is larger than is kept", "")
    return -steps if sign else steps


def text_of(steps: int, digits: int) -> str:
    """The plain decimal text of a whole number of steps, with exactly ``digits`` decimals."""
    sign, figures = ("-" if steps < 0 else ""), str(abs(steps)).rjust(digits + 1, "0")
    if digits == 0:
        return sign + figures
    return f"{sign}{figures[:-digits]}.{figures[-digits:]}"


def _wrong(where: str, what: str, mend: str) -> Invalid:
    return Invalid("an amount is wrong", findings=[Finding(where, what, mend)])
