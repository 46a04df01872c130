"""The document of a report that a party has signed, as it lies beside the log."""

from __future__ import annotations

from datetime import datetime

from unipact.agreement.queries.consultation.ground import documents, ground_of
from unipact.agreement.queries.standpoint import Standpoint
from unipact.errors import NotFound


def report_document_of(here: Standpoint, sha256: str, *, now: datetime) -> bytes:
    """The report with this SHA-256, byte for byte as it was signed.

    Raises:
        NotPermitted: the role may not see the log.
        NotFound: no edition of a report is this document, or it is not here.
    """
    ground = ground_of(here, now)
    editions = ground.register.reports.values() if ground else ()
    is_signed = any(each.report_sha256 == sha256 for year in editions for each in year)
    kept = documents(ground.log, (sha256,)) if ground and is_signed else {}
    if sha256 not in kept:
        raise NotFound("there is no such report")
    return kept[sha256]
