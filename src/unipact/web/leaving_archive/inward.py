"""The way in: an archive becomes an agreement with its records and rows, or nothing.

The rows are published into a lake beside, and every digest is compared; the records are written in
one transaction; the lake is renamed in, and then that transaction commits. A kill between the two
leaves the lake whole with no record that refers to it, and the next attempt finds that it is the
archive's own.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from unipact.agreement.engine.register.acts import KeyPair
from unipact.agreement.formats.leaving.reader import Archive
from unipact.agreement.services.leaving import Returned, leaving_restore
from unipact.analysis.lake import Lake
from unipact.analysis.lake.publish import writing
from unipact.errors import Conflict, Finding
from unipact.installation import Installation
from unipact.web.leaving_archive.lake_rows import arriving, is_held, publish_all
from unipact.web.moving.lake_files import is_bare
from unipact.web.moving.manifest import LOCK
from unipact.web.moving.staging import folder_beside, move_into_place, sync_folder


def archive_restore(
    *, stream: BinaryIO, keys: Sequence[KeyPair], installation: Installation, now: datetime
) -> Returned:
    """Make the agreement of a leaving archive, after a full verification; all or nothing.

    Who: whoever runs the installation. Where rows were withheld, values that rest on them cannot be
    computed again here: their snapshot is not in this lake.

    Raises:
        Invalid: a member is damaged, or the bundle in it is not accepted; it is named.
        Conflict: the agreement is here already, or another lake is.
    """
    home = installation.home
    home.mkdir(parents=True, exist_ok=True)
    with folder_beside(home, "returning") as staged, ExitStack() as on_failure:

        def rows_arrive(archive: Archive) -> None:
            _rows_arrive(archive, installation, staged, on_failure)

        returned = leaving_restore(stream=stream, keys=keys, now=now, before_commit=rows_arrive)
        on_failure.pop_all()
    return returned


def _rows_arrive(
    archive: Archive, installation: Installation, staged: Path, on_failure: ExitStack
) -> None:
    wanted = arriving(archive)
    if not wanted.batches:
        return
    root = installation.home / "lake"
    if not is_bare(root):
        if is_held(installation.lake, wanted):
            return
        what = f"holds a lake, and not the rows of {archive.about.agreement}"
        mend = "Restore into an empty installation: name a new folder in UNIPACT_HOME."
        finding = Finding(str(root), what, mend)
        raise Conflict("the lake is not empty: nothing was changed", findings=[finding])
    scratch = staged / "files"
    scratch.mkdir()
    publish_all(Lake(staged / "lake", installation.lake.tables), archive, wanted, scratch)
    for folder, _, _ in os.walk(staged / "lake"):
        sync_folder(Path(folder))
    with writing(root):
        if not is_bare(root):
            what = "somebody published into it meanwhile"
            raise Conflict(f"{root}: {what}", findings=[Finding(str(root), what)])
        (staged / "lake" / LOCK).unlink(missing_ok=True)
        # Who waits for the writer's place holds this file open: it stays the one lock.
        os.link(root / LOCK, staged / "lake" / LOCK)
        root.rename(staged / "bare")
        move_into_place(staged / "lake", root)
        on_failure.callback(root.rename, staged / "taken-out")
