"""What is where in a bundle; ``docs/reference/log.md``, "The bundle"."""

from __future__ import annotations

import re
from pathlib import Path

README = "README.txt"
CHECKPOINT = "checkpoint"
HASHES = "hashes"
CHECKPOINTS = "checkpoints"
AGREEMENT = re.compile(r"agreements/([0-9a-f]{64})\.toml").fullmatch
DOCUMENT = re.compile(r"documents/([0-9a-f]{64})").fullmatch
ENTRIES = "entries"

README_TEXT = Path(__file__).with_name(README).read_bytes()
HASH_BYTES = 32
LARGEST_NOTE = 16_384
LARGEST_AGREEMENT = 1 << 20


def agreement_name(file_sha256: str) -> str:
    """The name of the member that holds an agreement file."""
    return f"agreements/{file_sha256}.toml"


def document_name(sha256: str) -> str:
    """The name of the member that holds a document which entries name by its hash."""
    return f"documents/{sha256}"
