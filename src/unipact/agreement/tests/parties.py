"""Two parties with demonstration keys, an agreement between them, and its founded log."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.key_files import PrivateKeys, read_private
from unipact.agreement.models import Log
from unipact.agreement.services import agreement_import
from unipact.agreement.services.consultation import (
    founding_prepare,
    key_hold,
    request_sign,
)
from unipact.agreement.services.consultation.signing import Signer
from unipact.tlog.keys import COSIGNATURE, ED25519, SigningKey

EXAMPLE = Path(__file__).parents[4] / "examples" / "usst-huawei-2019"
AGREEMENT = "usst-huawei-2019"
CONTENT = (EXAMPLE / "agreement.toml").read_bytes()
NOW = datetime(2020, 1, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
PARTIES = ("huawei", "usst")


def keys_of(party: str) -> PrivateKeys:
    """The demonstration keys of a party, or fresh ones that follow from another name."""
    file = EXAMPLE / f"{party}.demo-key"
    if file.exists():
        return read_private(file.read_bytes(), name=file.name)
    return PrivateKeys(
        SigningKey.from_seed(f"{party}/consent", ED25519, _seed(f"{party} consent")),
        SigningKey.from_seed(f"{party}/cosign", COSIGNATURE, _seed(f"{party} cosign")),
    )


def signer(party: str, *, brings: bool = False) -> Signer:
    """Somebody who acts for the party at the command line, with the key inside or a brought one."""
    return Signer(party, key=keys_of(party).consent if brings else None)


def founded(*, inside: tuple[str, ...] = PARTIES, now: datetime = NOW) -> Log:
    """The example in force and its log founded; the keys of ``inside`` live in the server."""
    agreement_import(actor=None, content=CONTENT, now=now, state="in_force")
    for party in inside:
        for key in (keys_of(party).consent, keys_of(party).cosign):
            key_hold(signer=signer(party), agreement=AGREEMENT, key=key, now=now)
    public = {party: keys_of(party).public for party in PARTIES}
    requests = founding_prepare(signer=signer("usst"), agreement=AGREEMENT, keys=public, now=now)
    for each in requests:
        party = each.party.slug
        by = signer(party, brings=party not in inside)
        request_sign(signer=by, agreement=AGREEMENT, request=each.pk, now=now)
    return Log.objects.get(agreement__slug=AGREEMENT)


def next_version(content: bytes = CONTENT, *, change: tuple[str, str] | None = None) -> bytes:
    """The file of the version after ``content``, with one text replaced."""
    file = read_agreement(content)
    text = content.decode()
    n = file.agreement.version
    text = re.sub(r"^previous = .*\n", "", text, flags=re.MULTILINE)
    text = text.replace(f"version = {n}\n", f'version = {n + 1}\nprevious = "{file.sha256}"\n', 1)
    old, new = change or ("silence_days = 60", "silence_days = 90")
    assert old in text, old
    return text.replace(old, new, 1).encode()


def _seed(words: str) -> bytes:
    return hashlib.sha256(f"unipact test key {words}".encode()).digest()
