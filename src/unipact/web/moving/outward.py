"""The way out: one file with everything, as it is at one moment, while the console runs."""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from unipact import __version__
from unipact.analysis.lake.publish import writing
from unipact.errors import Finding, Invalid
from unipact.web.moving.archive import write_archive
from unipact.web.moving.lake_files import lake_parts
from unipact.web.moving.manifest import Manifest, Part, Table
from unipact.web.moving.records import dump_to, migrations_applied, moved_models, one_moment
from unipact.web.moving.staging import folder_beside, move_into_place


@dataclass(frozen=True, slots=True)
class Written:
    """An archive that is in its place: its manifest, and the SHA-256 of its bytes."""

    manifest: Manifest
    sha256: str


def installation_export(*, home: Path, file: Path) -> Written:
    """Write the records and the lake of the installation in ``home`` to ``file``.

    Who: whoever runs the installation. The same records and lake give the same bytes. The records
    are read first: all that an evaluation names was in the lake before it. The lake's one writer
    waits until its files are copied. ``file`` appears whole, readable by its owner alone.

    Raises:
        Invalid: ``file`` cannot be where it was asked for.
        Unavailable: the database is not migrated.
        Conflict: a file of the lake is none, or changed under the reader.
    """
    root, file = home / "lake", file.absolute()
    if not file.parent.is_dir() or file.is_dir() or file.is_relative_to(root):
        what = "is no place for an archive"
        mend = "Name a file in a folder that is there, outside the lake."
        raise Invalid("no place to write", findings=[Finding(str(file), what, mend)])
    with folder_beside(file.parent, file.name) as staged:
        with one_moment():
            migrations = migrations_applied()
            tables = tuple(dump_to(staged, each) for each in moved_models())
        archive = staged / "archive"

        def place(part: Part) -> Path:
            return (staged if isinstance(part, Table) else home) / part.name

        with writing(root) if root.is_dir() else nullcontext():
            manifest = Manifest(__version__, migrations, tables, lake_parts(root))
            with open(archive, "xb", opener=_private) as stream:
                sha256 = write_archive(stream, manifest, place)
                stream.flush()
                os.fsync(stream.fileno())
        move_into_place(archive, file)
    return Written(manifest, sha256)


def _private(path: str, flags: int) -> int:
    # Hashes of passwords are in it.
    return os.open(path, flags, 0o600)
