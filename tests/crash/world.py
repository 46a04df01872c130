"""The example with a few meters only, so that an act is over in a second or two."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import duckdb

from tests.contract.command import EXAMPLE

_BUILDINGS = "('b0', 'b1', 'b2', 'b3')"
_READINGS = "data/readings.parquet"


def small_example(folder: Path) -> Path:
    """Copy the example to ``folder`` with four of its buildings; return the agreement file."""
    shutil.copytree(EXAMPLE, folder)
    readings = folder / _READINGS
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM '{EXAMPLE / _READINGS}' WHERE building_id IN {_BUILDINGS}"
            f" ORDER BY ALL) TO '{readings}' (FORMAT parquet)"
        )
    sources = folder / "sources.toml"
    digest = hashlib.sha256(readings.read_bytes()).hexdigest()
    text = sources.read_text(encoding="utf-8")
    changed = re.sub(
        rf'(path = "{_READINGS}"[^\[]*?sha256 = "sha256:)[0-9a-f]+', rf"\g<1>{digest}", text
    )
    assert changed != text
    sources.write_text(changed, encoding="utf-8")
    return folder / "agreement.toml"
