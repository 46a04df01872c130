"""Rows of versions are a cache of the log: who changes them by hand changes nothing that binds."""

from __future__ import annotations

from unipact.agreement.log.folded import register_of
from unipact.agreement.models import AgreementVersion, Log
from unipact.errors import Unavailable


def require_signed(version: AgreementVersion) -> None:
    """Refuse a version as the one that counts where the signed log says another.

    Raises:
        Unavailable: the rows disagree with the log, or the log does not verify.
    """
    log = Log.objects.filter(agreement=version.agreement_id, size__gt=0).first()
    if log is None:
        return
    terms = register_of(log).terms
    if (terms.sha256, terms.file_sha256) != (version.sha256, version.file_sha256):
        raise Unavailable(
            "the records of this agreement disagree with the log that both parties signed; "
            "the operator mends them: unipact log rebuild"
        )
