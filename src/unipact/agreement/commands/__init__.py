"""The commands on files: agreement files, and what is signed with keys that live elsewhere.

The program that they are registered in turns every ``UnipactError`` into one line a finding on
stderr and the exit code of ``unipact.exits``.
"""

from __future__ import annotations

from unipact.agreement.commands.files import check, checker, fmt, schema
from unipact.agreement.commands.keys import app as key
from unipact.agreement.commands.signing import cosign, sign

__all__ = ["check", "checker", "cosign", "fmt", "key", "schema", "sign"]
