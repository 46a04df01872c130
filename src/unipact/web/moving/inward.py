"""The way in: an archive becomes the records and the lake of an empty installation, or nothing.

The order makes a kill harmless. Everything is unpacked beside and checked; the records are loaded
in one transaction; the lake is renamed in, and then that transaction commits. Before the rename
nothing can be seen. Between the two the lake is whole and no record refers to it; the next attempt
finds that it is the archive's own. An attempt after the commit finds that all is there.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, connection, transaction

from unipact.analysis.lake.publish import writing
from unipact.errors import Conflict, Finding, Invalid
from unipact.web.moving.archive import Archive
from unipact.web.moving.lake_files import is_bare, lake_parts
from unipact.web.moving.manifest import LOCK, Manifest
from unipact.web.moving.records import (
    count_keys_on,
    dump,
    load,
    migrations_applied,
    moved_label,
    moved_models,
    rows_held,
)
from unipact.web.moving.staging import folder_beside, move_into_place, sync_folder

_MOST_TABLES_NAMED = 5


@dataclass(frozen=True, slots=True)
class Arrived:
    """An archive that is in the installation; ``was_there`` when nothing had to be done."""

    manifest: Manifest
    was_there: bool


def installation_import(*, home: Path, file: Path) -> Arrived:
    """Make the empty, migrated installation in ``home`` the one that was exported to ``file``.

    Who: whoever runs the installation. All of it is there and on the disk when this returns; the
    same archive again changes nothing.

    Raises:
        Invalid: the archive is damaged or no archive; nothing was changed.
        Conflict: other records or another lake are there, or the migrations differ.
        Unavailable: the database is not migrated.
    """
    home.mkdir(parents=True, exist_ok=True)
    root = home / "lake"
    with file.open("rb") as stream:
        archive = Archive(stream, file)
        manifest = archive.manifest
        _require_same_tables(manifest)
        has_records, has_lake = _has_records(manifest), _has_lake(manifest, root)
        if has_records and has_lake:
            return Arrived(manifest, was_there=True)
        with folder_beside(home, "arriving") as staged, ExitStack() as on_failure:
            archive.unpack(staged)
            with transaction.atomic():
                if not has_records:
                    _load(manifest, staged, file)
                if not has_lake:
                    _lake_arrive(staged, root)
                    on_failure.callback(root.rename, staged / "taken-out")
            on_failure.pop_all()
    return Arrived(manifest, was_there=False)


def _require_same_tables(manifest: Manifest) -> None:
    """Refuse an archive of another release: its rows would mean something else here."""
    here = migrations_applied()
    apps = sorted(
        app
        for app in {*here, *manifest.migrations}
        if here.get(app) != manifest.migrations.get(app)
    )
    models = {moved_label(each) for each in moved_models()}
    if not apps and models == {each.model for each in manifest.tables}:
        return
    where = f"the migrations of {', '.join(apps)}" if apps else "the tables"
    what = f"are not those of the archive, which unipact {manifest.software} wrote"
    mend = "Bring both installations to one release, migrate, and export again."
    raise Conflict("the archive is of another release", findings=[Finding(where, what, mend)])


def _has_records(manifest: Manifest) -> bool:
    """Whether the very records of the archive are here; False where none are.

    Raises:
        Conflict: others are.
    """
    models = {moved_label(each): each for each in moved_models()}
    held = {label: rows for label, each in models.items() if (rows := rows_held(each))}
    if not held:
        return False
    if held == {each.model: each.rows for each in manifest.tables if each.rows} and all(
        dump(models[each.model]) == each for each in manifest.tables
    ):
        return True
    shown = [f"{label} has {rows}" for label, rows in list(held.items())[:_MOST_TABLES_NAMED]]
    more = len(held) - len(shown)
    what = f"{', '.join(shown)} {'records' if not more else f'and {more} tables more'}"
    mend = "Import into an empty installation: a new database, `unipact manage migrate`."
    raise Conflict(
        "the installation is not empty: nothing was changed",
        findings=[Finding("the database is not empty", what, mend)],
    )


def _has_lake(manifest: Manifest, root: Path) -> bool:
    """Whether the very lake of the archive is here; False where there is none.

    Raises:
        Conflict: another is.
    """
    if is_bare(root):
        return not manifest.lake
    if lake_parts(root) == manifest.lake:
        return True
    what = "holds a lake, and not that of the archive"
    mend = "Import into an empty installation: name a new folder in UNIPACT_HOME."
    raise Conflict(
        "the installation is not empty: nothing was changed",
        findings=[Finding(str(root), what, mend)],
    )


def _load(manifest: Manifest, staged: Path, file: Path) -> None:
    """Load every table and read it again: what the database holds is what the archive says."""
    models = {moved_label(each): each for each in moved_models()}
    for table in manifest.tables:
        with (staged / table.name).open("rb") as lines:
            load(models[table.model], lines, f"{file} {table.name}")
    try:
        connection.check_constraints()
    except DatabaseError as error:
        said = str(error).strip().partition("\n")[0]
        finding = Finding(str(file), f"its records do not fit together: {said}")
        raise Invalid("the archive is wrong: nothing was changed", findings=[finding]) from error
    for table in manifest.tables:
        if dump(models[table.model]) != table:
            what = "the database does not give back what was written to it"
            finding = Finding(f"{file} {table.name}", what)
            raise Invalid("the archive is wrong: nothing was changed", findings=[finding])
    count_keys_on(models.values())


def _lake_arrive(staged: Path, root: Path) -> None:
    """Put the unpacked lake in its place at one go, unless somebody published meanwhile."""
    for folder, _, _ in os.walk(staged / "lake"):
        sync_folder(Path(folder))
    with writing(root):
        if not is_bare(root):
            what = "somebody published into it meanwhile"
            raise Conflict(f"{root}: {what}", findings=[Finding(str(root), what)])
        # Who waits for the writer's place holds this file open: it stays the one lock.
        os.link(root / LOCK, staged / "lake" / LOCK)
        root.rename(staged / "bare")
        move_into_place(staged / "lake", root)
