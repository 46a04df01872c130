"""What placebo years taught about the error of a savings figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Calibration:
    """The shipped artefact, read: errors of placebo windows, for one meter and for the pool."""

    document: Mapping[str, Any]
