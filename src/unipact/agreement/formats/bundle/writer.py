"""Writing a bundle: the same parts give the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from unipact.agreement.formats.bundle import layout
from unipact.agreement.formats.bundle.ustar import END, header, padding
from unipact.errors import Conflict


@dataclass(frozen=True, slots=True)
class BundleParts:
    """What a bundle holds.

    Attributes:
        checkpoint: the final checkpoint of size n, cosigned by all.
        earlier: earlier checkpoints cosigned by all, sizes growing.
        size: n, how many entries there are; ``entries_bytes`` their length in all.
        hashes: the n leaf hashes; ``entries``: the n entries. Both are read once.
        agreements: agreement files by their SHA-256, all that the entries name.
        documents: documents by their SHA-256.
    """

    checkpoint: bytes
    earlier: Iterable[bytes]
    size: int
    entries_bytes: int
    hashes: Iterable[bytes]
    entries: Iterable[bytes]
    agreements: Mapping[str, bytes]
    documents: Mapping[str, bytes]


def write_bundle(stream: BinaryIO, parts: BundleParts) -> str:
    """Write the bundle; return the SHA-256 of the file.

    Raises:
        Conflict: the hashes or entries are not as many as was said.
    """
    digest = hashlib.sha256()

    def put(data: bytes) -> None:
        digest.update(data)
        stream.write(data)

    def member(name: str, size: int, content: Iterable[bytes]) -> None:
        put(header(name, size))
        left = size
        for piece in content:
            put(piece)
            left -= len(piece)
        if left:
            raise Conflict(f"{name} changed while it was being written: the file is no bundle")
        put(padding(size))

    earlier = b"".join(parts.earlier)
    member(layout.README, len(layout.README_TEXT), [layout.README_TEXT])
    member(layout.CHECKPOINT, len(parts.checkpoint), [parts.checkpoint])
    member(layout.HASHES, layout.HASH_BYTES * parts.size, parts.hashes)
    member(layout.CHECKPOINTS, len(earlier), [earlier])
    for sha256, content in sorted(parts.agreements.items()):
        member(layout.agreement_name(sha256), len(content), [content])
    for sha256, content in sorted(parts.documents.items()):
        member(layout.document_name(sha256), len(content), [content])
    member(layout.ENTRIES, parts.entries_bytes, parts.entries)
    put(END)
    return digest.hexdigest()
