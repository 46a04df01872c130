"""Signed notes of C2SP (https://c2sp.org/signed-note): a text and the lines that sign it.

::

    text, one or more lines
                                            (an empty line)
    — name base64(key id, signature)        (1 to 16 of these)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unipact.tlog.encoding import from_base64, to_base64
from unipact.tlog.errors import Unproven

if TYPE_CHECKING:
    from unipact.tlog.keys import VerifierKey

# The least that every verifier must accept is the most that this one does.
MOST_SIGNATURES = 16
_DASH = "— ".encode()
_ID_BYTES, _TIME_BYTES, _SIGNATURE_BYTES = 4, 8, 64
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")
# Unicode's White_Space, written out: languages differ in what they call a space.
_NOT_IN_NAME = re.compile(
    "[\x00-\x20+\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff]"
)


def check_name(name: str, where: str) -> None:
    """Refuse what is no name of a key.

    Raises:
        Unproven: empty, or with a space, a plus sign, or a control character.
    """
    if not name or _NOT_IN_NAME.search(name):
        raise Unproven.at(where, "a name is not empty and has no space and no plus sign")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line.

    Attributes:
        name: of the key.
        key_id: its 4 bytes.
        raw: what follows the key id, at least a byte: the signature of a text for ``ED25519``, 8
            bytes of time and the signature for ``COSIGNATURE``.
    """

    name: str
    key_id: bytes
    raw: bytes

    def __post_init__(self) -> None:
        check_name(self.name, "signature line")
        if len(self.key_id) != _ID_BYTES or not self.raw:
            raise Unproven.at("signature line", "it holds a key id of 4 bytes and a signature")

    @property
    def line(self) -> bytes:
        """The line as it stands in a note, with its line feed."""
        return b"%b%b %b\n" % (_DASH, self.name.encode(), to_base64(self.key_id + self.raw))


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signature lines; that they are genuine is not said (``verified_by``).

    Attributes:
        text: UTF-8 without control characters but line feed, and with one at its end.
        signatures: 1 to 16.
    """

    text: bytes
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        if not self.text.endswith(b"\n"):
            raise Unproven.at("note", "its text does not end with a line feed")
        if _CONTROL.search(self.text):
            raise Unproven.at("note", "there is a control character in its text")
        try:
            self.text.decode()
        except UnicodeDecodeError as error:
            raise Unproven.at("note", "its text is not UTF-8") from error
        if not 1 <= len(self.signatures) <= MOST_SIGNATURES:
            raise Unproven.at(
                "note", f"it has 1 to {MOST_SIGNATURES} signature lines, not {len(self.signatures)}"
            )

    @property
    def data(self) -> bytes:
        """The whole note as bytes."""
        return b"%b\n%b" % (self.text, b"".join(one.line for one in self.signatures))

    def __bytes__(self) -> bytes:
        return self.data


def read_note(data: bytes) -> Note:
    """Return the note that these bytes are; ``bytes(read_note(data))`` is ``data``.

    Raises:
        Unproven: they are not a note, to the byte.
    """
    # The last empty line parts text and signatures: a text may have empty lines of its own.
    text, empty_line, signed = data.rpartition(b"\n\n")
    if not empty_line:
        raise Unproven.at("note", "no empty line parts its text from its signatures")
    if not signed.endswith(b"\n"):
        raise Unproven.at("note", "its last line does not end with a line feed")
    lines = signed[:-1].split(b"\n", MOST_SIGNATURES)
    if len(lines) > MOST_SIGNATURES:
        raise Unproven.at("note", f"it has more than {MOST_SIGNATURES} signature lines")
    return Note(text + b"\n", tuple(read_signature(line) for line in lines))


def read_signature(line: bytes) -> Signature:
    """Return what a signature line says, given without its line feed.

    Raises:
        Unproven: another form, to the byte.
    """
    parts = line.split(b" ")
    if len(parts) != 3 or parts[0] != _DASH[:-1]:  # dash, name, base64
        raise Unproven.at("signature line", "it is a dash, a name and base64, with one space each")
    try:
        name = parts[1].decode()
    except UnicodeDecodeError as error:
        raise Unproven.at("signature line", "the name is not UTF-8") from error
    signature = from_base64(parts[2], "signature line")
    return Signature(name, signature[:_ID_BYTES], signature[_ID_BYTES:])


def verified_by(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return which of ``keys`` signed the note, in the order of its lines, each once.

    Lines of keys that are not known are ignored, as C2SP demands.

    Raises:
        Unproven: a line of a known key (its name and id) does not verify, or no known key signed.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found: dict[VerifierKey, None] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not key.verifies(note.text, signature.raw):
            raise Unproven.at(f"signature of {key.name}", "it is not one of this text by this key")
        found[key] = None
    if not found:
        names = ", ".join(sorted({key.name for key in known.values()})) or "nobody"
        raise Unproven.at("note", f"it is not signed by {names}")
    return tuple(found)


def cosigned_at(signature: Signature) -> int:
    """Return the time of a ``cosignature/v1``, in unix seconds.

    Raises:
        Unproven: it has not the form of one.
    """
    if len(signature.raw) != _TIME_BYTES + _SIGNATURE_BYTES or signature.raw[0] >> 7:
        raise Unproven.at(f"signature of {signature.name}", "this is no cosignature/v1")
    return int.from_bytes(signature.raw[:_TIME_BYTES], "big")
