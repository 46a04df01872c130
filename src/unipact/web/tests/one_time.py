"""Codes of an authenticator app, by RFC 6238 itself: nothing of what is tested computes them."""

from __future__ import annotations

import base64
import hmac
import struct

STEP_S = 30


def code(secret: str, at_s: int) -> str:
    """The six digits that an app shows at a second since 1970."""
    key = base64.b32decode(secret)
    digest = hmac.digest(key, struct.pack(">Q", at_s // STEP_S), "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06d}"
