"""A log in memory, of a small agreement: entries, checkpoints and bundles without a database.

The keys of everybody are here, so that a test may also do what only a thief could.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.acts import Act, Change, Kind, Proposing, Verdict
from unipact.agreement.engine.register.fold import take
from unipact.agreement.engine.register.register import Register, moment_at, seconds
from unipact.agreement.engine.register.terms import LogTerms
from unipact.agreement.formats.bundle.verdict import Mode
from unipact.agreement.formats.bundle.verdict import Verdict as Answer
from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.formats.bundle.writer import BundleParts, write_bundle
from unipact.agreement.formats.key_files import PrivateKeys
from unipact.agreement.formats.log.entry import (
    act_line,
    change_sha256,
    read_entry,
    require_signed,
)
from unipact.agreement.formats.log.named import documents_named
from unipact.agreement.formats.log.terms import log_terms
from unipact.tlog.checkpoint import Checkpoint
from unipact.tlog.keys import COSIGNATURE, ED25519, SigningKey, VerifierKey
from unipact.tlog.merkle import leaf_hash, root_of
from unipact.tlog.note import Note

PARTIES = ("huawei", "usst")
ORIGIN = "small.example/log"
BEGIN = seconds("2020-01-02T08:00:00Z")
DAY_S = 86_400
REASON = b'{"en":"Why not","salt":"00","zh":""}'
REASON_SHA256 = hashlib.sha256(REASON).hexdigest()
HASH = "ab" * 32


def key(name: str, algorithm: int = ED25519) -> SigningKey:
    """A key that follows from its name."""
    seed = hashlib.sha256(f"plain log {name} {algorithm}".encode()).digest()
    return SigningKey.from_seed(name, algorithm, seed)


def keys(party: str, number: int = 0) -> PrivateKeys:
    """The keys of a party; the numbers give others."""
    name = f"{party}/{number}" if number else party
    return PrivateKeys(key(f"{name}/consent"), key(f"{name}/cosign", COSIGNATURE))


def agreement_file(
    *,
    version: int = 1,
    previous: str | None = None,
    target: int = 10,
    agreement: str = "small",
    consent: Iterable[str] = PARTIES,
    propose: Iterable[str] = PARTIES,
    on_silence: str = "lapse",
    silence_days: int = 60,
    consent_keys: Mapping[str, str] | None = None,
    more: str = "",
) -> bytes:
    """The least file that the rules of the log read; ``more`` are lines of the end."""
    named = consent_keys or {party: str(keys(party).consent.verifier) for party in PARTIES}
    lines = [f'id = "{agreement}"', f"version = {version}"]
    if previous is not None:
        lines.append(f'previous = "sha256:{previous}"')
    lines += [
        "[governance]",
        f"propose = {_texts(propose)}",
        f"consent = {_texts(consent)}",
        f'on_silence = "{on_silence}"',
        f"silence_days = {silence_days}",
    ]
    for party, vkey in named.items():
        lines += ["[[party]]", f'id = "{party}"', f'key = "{vkey}"']
    lines += ["[[commitment]]", 'id = "places"', f"target = {target}"]
    lines += ["[[exit]]", 'id = "breach"', 'may = ["usst"]', "notice_days = 30"]
    lines += ["[renewal]", "notice_days = 90", more]
    return "\n".join(lines).encode()


def sha256(data: bytes) -> str:
    """The hash of a file."""
    return hashlib.sha256(data).hexdigest()


def checkpoint_text(entries: Sequence[bytes], origin: str = ORIGIN) -> bytes:
    """What a checkpoint of these entries says."""
    return Checkpoint(origin, len(entries), root_of(map(leaf_hash, entries))).body


def written(
    entries: Sequence[bytes],
    checkpoint: bytes,
    *,
    earlier: Iterable[bytes] = (),
    files: Iterable[bytes] = (),
    documents: Iterable[bytes] = (),
    hashes: Sequence[bytes] | None = None,
) -> bytes:
    """A bundle of these parts, fitting or not."""
    stream = io.BytesIO()
    listed = [leaf_hash(each) for each in entries] if hashes is None else hashes
    parts = BundleParts(
        checkpoint=checkpoint,
        earlier=earlier,
        size=len(listed),
        entries_bytes=sum(map(len, entries)),
        hashes=listed,
        entries=entries,
        agreements={sha256(each): each for each in files},
        documents={sha256(each): each for each in documents},
    )
    write_bundle(stream, parts)
    return stream.getvalue()


def answer(bundle: bytes, *, mode: Mode = "full", seen: Checkpoint | None = None) -> Answer:
    """What the verifier says with the parties' first public keys."""
    question = Question([keys(party).public for party in PARTIES], mode, seen)
    return verify_bundle(io.BytesIO(bundle), question)


