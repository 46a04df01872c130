"""The documents beside the log that a line of it names by their hash."""

from __future__ import annotations

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.acts import Act


def reason_named(act: Act) -> str:
    """The SHA-256 of the reason that an act gives; empty where it gives none."""
    if isinstance(act, acts.Proposing):
        return act.change.reason_sha256
    found: str = getattr(act, "reason_sha256", "")
    return found


def documents_named(act: Act) -> frozenset[str]:
    """The SHA-256 of every document that an act names: files, reasons, runs, reports, records."""
    names = ("run_sha256", "report_sha256", "transaction_sha256", "file_sha256")
    found = {reason_named(act), *(getattr(act, each, "") for each in names)}
    if isinstance(act, acts.Proposing):
        found.add(act.change.proposed_file_sha256)
    return frozenset(found - {""})
