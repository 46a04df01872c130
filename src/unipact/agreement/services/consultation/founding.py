"""Founding the log of an agreement, and keeping keys inside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.acts import KeyPair
from unipact.agreement.engine.register.fold import take
from unipact.agreement.engine.register.register import Register
from unipact.agreement.formats.log.entry import act_line
from unipact.agreement.formats.log.terms import log_terms
from unipact.agreement.log.folded import register_of
from unipact.agreement.log.vault import key_keep
from unipact.agreement.models import (
    Agreement,
    AgreementVersion,
    Log,
    LogDocument,
    Party,
    SigningRequest,
    VersionState,
)
from unipact.agreement.roles import Act as Permitted
from unipact.agreement.services.consultation.proposals import AGREEMENT_KIND
from unipact.agreement.services.consultation.signing import Signer, moment
from unipact.agreement.services.memberships import require_still
from unipact.errors import Conflict, Finding, Invalid, NotFound
from unipact.tlog.keys import ED25519, SigningKey


def key_hold(*, signer: Signer, agreement: str, key: SigningKey, now: datetime) -> None:
    """Keep a private key of the party inside, sealed: whoever runs the server can use it then.

    Who: roles with ``keys_manage``.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such agreement.
    """
    if signer.actor is not None:
        signer.actor.require(Permitted.KEYS_MANAGE)
    with transaction.atomic():
        holder, party = _agreement(signer, agreement, now)
        log = _log(holder)
        _require_not_the_others(log, party, key)
        key_keep(log, party, key)


def founding_prepare(
    *, signer: Signer, agreement: str, keys: Mapping[str, KeyPair], now: datetime
) -> tuple[SigningRequest, ...]:
    """Ask both parties to found the log: they sign the version in force, their keys and the log's.

    Who: roles with ``keys_manage`` of either party. ``keys`` are the public keys of both, each
    from that party itself; the consent keys are those that the agreement names. What was asked for
    before and not signed by both is asked for anew.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such agreement.
        Invalid: the keys are not those of both parties.
        Conflict: it was founded already, no version is in force, or a rule of the log is broken:
            the agreement names another consent key, two keys are the same.
    """
    if signer.actor is not None:
        signer.actor.require(Permitted.KEYS_MANAGE)
    with transaction.atomic():
        holder, _ = _agreement(signer, agreement, now)
        log = _log(holder)
        if log.size:
            raise Conflict("the log of this agreement was founded already")
        version = holder.versions.filter(state=VersionState.IN_FORCE).first()
        if version is None:
            raise Conflict("no version of this agreement is in force")
        founding = _founding(log, version, keys, now)
        _require_own_keys(log, keys)
        # What both would sign in vain is refused before either does.
        take(Register(terms_of=lambda _: log_terms(version.content)), founding)
        line = act_line(founding)
        SigningRequest.objects.filter(log=log).delete()
        LogDocument.objects.get_or_create(
            log=log,
            sha256=version.file_sha256,
            defaults={"kind": AGREEMENT_KIND, "content": version.content},
        )
        return tuple(
            SigningRequest.objects.create(log=log, party=party, line=line, made_at=now)
            for party in holder.parties.order_by("slug")
        )


def _require_not_the_others(log: Log, party: Party, key: SigningKey) -> None:
    """What signs for one party is brought in by that party, whoever got hold of it."""
    if not log.size:
        return
    for slug, pair in register_of(log).keys.items():
        if slug != party.slug and str(key.verifier) in {pair.consent, pair.cosign}:
            finding = Finding("key", f"it is a key of {slug}")
            raise Invalid("the key is another party's", findings=[finding])


def _require_own_keys(log: Log, keys: Mapping[str, KeyPair]) -> None:
    """What is inside for one party is not founded as the key of the other."""
    for slug, pair in keys.items():
        others = log.held_keys.exclude(party=None).exclude(party__slug=slug)
        if others.filter(vkey__in=(pair.consent, pair.cosign)).exists():
            finding = Finding("keys", f"a key of {slug} was brought inside by the other party")
            raise Invalid("the keys are not those of both parties", findings=[finding])


def _founding(
    log: Log, version: AgreementVersion, keys: Mapping[str, KeyPair], now: datetime
) -> acts.Founding:
    parties = {each.slug for each in version.agreement.parties.all()}
    if set(keys) != parties:
        what = f"they are of {', '.join(sorted(keys)) or 'nobody'}"
        mend = f"Give those of {' and '.join(sorted(parties))}."
        raise Invalid(
            "the keys are not those of both parties", findings=[Finding("keys", what, mend)]
        )
    held = log.held_keys.filter(party=None).values_list("vkey", flat=True).get()
    return acts.Founding(
        origin=log.origin,
        at=moment(now),
        agreement=version.agreement.slug,
        version=version.n,
        version_sha256=version.sha256,
        file_sha256=version.file_sha256,
        log_key=held,
        keys=dict(keys),
    )


def _agreement(signer: Signer, agreement: str, now: datetime) -> tuple[Agreement, Party]:
    holder = Agreement.objects.select_for_update(of=("self",)).filter(slug=agreement).first()
    party = Party.objects.filter(slug=signer.party, agreements__slug=agreement).first()
    if holder is None or party is None:
        finding = Finding("agreement", f"{signer.party} has no agreement {agreement} here")
        raise NotFound("no such agreement", findings=[finding])
    require_still(signer.actor, now)
    return holder, party


def _log(agreement: Agreement) -> Log:
    """The agreement's log, with a key of its own from the first moment."""
    origin = f"{settings.UNIPACT_LOG_NAME}/{agreement.slug}"
    log, is_new = Log.objects.get_or_create(agreement=agreement, defaults={"origin": origin})
    if is_new:
        key_keep(log, None, SigningKey.generate(origin, ED25519))
    return log
