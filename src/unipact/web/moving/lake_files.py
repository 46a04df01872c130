"""The files of the lake: which there are, and whether two lakes are the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from unipact.errors import Conflict, Finding
from unipact.web.moving.archive import file_digest
from unipact.web.moving.manifest import OF_THE_WRITER, Part


def lake_parts(root: Path) -> tuple[Part, ...]:
    """Every file of the lake at ``root`` as a part of an archive; hold the writer's place.

    All of it is copied, also what a killed import left: its batch is in no catalog, so it is as
    invisible in the copy, and is taken up or undone there in the same way.

    Raises:
        Conflict: something in the folder is neither a file nor a folder, or has no plain name.
    """
    return tuple(
        Part(name, *file_digest(root / name.partition("/")[2])) for name in sorted(_names(root))
    )


def is_bare(root: Path) -> bool:
    """Whether no file of a lake is at ``root``: nothing was ever published there."""
    return not any(True for _ in _names(root))


def _names(root: Path) -> Iterator[str]:
    if not root.is_dir():
        return
    for path in root.rglob("*"):
        inside = path.relative_to(root)
        if inside.parts[0] in OF_THE_WRITER or (path.is_dir() and not path.is_symlink()):
            continue
        name = f"lake/{inside.as_posix()}"
        if path.is_symlink() or not path.is_file() or not name.isprintable():
            finding = Finding(repr(name), "is no plain file", "Take it out of the lake.")
            raise Conflict("the lake holds what no lake holds", findings=[finding])
        yield name
