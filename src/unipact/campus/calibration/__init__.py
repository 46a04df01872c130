"""The calibration that travels with the package: placebo errors of shipped meters.

``cambridge.json`` is made by ``unipact campus calibrate`` from the example's data; the same data
and code give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib import resources

from unipact.campus.engine.calibration import Calibration

SHIPPED = "cambridge.json"


@lru_cache(maxsize=1)
def shipped_calibration() -> Calibration:
    """The artefact that travels with the package."""
    return Calibration.from_document(json.loads(_bytes()))


def shipped_digest() -> str:
    """``sha256:…`` of the artefact's bytes, for whoever must name what a figure rests on."""
    return "sha256:" + hashlib.sha256(_bytes()).hexdigest()


def _bytes() -> bytes:
    return resources.files(__name__).joinpath(SHIPPED).read_bytes()
