"""Values that others published, each with its source and licence in `vectors/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("vectors")


def published(name: str) -> dict[str, Any]:
    """Return the values of one file."""
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
