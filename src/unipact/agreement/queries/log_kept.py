"""What the operator's commands ask of the log of an agreement."""

from __future__ import annotations

from typing import BinaryIO

from unipact.agreement.log.bundling import Written, bundle_write
from unipact.agreement.log.folded import register_of
from unipact.agreement.models import Evaluation, Log
from unipact.errors import NotFound


def log_named(agreement: str) -> Log:
    """The log of an agreement.

    Raises:
        NotFound: there is none, or it was not founded.
    """
    log = Log.objects.filter(agreement__slug=agreement, size__gt=0).first()
    if log is None:
        raise NotFound(f"there is no log of {agreement}: it was not founded yet")
    found: Log = log
    return found


def log_size(agreement: str) -> int:
    """How many entries the log has; 0 while it was not founded."""
    size = Log.objects.filter(agreement__slug=agreement).values_list("size", flat=True).first()
    return size or 0


def proposals_open(agreement: str) -> tuple[str, ...]:
    """The ids of the proposals that were made and neither adopted, declined nor withdrawn."""
    log = Log.objects.filter(agreement__slug=agreement, size__gt=0).first()
    if log is None:
        return ()
    proposals = register_of(log).proposals.values()
    return tuple(each.id for each in proposals if each.outcome is None)


def run_newest(agreement: str) -> bytes | None:
    """The run document of the latest day, as it was recorded."""
    kept = Evaluation.objects.filter(
        version__agreement__slug=agreement, version__drafted_by__isnull=True
    ).order_by("-as_of", "-made_at")
    found = kept.values_list("document", flat=True).first()
    return None if found is None else bytes(found)


def bundle_to(agreement: str, stream: BinaryIO) -> Written:
    """Write the bundle of an agreement.

    Raises:
        NotFound: it has no log.
        Conflict: the parties have not both cosigned a checkpoint yet.
    """
    return bundle_write(log_named(agreement), stream)
