"""Writing a leaving archive: the same parts give the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from unipact.agreement.formats.bundle.ustar import END, header, padding
from unipact.agreement.formats.canonical import canonical_bytes
from unipact.agreement.formats.leaving import layout
from unipact.agreement.formats.leaving.layout import Listed
from unipact.errors import Conflict

_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class About:
    """What the manifest says before it lists the members.

    Attributes:
        party: who leaves with it.
        origin, size, root: of the log; root is hexadecimal.
        withheld: what is not in it and how often: ``data`` by table, ``entries``, ``runs`` and
            ``transactions`` that both have not signed yet.
    """

    agreement: str
    party: str
    software: str
    origin: str
    size: int
    root: str
    withheld: Mapping[str, Any]


def manifest_bytes(about: About, members: Iterable[Listed]) -> bytes:
    """The manifest in canonical form (RFC 8785)."""
    return canonical_bytes(
        {
            "format": layout.FORMAT,
            "agreement": about.agreement,
            "party": about.party,
            "software": about.software,
            "log": {"origin": about.origin, "size": about.size, "root": about.root},
            "withheld": dict(about.withheld),
            "members": [
                {"name": each.name, "size": each.size, "sha256": each.sha256} for each in members
            ],
        }
    )


def checksum_line(manifest: bytes) -> bytes:
    """The checksum of the manifest, as `sha256sum --check` reads it."""
    return f"{hashlib.sha256(manifest).hexdigest()}  {layout.MANIFEST}\n".encode()


def write_archive(stream: BinaryIO, about: About, files: Mapping[str, Path]) -> str:
    """Write the archive of ``files``, by their names in it; return the SHA-256 of the whole.

    Raises:
        Conflict: a file changed while it was read.
    """
    digest = hashlib.sha256()

    def put(data: bytes) -> None:
        digest.update(data)
        stream.write(data)

    placed = sorted(filter(None, map(layout.place_of, files)))
    listed = [Listed(name, *_digested(files[name])) for _, name in placed]
    manifest = manifest_bytes(about, listed)
    for name, content in (
        (layout.README, layout.README_TEXT),
        (layout.MANIFEST, manifest),
        (layout.CHECKSUM, checksum_line(manifest)),
    ):
        put(header(name, len(content)) + content + padding(len(content)))
    for each in listed:
        put(header(each.name, each.size))
        found = hashlib.sha256()
        for piece in _pieces(files[each.name]):
            found.update(piece)
            put(piece)
        if found.hexdigest() != each.sha256:
            raise Conflict(f"{each.name} changed while it was being read: nothing was written")
        put(padding(each.size))
    put(END)
    return digest.hexdigest()


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write each row as one line of canonical JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as stream:
        stream.writelines(canonical_bytes(each) + b"\n" for each in rows)


def _digested(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(path):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(_AT_ONCE):
            yield piece
