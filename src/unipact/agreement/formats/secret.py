"""Secrets of programs and of links: how they look, and what is kept of them."""

from __future__ import annotations

import hashlib

#: What every token begins with, so that a scanner finds one that was left in a file.
TOKEN_PREFIX = "unipact_"  # noqa: S105


def invitation_path(secret: str) -> str:
    """The path of the page on which an invitation is accepted."""
    return f"/invitation/{secret}/"


def calendar_path(secret: str) -> str:
    """The path of a person's calendar, which programs read without signing in."""
    return f"/calendar/{secret}.ics"


def secret_digest(secret: str) -> str:
    """What is kept of a secret. It is random and long, so a plain digest cannot be guessed."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