@dataclass
class PlainLog:
    """A founded log; ``now`` is the clock of all (unix seconds)."""

    origin: str = ORIGIN
    content: bytes = field(default_factory=agreement_file)
    now: int = BEGIN
    log_key: SigningKey = field(init=False)
    keys: dict[str, PrivateKeys] = field(init=False)
    entries: list[bytes] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[tuple[int, bytes]] = field(default_factory=list)
    register: Register = field(init=False)
    drawn: int = 0

    def __post_init__(self) -> None:
        self.log_key = key(self.origin)
        self.keys = {party: keys(party) for party in PARTIES}
        self.register = Register(terms_of=self.terms_of)
        self.keep(self.content)
        self.do(self.founding())

    def terms_of(self, file_sha256: str) -> LogTerms:
        return log_terms(self.files[file_sha256])

    def keep(self, content: bytes) -> LogTerms:
        """Lay a file beside the log."""
        self.files[sha256(content)] = content
        return log_terms(content)

    def founding(self) -> acts.Founding:
        terms = log_terms(self.content)
        return acts.Founding(
            self.origin,
            moment_at(self.now),
            terms.agreement,
            terms.version,
            terms.sha256,
            terms.file_sha256,
            str(self.log_key.verifier),
            {party: pair.public for party, pair in self.keys.items()},
        )

    def sign(self, act: Act, *by: str) -> bytes:
        """The entry of an act, signed by whom it must be, or by others."""
        line = act_line(act)
        signers = by or (PARTIES if isinstance(act, acts.Founding) else (act.party,))
        return bytes(Note(line, tuple(self.keys[each].consent.sign(line) for each in signers)))

    def append(self, data: bytes) -> None:
        """Take an entry as the server would."""
        entry = read_entry(data)
        signers = [VerifierKey.parse(each) for each in self.register.signers(entry.act)]
        require_signed(entry.note, signers)
        take(self.register, entry.act)
        self.entries.append(data)

    def do(self, act: Act) -> None:
        """Sign an act and take it."""
        self.append(self.sign(act))

    def proposing(
        self,
        party: str,
        kind: Kind = "version",
        *,
        content: bytes | None = None,
        effect: Mapping[str, str] | None = None,
        amends: Proposing | None = None,
        **other: Any,
    ) -> Proposing:
        """A proposal that fits; ``other`` replaces keys of the change."""
        terms = self.register.terms
        named = (terms.sha256, terms.file_sha256)
        if content is not None:
            proposed = self.keep(content)
            named = (proposed.sha256, proposed.file_sha256)
        self.drawn += 1
        values = {
            "kind": kind,
            "proposal": amends.change.proposal if amends else f"{self.drawn:032x}",
            "round": amends.change.round + 1 if amends else 1,
            "base_sha256": terms.sha256,
            "proposed_version_sha256": named[0],
            "proposed_file_sha256": named[1],
            "lapses_at": moment_at(self.now + terms.silence_days * DAY_S),
            "reason_sha256": REASON_SHA256,
            "effect": dict(effect or {}),
        }
        change = Change(**{**values, **other})
        at = moment_at(self.now)
        return Proposing(self.origin, party, at, change, change_sha256(change))

    def next_file(self, **changed: Any) -> bytes:
        """The file of the next version."""
        terms = self.register.terms
        values = {
            "version": terms.version + 1,
            "previous": terms.sha256,
            "target": 10 + terms.version,
            "consent_keys": {party: pair.consent for party, pair in self.register.keys.items()},
        }
        return agreement_file(**{**values, **changed})

    def deciding(self, party: str, on: Proposing, verdict: Verdict = "consent") -> acts.Decision:
        return acts.Decision(
            self.origin,
            party,
            on.change.base_sha256,
            on.change.proposed_version_sha256,
            on.change_sha256,
            verdict,
        )

    def adopt(self, act: Proposing) -> None:
        """Propose a change and consent to it by all."""
        self.do(act)
        for party in PARTIES:
            self.do(self.deciding(party, act))

    def rotate(self, party: str, use: str, number: int = 1) -> None:
        """Give a party another key by a proposal of both, and sign with it from then on."""
        others, now = keys(party, number), self.keys[party]
        taken = others.consent if use == "consent" else others.cosign
        effect = {"holder": party, "use": use, "key": str(taken.verifier)}
        self.adopt(self.proposing("usst", "key", effect=effect))
        self.keys[party] = dataclasses.replace(now, **{use: taken})

    def checkpoint(self, *, cosigned: Iterable[str] = PARTIES) -> bytes:
        """The checkpoint of now, signed by the log and cosigned."""
        body = checkpoint_text(self.entries, self.origin)
        lines = [self.log_key.sign(body)]
        lines += [self.keys[party].cosign.sign(body, time=self.now) for party in cosigned]
        return bytes(Note(body, tuple(lines)))

    def seal(self) -> None:
        """End a day: all cosign, the log keeps the checkpoint, and a new day begins."""
        self.notes.append((len(self.entries), self.checkpoint()))
        self.register.raise_floor(self.now)
        self.now += DAY_S

    def bundle(self, **changed: Any) -> bytes:
        """The bundle of now; ``changed`` replaces parts."""
        named: set[str] = set()
        documents: set[str] = set()
        for each in self.entries:
            act = read_entry(each).act
            documents.update(documents_named(act))
            if isinstance(act, acts.Founding):
                named.add(act.file_sha256)
            elif isinstance(act, Proposing):
                named.add(act.change.proposed_file_sha256)
        values: dict[str, Any] = {
            "entries": self.entries,
            "checkpoint": self.checkpoint(),
            "earlier": [note for size, note in self.notes if size < len(self.entries)],
            "files": [self.files[each] for each in named],
            "documents": [REASON] if REASON_SHA256 in documents else [],
        }
        return written(**{**values, **changed})


def _texts(values: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{each}"' for each in values) + "]"
