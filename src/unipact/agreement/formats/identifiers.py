"""Check digits and syntax of the identifiers that an agreement names.

References:
    USCC: GB 32100-2015 (check character by weighted sum modulo 31).
    ROR: ror.org identifier pattern; the last two digits are an ISO 7064 MOD 97-10 check.
    LEI: ISO 17442-1, check digits by ISO 7064 MOD 97-10.
    vkey: C2SP signed-note, "Verifier keys".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from functools import cache
from zoneinfo import available_timezones

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
ED25519 = 0x01


def legal_id_fault(scheme: str, value: str) -> str | None:
    """What is wrong with a legal identifier, or None; an unknown scheme has no check digits."""
    check = {"uscc": _uscc_fault, "ror": _ror_fault, "lei": _lei_fault}.get(scheme)
    return check(value) if check else None


def _uscc_fault(value: str) -> str | None:
    if len(value) != 18 or any(c not in _USCC for c in value):
        return "a unified social credit code has 18 digits and capitals, without I, O, S, V and Z"
    total = sum(_USCC.index(c) * pow(3, i, 31) for i, c in enumerate(value[:17]))
    expected = _USCC[-total % 31]
    if value[17] != expected:
        return f"its check character is {value[17]}, but the other 17 give {expected}"
    return None


def _ror_fault(value: str) -> str | None:
    if not re.fullmatch(r"0[0-9a-hj-km-np-tv-z]{6}[0-9]{2}", value):
        return "a ROR id is nine characters, for example 03yrm5c26, without https://ror.org/"
    number = 0
    for character in value[1:7]:
        number = number * 32 + _CROCKFORD.index(character)
    expected = f"{98 - number * 100 % 97:02d}"
    if value[7:] != expected:
        return f"its check digits are {value[7:]}, but the other characters give {expected}"
    return None


def _lei_fault(value: str) -> str | None:
    if not re.fullmatch(r"[0-9A-Z]{18}[0-9]{2}", value):
        return "a Legal Entity Identifier is 18 digits or capitals and two check digits"
    if int("".join(str(int(c, 36)) for c in value)) % 97 != 1:
        return "its check digits do not fit the other characters"
    return None


def vkey_fault(vkey: str) -> str | None:
    """What is wrong with a C2SP verifier key that must hold an Ed25519 key, or None."""
    parts = vkey.split("+", 2)
    if len(parts) != 3 or not parts[0] or any(c.isspace() for c in vkey):
        return "a verifier key reads name+key id+base64, without spaces"
    name, key_id, encoded = parts
    if not re.fullmatch(r"[0-9a-f]{8}", key_id):
        return f'the key id "{key_id[:16]}" is not eight hexadecimal digits'
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return "the part after the second + is no base64"
    if base64.b64encode(key).decode() != encoded:
        return "the base64 has stray bits; it must be the one canonical encoding"
    if len(key) != 33 or key[0] != ED25519:
        return "the key is no Ed25519 key: one byte 0x01, then 32 bytes"
    expected = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex()
    if key_id != expected:
        return f"its key id is {key_id}, but name and key give {expected}"
    return None


@cache
def zones() -> frozenset[str]:
    """Every IANA time zone."""
    return frozenset(available_timezones())
