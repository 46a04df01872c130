"""The log's own key: brought back where a log was restored without it."""

from __future__ import annotations

from django.db import transaction

from unipact.agreement.log.appending import log_locked
from unipact.agreement.log.folded import register_of
from unipact.agreement.log.vault import key_keep, keys_reseal
from unipact.errors import Finding, Invalid, NotFound
from unipact.tlog.keys import SigningKey


def held_keys_reseal() -> int:
    """Seal the private keys inside under the present secret key; how many there are.

    Who: the operator, at the command line, after the secret key was replaced and before the one of
    before is forgotten.

    Raises:
        Unavailable: one was sealed under a secret key that is no longer known; nothing changed.
    """
    with transaction.atomic():
        return keys_reseal()


def log_key_hold(*, agreement: str, key: SigningKey) -> None:
    """Keep the log's own private key inside, sealed, so that the log can go on here.

    Who: the operator, at the command line.

    Raises:
        NotFound: there is no founded log of this agreement.
        Invalid: it is not the key that the log names.
    """
    with transaction.atomic():
        log = log_locked(agreement)
        if log is None or log.size == 0:
            raise NotFound(f"there is no log of {agreement}: it was not founded yet")
        wanted = register_of(log).log_key
        if str(key.verifier) != wanted:
            finding = Finding("key", "it is not the key of the log", f"That is {wanted}.")
            raise Invalid("this is not the key of the log", findings=[finding])
        key_keep(log, None, key)
