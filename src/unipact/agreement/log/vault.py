"""Private keys that live inside this server, sealed under its secret key.

The log's own key always does. A party's may, for a demonstration or where the party trusts the
operator: whoever runs the server can then sign for it, and the pages say so.
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from unipact.agreement.models import HeldKey, Log, Party
from unipact.sealing import Sealer
from unipact.tlog.keys import SigningKey

_PURPOSE = b"unipact signing key 1"


def key_keep(log: Log, party: Party | None, key: SigningKey) -> None:
    """Keep a private key inside, sealed; the same key is kept once."""
    # Sealed anew where it is here already: the secret key may be another one by now.
    HeldKey.objects.update_or_create(
        log=log,
        vkey=str(key.verifier),
        defaults={"party": party, "sealed": _sealer().seal(str(key))},
    )
    log.__dict__.pop("sealed_keys", None)


def keys_reseal() -> int:
    """Seal every private key inside under the present secret key; how many there are.

    Raises:
        Unavailable: one was sealed under a secret key that is no longer known; nothing changed.
    """
    held = list(HeldKey.objects.select_for_update())
    for each in held:
        each.sealed = _sealer().seal(_sealer().unseal(each.sealed))
    HeldKey.objects.bulk_update(held, ["sealed"])
    return len(held)


def key_held(log: Log, vkey: str) -> SigningKey | None:
    """The private key of a vkey, or None where it lives elsewhere."""
    sealed = log.sealed_keys.get(vkey)
    return None if sealed is None else _unsealed(sealed)


def keys_held(log: Log) -> frozenset[str]:
    """The vkeys whose private keys live inside."""
    return frozenset(log.sealed_keys)


@lru_cache(maxsize=64)
def _unsealed(sealed: str) -> SigningKey:
    return SigningKey.parse(_sealer().unseal(sealed))


def _sealer() -> Sealer:
    return Sealer(_PURPOSE, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
