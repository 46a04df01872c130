"""Documents beside the log: which of them nothing names any more."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from unipact.agreement.models import Log, LogDocument


def documents_forget(log: Log, named: Iterable[str]) -> None:
    """Delete the documents of ``named`` that neither an entry nor a waiting request names.

    The caller holds the lock of the log, so that nothing names one of them meanwhile.
    """
    lines = chain(
        log.requests.values_list("line", flat=True).iterator(),
        log.entries.values_list("data", flat=True).iterator(),
    )
    left = set(named)
    for line in lines:
        if not left:
            return
        # Wherever the hash stands in a signed line, whoever reads it may ask for the document.
        left = {each for each in left if each.encode() not in bytes(line)}
    LogDocument.objects.filter(log=log, sha256__in=left).delete()
