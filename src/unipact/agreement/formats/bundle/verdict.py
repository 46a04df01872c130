"""What a verifier answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unipact.agreement.engine.register.register import Register

Mode = Literal["root", "full"]


@dataclass(frozen=True, slots=True)
class Broken(Exception):
    """The bundle is not accepted: at which place, at which entry if at one, and why."""

    where: str
    what: str
    entry: int | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def at_entry(index: int, what: str) -> Broken:
    """Broken at an entry."""
    return Broken(f"entry {index}", what, index)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was verified, and with what result.

    Attributes:
        mode: ``root`` looked at hashes and the checkpoint's signatures; ``full`` at every
            signature, rule and file as well. One is never told as the other.
        where, what, entry: of what broke, where it was not accepted.
        size, root: of the checkpoint, where it could be read; ``root`` in hexadecimal.
        documents, withheld: how many documents that entries name are in the bundle, and how many
            are not.
        dated_by: how many earlier checkpoints date the entries; with none, no deadline was checked
            but against what the reader kept.
        register: what the entries come to, after a full verification that accepted.
    """

    accepted: bool
    mode: Mode
    origin: str = ""
    size: int = 0
    root: str = ""
    documents: int = 0
    withheld: int = 0
    dated_by: int = 0
    where: str = ""
    what: str = ""
    entry: int | None = None
    register: Register | None = None
