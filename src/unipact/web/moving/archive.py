"""The file of an installation: a tar whose first member says what all the others are.

Everything follows from the manifest: the members, their order, their headers, the length of the
file. So a reader parses no tar; it compares. A link, a device, a second member of a name, a path
that leads elsewhere or one flipped bit is simply not what the manifest says, and names its byte.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from unipact.errors import Conflict, Finding, Invalid
from unipact.web.moving.manifest import Manifest, Part

MANIFEST = "manifest.json"
CHECKSUM = "manifest.json.sha256"
#: About 400,000 files of a lake; a header that claims more is not believed.
MOST_MANIFEST_BYTES = 64 << 20

_BLOCK = tarfile.BLOCKSIZE
_AT_ONCE = 1 << 20
_MEND = "Nothing was changed. Take another copy of the file, or export again."
_KINDS = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
    tarfile.DIRTYPE: "a folder",
}


def file_digest(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file, read once in small pieces."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while piece := stream.read(_AT_ONCE):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def write_archive(stream: BinaryIO, manifest: Manifest, place: Callable[[Part], Path]) -> str:
    """Write the archive of ``manifest``, whose parts lie at ``place``; return its SHA-256.

    Raises:
        Conflict: a part is no longer what the manifest says of it.
    """
    digest = hashlib.sha256()

    def put(data: bytes) -> None:
        digest.update(data)
        stream.write(data)

    for name, content in _first_members(manifest):
        put(_header(name, len(content)) + content + _padding(len(content)))
    for part in manifest.parts:
        put(_header(part.name, part.size))
        found = hashlib.sha256()
        with place(part).open("rb") as source:
            while piece := source.read(_AT_ONCE):
                found.update(piece)
                put(piece)
        if found.hexdigest() != part.sha256:
            raise Conflict(f"{part.name} changed while it was being read: nothing was written")
        put(_padding(part.size))
    put(bytes(_end(stream.tell())))
    return digest.hexdigest()


class Archive:
    """An archive that is being read: its manifest is checked when it opens, its parts by unpack.

    Raises:
        Invalid: what stands in the file is not what the manifest says; the byte is named.
    """

    def __init__(self, stream: BinaryIO, path: Path) -> None:
        self._stream = stream
        self._path = path
        self.manifest = self._read_manifest()

    def unpack(self, folder: Path) -> None:
        """Write every part under ``folder``; on the disk and as the manifest says, or refused."""
        for part in self.manifest.parts:
            self._expect(_header(part.name, part.size), f"the header of {part.name}")
            target = folder / part.name
            target.parent.mkdir(parents=True, exist_ok=True)
            start, digest, left = self._stream.tell(), hashlib.sha256(), part.size
            with target.open("xb") as written:
                while left and (piece := self._stream.read(min(left, _AT_ONCE))):
                    digest.update(piece)
                    written.write(piece)
                    left -= len(piece)
                written.flush()
                os.fsync(written.fileno())
            if left or digest.hexdigest() != part.sha256:
                raise self._wrong(start, f"the content of {part.name} is not what was exported")
            self._expect(_padding(part.size), f"the end of {part.name}")
        self._expect(bytes(_end(self._stream.tell())), "the end of the archive")

    def _read_manifest(self) -> Manifest:
        block = self._stream.read(_BLOCK)
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError, ValueError) as error:
            raise self._wrong(0, f"this is no archive of an installation ({error})") from error
        if info.name != MANIFEST or not info.isreg():
            raise self._wrong(0, f"this is no archive of an installation: {_shown(block)} is first")
        if not 0 <= info.size <= MOST_MANIFEST_BYTES:
            raise self._wrong(0, f"a manifest of {info.size} bytes is not believed")
        self._stream.seek(0)
        self._expect(_header(MANIFEST, info.size), "the header of the manifest")
        content = self._stream.read(info.size)
        if len(content) < info.size:
            raise self._wrong(_BLOCK, "the file ends within the manifest")
        manifest = Manifest.read(content, f"{self._path} {MANIFEST}")
        self._stream.seek(0)
        for name, expected in _first_members(manifest):
            whole = _header(name, len(expected)) + expected + _padding(len(expected))
            self._expect(whole, name)
        self._refuse_other_length(manifest)
        return manifest

    def _refuse_other_length(self, manifest: Manifest) -> None:
        start = self._stream.tell()
        expected = start + sum(
            len(_header(each.name, each.size)) + each.size + len(_padding(each.size))
            for each in manifest.parts
        )
        expected += _end(expected)
        found = os.fstat(self._stream.fileno()).st_size
        if found != expected:
            said = "it is cut off" if found < expected else "there is more than the manifest names"
            raise self._wrong(found, f"the manifest asks for {expected} bytes: {said}")

    def _expect(self, expected: bytes, what: str) -> None:
        start = self._stream.tell()
        found = self._stream.read(len(expected))
        if found == expected:
            return
        if len(found) < len(expected) and expected.startswith(found):
            raise self._wrong(start + len(found), f"the file ends within {what}")
        if what.startswith("the header"):
            raise self._wrong(start, f"this is not {what}, but {_shown(found[:_BLOCK])}")
        at = next(n for n, (a, b) in enumerate(zip(expected, found, strict=False)) if a != b)
        raise self._wrong(start + at, f"this is not {what}")

    def _wrong(self, byte: int, what: str) -> Invalid:
        finding = Finding(f"{self._path} byte {byte}", what, _MEND)
        return Invalid("the archive is wrong", findings=[finding])


def _first_members(manifest: Manifest) -> tuple[tuple[str, bytes], ...]:
    """The manifest, and its checksum as `sha256sum --check` reads it."""
    content = manifest.content
    line = f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n"
    return ((MANIFEST, content), (CHECKSUM, line.encode()))


def _header(name: str, size: int) -> bytes:
    """The header of a member; no time, owner or mode of this machine is in it."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)


def _end(offset: int) -> int:
    """How many zero bytes end a tar whose last member ends at ``offset``."""
    least = 2 * _BLOCK
    return least + -(offset + least) % tarfile.RECORDSIZE


def _shown(block: bytes) -> str:
    """What a block of the file is, in words."""
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "replace")
    except (tarfile.HeaderError, ValueError):
        return "something else"
    return f"{_KINDS.get(info.type, 'a member')} named {info.name[:100]!r}"
