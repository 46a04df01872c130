"""Base64 and decimal numbers that have one spelling each.

A value with two spellings would leave free bits in a signed file, and two verifiers could
disagree on it. So whatever is not the canonical spelling is refused.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, b2a_base64

from unipact.tlog.errors import Unproven

HASH_BYTES = 32
# RFC 6962 counts in 64 bits; C2SP's own programs in signed ones.
LARGEST = 2**63 - 1
_DECIMAL = re.compile(rb"0|[1-9][0-9]{0,18}")


def to_base64(data: bytes) -> bytes:
    """Return standard base64 with padding (RFC 4648 section 4)."""
    return b2a_base64(data, newline=False)


def from_base64(text: bytes, where: str) -> bytes:
    """Return what canonical base64 stands for; ``where`` names its place in an error.

    Raises:
        Unproven: other characters, wrong padding, or bits behind the last byte.
    """
    try:
        data = a2b_base64(text)
    except Error:
        data = None
    # The reader is lenient, but whatever it passed over is missing when the data is written again.
    if data is None or b2a_base64(data, newline=False) != text:
        raise Unproven.at(where, "this is not canonical base64")
    return data


def from_decimal(text: bytes, where: str) -> int:
    """Return a whole number in ASCII digits without leading zeros, at most 2**63 - 1.

    Raises:
        Unproven: any other spelling, or a larger number.
    """
    if _DECIMAL.fullmatch(text) is None or (number := int(text)) > LARGEST:
        raise Unproven.at(where, "this is not a decimal number from 0 to 2^63-1, no leading zeros")
    return number
