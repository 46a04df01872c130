"""Keys of C2SP signed-note and tlog-cosignature: Ed25519, each with a name.

Ed25519 has corners in which implementations differ. Here a verifier refuses what any of them
refuses, whatever the library below does, so that Python and a browser never disagree: public keys
and ``R`` that are not canonically encoded or of small order, and ``S`` not below the group order
(RFC 8032 section 5.1.7; https://hdevalence.ca/blog/2020-10-04-its-25519am has the differences).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from unipact.tlog.encoding import LARGEST, from_base64, to_base64
from unipact.tlog.errors import Unproven
from unipact.tlog.note import Signature, check_name

ED25519 = 0x01
COSIGNATURE = 0x04
_ALGORITHMS = (ED25519, COSIGNATURE)
_KEY_BYTES, _SIGNATURE_BYTES, _TIME_BYTES = 32, 64, 8
_PRIVATE = "PRIVATE+KEY+"
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([0-9A-Za-z+/=]+)")

_FIELD_PRIME = 2**255 - 19
_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
_SIGN_BIT = 1 << 255
# The y of the 8 points whose order divides 8: that of order 1, of 2, of 4 (two), of 8 (four).
_ORDER_8_Y = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_ORDER_Y = frozenset(
    {1, _FIELD_PRIME - 1, 0, _ORDER_8_Y, _FIELD_PRIME - _ORDER_8_Y},
)


def _is_sound_point(encoded: bytes) -> bool:
    """Whether an encoded point is canonical and not of small order; not whether it is a point.

    The sign of x = 0 has two spellings only at points of order 1 and 2, which are refused anyhow.
    """
    y = int.from_bytes(encoded, "little") & (_SIGN_BIT - 1)
    return y < _FIELD_PRIME and y not in _SMALL_ORDER_Y


@lru_cache(maxsize=1024)
def _loaded(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def cosigned_text(text: bytes, time: int) -> bytes:
    """Return what a ``cosignature/v1`` signs: header and time, then the body of a checkpoint."""
    return b"cosignature/v1\ntime %d\n%b" % (time, text)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name: a C2SP *vkey*, ``str(key)`` spells it.

    Attributes:
        name: of the signer; not empty, no space, no plus sign.
        algorithm: ``ED25519`` or ``COSIGNATURE``.
        public: the 32 bytes of RFC 8032.
        key_id: 4 bytes that tell signature lines of one name apart.

    Raises:
        Unproven: the name or the algorithm is refused, or the key is (see above).
    """

    name: str
    algorithm: int
    public: bytes
    key_id: bytes = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_name(self.name, "key name")
        if self.algorithm not in _ALGORITHMS:
            raise Unproven.at("key", f"signature type {self.algorithm:#04x} is not known here")
        if len(self.public) != _KEY_BYTES or not _is_sound_point(self.public):
            raise Unproven.at("key", "this is no Ed25519 key: its length, encoding or order")
        hashed = sha256(b"%b\n%c%b" % (self.name.encode(), self.algorithm, self.public))
        object.__setattr__(self, "key_id", hashed.digest()[:4])

    def __str__(self) -> str:
        data = to_base64(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{data}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Return the key of ``name+hash+base64``; its only spelling is ``str(key)``.

        Raises:
            Unproven: malformed, another hash than the key's, or an unknown algorithm.
        """
        name, hashed, data = _split_key(text)
        key = cls(name, data[0], data[1:])
        if key.key_id.hex() != hashed:
            raise Unproven.at("key", f"its hash is {key.key_id.hex()}, not {hashed}")
        return key

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is one of ``text`` by this key.

        Args:
            text: of the note; for a cosignature the body of the checkpoint.
            signature: what follows the key id in a signature line: 64 bytes, for a cosignature
                8 bytes of time (unix seconds, big-endian) and 64.
        """
        if self.algorithm == COSIGNATURE:
            time = int.from_bytes(signature[:_TIME_BYTES], "big")
            signature = signature[_TIME_BYTES:]
            if time > LARGEST:
                return False
            text = cosigned_text(text, time)
        if len(signature) != _SIGNATURE_BYTES or not _is_sound_point(signature[:_KEY_BYTES]):
            return False
        if int.from_bytes(signature[_KEY_BYTES:], "little") >= _GROUP_ORDER:
            return False
        try:
            _loaded(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """A private key with its name; ``str(key)`` is the secret itself, ``repr(key)`` is not."""

    __slots__ = ("_private", "verifier")

    def __init__(self, name: str, algorithm: int, private: Ed25519PrivateKey) -> None:
        """Take a private key of `cryptography`.

        Raises:
            Unproven: the name or the algorithm is refused.
        """
        self._private = private
        self.verifier = VerifierKey(name, algorithm, private.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        return self.verifier.name

    @property
    def algorithm(self) -> int:
        return self.verifier.algorithm

    @classmethod
    def generate(cls, name: str, algorithm: int) -> SigningKey:
        """Draw a new key from the system's randomness."""
        return cls(name, algorithm, Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, name: str, algorithm: int, seed: bytes) -> SigningKey:
        """Return the key of a 32-byte secret seed (the private key of RFC 8032).

        Raises:
            Unproven: the seed has another length; the name or the algorithm is refused.
        """
        if len(seed) != _KEY_BYTES:
            raise Unproven.at("private key", f"a seed has {_KEY_BYTES} bytes, not {len(seed)}")
        return cls(name, algorithm, Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def parse(cls, text: str) -> SigningKey:
        """Return the key of ``PRIVATE+KEY+name+hash+base64``; its only spelling is ``str(key)``.

        Raises:
            Unproven: malformed, or another hash than the key's. No error tells a secret.
        """
        if not text.startswith(_PRIVATE):
            raise Unproven.at("private key", f"it begins with {_PRIVATE}")
        name, hashed, data = _split_key(text.removeprefix(_PRIVATE))
        key = cls.from_seed(name, data[0], data[1:])
        if key.verifier.key_id.hex() != hashed:
            raise Unproven.at("private key", "its hash is not that of the key")
        return key

    def __str__(self) -> str:
        data = to_base64(bytes([self.algorithm]) + self._private.private_bytes_raw()).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{data}"

    def __repr__(self) -> str:
        return f"<SigningKey of {self.verifier}>"

    def sign(self, text: bytes, *, time: int | None = None) -> Signature:
        """Sign the text of a note, or cosign the body of a checkpoint at ``time``.

        Raises:
            ValueError: a cosignature without a time (unix seconds, 0 to 2**63 - 1), or another
                signature with one.
        """
        stamp = b""
        if self.algorithm == COSIGNATURE:
            if time is None or not 0 <= time <= LARGEST:
                raise ValueError("a cosignature states its time, in unix seconds")
            stamp = time.to_bytes(_TIME_BYTES, "big")
            text = cosigned_text(text, time)
        elif time is not None:
            raise ValueError("only a cosignature states a time")
        return Signature(self.name, self.verifier.key_id, stamp + self._private.sign(text))


def _split_key(text: str) -> tuple[str, str, bytes]:
    """Return name, hash and data of a key's text; the data has at least a byte."""
    parts = _VKEY.fullmatch(text)
    if parts is None:
        raise Unproven.at("key", "a key is written name+hash+base64")
    name, hashed, data = parts.groups()
    return name, hashed, from_base64(data.encode(), "key")
