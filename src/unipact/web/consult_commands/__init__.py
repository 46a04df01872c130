"""``unipact consult``: proposals, evidence, disputes, notices, signed by a party's key."""

from __future__ import annotations

from unipact.web.consult_commands import acts, proposals, reads
from unipact.web.consult_commands.group import app

__all__ = ["acts", "app", "proposals", "reads"]
