"""A folder beside the place where something will stand, and the move into that place."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def folder_beside(folder: Path, name: str) -> Iterator[Path]:
    """A new folder in ``folder`` that is gone afterwards; what killed processes left goes first.

    A lock on each says whether its process lives: the kernel frees it with the process.
    """
    prefix = f".{name}-"
    for left in folder.glob(f"{prefix}*"):
        with _locked(left) as is_ours:
            if is_ours:
                shutil.rmtree(left, ignore_errors=True)
    while True:
        made = Path(tempfile.mkdtemp(dir=folder, prefix=prefix))
        with _locked(made) as is_ours:
            # Another process may have taken it for a dead one's before it was locked.
            if not is_ours:
                continue
            try:
                yield made
            finally:
                shutil.rmtree(made, ignore_errors=True)
            return


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold the folder; False where another process does, or it is gone."""
    try:
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(number)


def move_into_place(path: Path, place: Path) -> None:
    """Rename ``path`` to ``place``: when this returns, a power cut does not undo it."""
    path.rename(place)
    sync_folder(place.parent)
    if path.parent != place.parent:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the entries of ``folder`` are on the disk."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
