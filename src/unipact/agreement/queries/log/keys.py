"""The keys of a log: whose they are, where they live, and since which entry they count."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from unipact.agreement.engine.register.acts import KeyPair
from unipact.agreement.engine.register.register import Register
from unipact.agreement.engine.terms import Text
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.log.folded import register_of
from unipact.agreement.log.vault import keys_held
from unipact.agreement.models import AgreementVersion, HeldKey, Log, VersionState
from unipact.agreement.queries.log.entries import fingerprint, founding_of
from unipact.agreement.queries.log.meaning import names_of
from unipact.agreement.roles import Act, Actor
from unipact.errors import Invalid


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A public key. ``since`` is the entry after which it counts; entry 0 founds the log.

    ``is_inside``: its private key lives in this server, and whoever runs the server can use it.
    """

    use: str
    vkey: str
    is_inside: bool
    since: int

    @property
    def name(self) -> str:
        """The name of the key, as signature lines spell it."""
        return self.vkey.partition("+")[0]

    @property
    def fingerprint(self) -> str:
        """The begin of the SHA-256 of the vkey, to compare by eye."""
        return fingerprint(hashlib.sha256(self.vkey.encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class PartyKeys:
    """The two keys of a party: one signs its acts, one cosigns checkpoints."""

    party: str
    name: Text
    consent: KeyRow
    cosign: KeyRow


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Every key that counts now."""

    origin: str
    log: KeyRow
    parties: tuple[PartyKeys, ...]


@dataclass(frozen=True, slots=True)
class FoundingParty:
    """A party before the founding, with the consent key that the agreement names."""

    party: str
    name: Text
    consent: str


@dataclass(frozen=True, slots=True)
class HeldPair:
    """A key of one's own party that lives inside; ``is_used`` where it counts now."""

    vkey: str
    is_used: bool


def log_keys(log: Log) -> LogKeys:
    """The keys of a founded log, as the log itself says."""
    register = register_of(log)
    names = names_of(log, register)
    held = keys_held(log)
    since = _since(register)

    def row(holder: str, use: str, vkey: str) -> KeyRow:
        return KeyRow(use, vkey, vkey in held, since.get((holder, use), 0))

    return LogKeys(
        origin=log.origin,
        log=row("log", "log", register.log_key),
        parties=tuple(
            PartyKeys(
                party,
                names.parties.get(party, Text(party, party)),
                row(party, "consent", pair.consent),
                row(party, "cosign", pair.cosign),
            )
            for party, pair in register.keys.items()
        ),
    )


def public_keys_at_founding(log: Log) -> tuple[str, ...]:
    """Each party's consent key, then its cosign key, as they were when the log began."""
    pairs = founding_of(log).keys
    return tuple(key for party in sorted(pairs) for key in _both(pairs[party]))


def founding_parties(actor: Actor, agreement: str) -> tuple[FoundingParty, ...]:
    """Who founds the log of an agreement, with the consent keys that its version in force names.

    Raises:
        NotPermitted: the role may not.
    """
    actor.require(Act.LOG_SEE)
    version = AgreementVersion.objects.filter(
        agreement__slug=agreement,
        agreement__parties__slug=actor.party,
        state=VersionState.IN_FORCE,
    ).first()
    if version is None:
        return ()
    try:
        file = read_agreement(version.content)
    except Invalid:
        return ()
    found = {each.id: each for each in file.agreement.parties}
    return tuple(FoundingParty(each, found[each].name, found[each].key) for each in sorted(found))


def keys_of_ours(actor: Actor, agreement: str) -> tuple[HeldPair, ...]:
    """The keys of the actor's own party that live inside, the newest first.

    Raises:
        NotPermitted: the role may not.
    """
    actor.require(Act.LOG_SEE)
    held = list(
        HeldKey.objects.filter(log__agreement__slug=agreement, party__slug=actor.party)
        .order_by("-pk")
        .values_list("vkey", flat=True)
    )
    log = Log.objects.filter(agreement__slug=agreement, size__gt=0).first() if held else None
    pair = register_of(log).keys[actor.party] if log is not None else None
    used = set(_both(pair)) if pair is not None else set()
    return tuple(HeldPair(each, each in used) for each in held)


def _since(register: Register) -> dict[tuple[str, str], int]:
    """The entry that brought each key, by holder and use; a key of the founding is not in it."""
    since: dict[tuple[str, str], int] = {}
    for proposal in register.proposals.values():
        change = proposal.last.change
        if change.kind == "key" and proposal.outcome == "adopted" and proposal.closed is not None:
            place = (change.effect["holder"], change.effect["use"])
            since[place] = max(since.get(place, 0), proposal.closed)
    return since


def _both(pair: KeyPair) -> tuple[str, str]:
    return pair.consent, pair.cosign
