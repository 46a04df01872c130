"""What a line of the log names by its hash: an agreement file, and documents beside the log."""

from __future__ import annotations

from unipact.agreement.engine.register.acts import Act, Founding, Proposing

_KINDS = {
    "reason_sha256": "reason",
    "run_sha256": "run",
    "report_sha256": "report",
    "transaction_sha256": "transaction",
}


def reason_named(act: Act) -> str:
    """The SHA-256 of the reason that an act gives; empty where it gives none."""
    if isinstance(act, Proposing):
        return act.change.reason_sha256
    found: str = getattr(act, "reason_sha256", "")
    return found


def documents_named(act: Act) -> dict[str, str]:
    """The kind of every document that an act names, by its SHA-256."""
    if isinstance(act, Proposing):
        return {act.change.reason_sha256: "reason"}
    return {found: kind for name, kind in _KINDS.items() if (found := getattr(act, name, ""))}


def file_named(act: Act) -> str:
    """The SHA-256 of the agreement file that an act names; empty where it names none."""
    if isinstance(act, Founding):
        return act.file_sha256
    return act.change.proposed_file_sha256 if isinstance(act, Proposing) else ""
