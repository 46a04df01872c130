"""The lake: append-only Delta tables that change together or not at all, and their snapshots."""

from unipact.analysis.lake.catalog import Entry
from unipact.analysis.lake.files import SnapshotGone
from unipact.analysis.lake.snapshot import Snapshot, TableState, derived_rows
from unipact.analysis.lake.store import Lake, Receipt

__all__ = [
    "Entry",
    "Lake",
    "Receipt",
    "Snapshot",
    "SnapshotGone",
    "TableState",
    "derived_rows",
]
