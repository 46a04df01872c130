"""Files of keys: a party's private keys (``*.key``) and its public ones (``*.pub``).

Each holds two keys, one a line, in C2SP's text form; a line that begins with ``#`` is a comment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from unipact.agreement.engine.register.acts import KeyPair
from unipact.errors import Finding, Invalid, UnipactError
from unipact.tlog.keys import COSIGNATURE, ED25519, SigningKey, VerifierKey

_LARGEST_BYTES = 16_384
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PrivateKeys:
    """A party's private keys: one signs its acts, the other cosigns checkpoints."""

    consent: SigningKey
    cosign: SigningKey

    @property
    def public(self) -> KeyPair:
        """What others may know of them."""
        return KeyPair(str(self.consent.verifier), str(self.cosign.verifier))


def read_public(data: bytes, *, name: str) -> KeyPair:
    """The public keys in a ``*.pub`` file.

    Raises:
        Invalid: it has not just one consent and one cosign key; the finding names the line.
    """
    found: dict[int, str] = {}
    for number, line in _lines(data, name):
        try:
            key = VerifierKey.parse(line)
        except UnipactError as error:
            raise _wrong(f"{name}:{number}", error.message) from error
        if key.algorithm in found:
            raise _wrong(f"{name}:{number}", "a second key for the same use")
        found[key.algorithm] = line
    return KeyPair(*_both(found, name))


def read_private(data: bytes, *, name: str) -> PrivateKeys:
    """The private keys in a ``*.key`` file; no error tells anything of them.

    Raises:
        Invalid: it has not just one consent and one cosign key.
    """
    found: dict[int, SigningKey] = {}
    for number, line in _lines(data, name):
        try:
            key = SigningKey.parse(line)
        except UnipactError as error:
            raise _wrong(f"{name}:{number}", error.message) from None
        if key.algorithm in found:
            raise _wrong(f"{name}:{number}", "a second key for the same use")
        found[key.algorithm] = key
    return PrivateKeys(*_both(found, name))


def generate(name: str) -> PrivateKeys:
    """New keys of a party; ``name`` is the begin of their names, such as ``usst.example/unipact``.

    Raises:
        Invalid: the name has a space or a plus sign.
    """
    return PrivateKeys(
        SigningKey.generate(f"{name}/consent", ED25519),
        SigningKey.generate(f"{name}/cosign", COSIGNATURE),
    )


def public_file(keys: KeyPair) -> bytes:
    """The ``*.pub`` file of some keys."""
    return (
        "# Public keys of unipact: the first signs acts, the second cosigns the log.\n"
        f"{keys.consent}\n{keys.cosign}\n"
    ).encode()


def private_file(keys: PrivateKeys) -> bytes:
    """The ``*.key`` file of some keys: a secret."""
    return (
        "# PRIVATE keys of unipact: whoever reads this file can sign for the party.\n"
        f"{keys.consent}\n{keys.cosign}\n"
    ).encode()


def _lines(data: bytes, name: str) -> Iterable[tuple[int, str]]:
    if len(data) > _LARGEST_BYTES:
        raise _wrong(name, "it is too large for a file of keys")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _wrong(name, "it is no text") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


def _both(found: dict[int, _T], name: str) -> tuple[_T, _T]:
    if set(found) != {ED25519, COSIGNATURE}:
        raise _wrong(name, "a file of keys holds one consent key and one cosign key")
    return found[ED25519], found[COSIGNATURE]


def _wrong(where: str, what: str) -> Invalid:
    mend = "Make keys with `unipact key new`."
    return Invalid("this is no file of keys", findings=[Finding(where, what, mend)])
