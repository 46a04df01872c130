"""The document of a report that a party has signed, as it lies beside the log."""

from __future__ import annotations

import hashlib
from datetime import datetime

from unipact.agreement.queries.consultation.ground import documents, ground_of
from unipact.agreement.queries.consultation.standing import reports_of
from unipact.agreement.queries.report.edition import edition_of, in_year
from unipact.agreement.queries.report.form import report_json
from unipact.agreement.queries.standpoint import Standpoint
from unipact.errors import Conflict, Finding, NotFound


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


def report_to_sign(here: Standpoint, year: int, sha256: str | None, *, now: datetime) -> bytes:
    """The report of a year that a party is to sign: the edition that waits, else today's.

    ``sha256`` is that of the report which the party read; None takes what there is.

    Raises:
        NotPermitted: the role may not see the log.
        NotFound: nothing was evaluated in that year.
        Conflict: the report is another document by now than the one that was read.
    """
    of_year = [each for each in reports_of(here, now=now) if each.year == year]
    waits = [each for each in of_year if each.is_last and here.actor.party in each.waiting_for]
    wanted = sha256 or (waits[0].sha256 if waits else None)
    if any(each.sha256 == wanted for each in of_year):
        return report_document_of(here, wanted or "", now=now)
    content = report_json(edition_of(in_year(here, year)))
    found = hashlib.sha256(content).hexdigest()
    if wanted not in {None, found}:
        finding = Finding("report", f"it has the hash {found}", "Read it again.")
        raise Conflict("the report is another document by now", findings=[finding])
    return content
