"""An adversary that owns the server, against one honest party: nothing binds that it did not sign.

The adversary has its own keys, the log's key and everything that the honest party ever signed. The
honest party has its keys, what it cosigned last, and the lines that it was shown.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.acts import Act, Change, Proposing
from unipact.agreement.engine.register.register import Register, moment_at
from unipact.agreement.formats.log.entry import act_line, change_sha256, read_act, read_entry
from unipact.agreement.tests.plain_log import (
    DAY_S,
    HASH,
    ORIGIN,
    PlainLog,
    agreement_file,
    answer,
    checkpoint_text,
    key,
    keys,
    written,
)
from unipact.errors import UnipactError
from unipact.tlog.checkpoint import Checkpoint, read_checkpoint
from unipact.tlog.errors import Unproven
from unipact.tlog.keys import COSIGNATURE, ED25519, SigningKey
from unipact.tlog.merkle import Frontier, consistency_proof, leaf_hash, root_of, stored_at
from unipact.tlog.note import Note, Signature, read_note
from unipact.tlog.witness import Request, Seen, cosign

HONEST, OTHER = "usst", "huawei"
OTHER_ORIGIN = "second.example/log"
DRAWS = st.randoms(use_true_random=False)


class HonestParty:
    """Signs what it was shown and means, cosigns what goes on from what it saw, keeps both."""

    def __init__(self, log: PlainLog) -> None:
        self.seen = Seen()
        self.kept: Checkpoint | None = None
        #: What it consented to, by the hash of the change.
        self.consented: dict[str, Change] = {}
        self.founded = log.register.bound[0].terms.sha256
        self.keys = log.keys[HONEST]

    def consent(self, log: PlainLog, proposed: Proposing) -> bytes:
        """The entry of its consent to the round that it was shown."""
        change = read_act(act_line(proposed)).change
        self.consented[change_sha256(change)] = change
        return log.sign(log.deciding(HONEST, proposed))

    def cosign(self, request: Request, *, log_key, now: int) -> Signature:
        """A cosignature; Unproven where the log does not go on from what it saw."""
        signature, self.seen = cosign(
            bytes(request),
            seen=self.seen,
            log_key=log_key,
            key=self.keys.cosign,
            origin=ORIGIN,
            now=now,
        )
        self.kept = read_checkpoint(request.note.text)
        return signature

    def require_only_what_it_signed(self, register) -> None:
        """What an accepted log binds this party to, it consented to."""
        meant = self.consented.values()
        versions = {each.proposed_version_sha256 for each in meant if each.kind == "version"}
        bound = [each.terms.sha256 for each in register.bound]
        assert bound[0] == self.founded
        assert set(bound[1:]) <= versions
        waived = {
            (each.effect["commitment"], each.effect["period"])
            for each in meant
            if each.kind == "waiver"
        }
        assert register.waived.keys() <= waived
        ends = {each.effect["on"] for each in meant if each.kind == "end"}
        assert register.ended is None or str(register.ended) in ends
        first = {party: keys(party).public for party in (HONEST, OTHER)}
        given = {
            (each.effect["holder"], each.effect["use"], each.effect["key"])
            for each in meant
            if each.kind == "key"
        }
        for party, pair in register.keys.items():
            for use in ("consent", "cosign"):
                now = getattr(pair, use)
                assert now == getattr(first[party], use) or (party, use, now) in given
        log_key = register.log_key
        assert log_key == str(key(ORIGIN).verifier) or ("log", "log", log_key) in given
        adopted = [each for each in register.proposals.values() if each.outcome == "adopted"]
        assert {each.last.change_sha256 for each in adopted} <= self.consented.keys()


def asked(entries: list[bytes], old: int, log: PlainLog) -> Request:
    """What the server sends to be cosigned: any entries, and the best proof that there is."""
    body = checkpoint_text(entries)
    proof: list[bytes] = []
    if 0 < old <= len(entries):
        frontier = Frontier()
        rows = [frontier.append(leaf_hash(each)) for each in entries]
        proof = consistency_proof(
            old, len(entries), lambda nodes: [rows[i][n] for i, n in map(stored_at, nodes)]
        )
    return Request(old, tuple(proof), Note(body, (log.log_key.sign(body),)))


Move = Callable[["Hostile", list[bytes], Random], list[bytes]]


def fresh(name: str, number: int) -> SigningKey:
    """A key of the adversary's."""
    return SigningKey.from_seed(name, ED25519, number.to_bytes(32, "big"))


STOLEN = SigningKey.from_seed("thief/cosign", COSIGNATURE, bytes(range(32)))


def cut(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    return entries[: draw.randrange(1, len(entries) + 1)]


def reorder(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    a, b = draw.randrange(len(entries)), draw.randrange(len(entries))
    entries[a], entries[b] = entries[b], entries[a]
    return entries


def drop(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    del entries[draw.randrange(len(entries))]
    return entries


def insert(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    entries.insert(draw.randrange(1, len(entries) + 1), draw.choice(machine.signed))
    return entries


def replay(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    return [*entries, draw.choice(entries)]


def foreign_consent(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    """What the honest party signed in the second agreement, with its proposal."""
    return [*entries, *machine.second.entries[-3:]]


def fork(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    """Another history from some entry on."""
    log = copy_of(machine.log, cut(machine, entries, draw))
    if log is None:
        return entries
    with suppress(UnipactError):
        proposed = log.proposing(OTHER, content=log.next_file(target=77))
        log.do(proposed)
        log.do(log.deciding(OTHER, proposed))
    machine.log.files.update(log.files)
    return log.entries


def forged_consent(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    """A consent of the honest party, made by the adversary: by its key, or under its name."""
    log = machine.log
    if machine.open:
        proposed = draw.choice(machine.open)
    else:
        proposed = log.proposing(OTHER, content=log.next_file(target=66))
        entries.append(log.sign(proposed))
    entries.append(log.sign(log.deciding(OTHER, proposed)))
    line = act_line(log.deciding(HONEST, proposed))
    signature = log.keys[OTHER].consent.sign(line)
    if draw.random() < 0.5:
        named = machine.honest.keys.consent.verifier
        signature = dataclasses.replace(signature, name=named.name, key_id=named.key_id)
    return [*entries, bytes(Note(line, (signature,)))]


def one_sided(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    """Terms by which the adversary alone has a say, and its own consent, twice."""
    log = machine.log
    said = draw.choice([[OTHER], [OTHER, OTHER], []])
    content = log.next_file(consent=said, on_silence=draw.choice(["lapse", "escalate"]))
    proposed = log.proposing(OTHER, content=content)
    mine = log.sign(log.deciding(OTHER, proposed))
    return [*entries, log.sign(proposed), mine, *[mine] * draw.randrange(2)]


def alone(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    """Adopting without the other."""
    log = machine.log
    proposed = log.proposing(OTHER, content=log.next_file(target=55))
    return [*entries, log.sign(proposed), log.sign(log.deciding(OTHER, proposed))]


def renumbered(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    """Terms that skip a version, go back, or stand on a base that is none."""
    log = machine.log
    bound = draw.choice(log.register.bound).terms
    content = log.next_file(
        version=max(0, bound.version + draw.choice([-1, 0, 1, 2])), previous=bound.sha256
    )
    proposed = log.proposing(OTHER, content=content, base_sha256=bound.sha256)
    return [*entries, log.sign(proposed), log.sign(log.deciding(OTHER, proposed))]


def swapped(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    """Other terms under the id and round of what the honest party consented to."""
    if not machine.open:
        return entries
    before = draw.choice(machine.open).change
    log = machine.log
    content = log.next_file(target=44)
    proposed = log.proposing(OTHER, content=content, proposal=before.proposal, round=before.round)
    at = next(
        (
            n
            for n, each in enumerate(entries)
            if isinstance(act := read_entry(each).act, Proposing) and act.change == before
        ),
        len(entries),
    )
    if draw.random() < 0.5:
        # The same place in the log.
        return [*entries[:at], log.sign(proposed), *entries[at + 1 :]]
    return [*entries, log.sign(proposed)]


def under_the_hash(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    """A proposal whose signed line is changed, and its signature kept."""
    at = draw.randrange(len(entries))
    text = entries[at]
    return [*entries[:at], text.replace(b"2020-", b"2021-", 1), *entries[at + 1 :]]


def forged_founding(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    """A founding in which the adversary holds the keys of both."""
    log = machine.log
    mine = dataclasses.replace(keys(HONEST, 1))
    named = {HONEST: str(mine.consent.verifier), OTHER: str(keys(OTHER).consent.verifier)}
    new = PlainLog(ORIGIN)
    new.content = agreement_file(consent_keys=named)
    new.keys = {HONEST: mine, OTHER: keys(OTHER)}
    new.keep(new.content)
    log.files.update(new.files)
    return [new.sign(new.founding()), *entries[1 : draw.randrange(1, len(entries) + 1)]]


def stolen_key(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    """The honest party's key changed to one of the adversary's, who consents for both."""
    log = machine.log
    use, new = draw.choice([("consent", fresh("thief/consent", 99)), ("cosign", STOLEN)])
    effect = {"holder": HONEST, "use": use, "key": str(new.verifier)}
    proposed = log.proposing(OTHER, "key", effect=effect)
    entries += [log.sign(proposed), log.sign(log.deciding(OTHER, proposed))]
    line = act_line(log.deciding(HONEST, proposed))
    signed = draw.choice([new if use == "consent" else log.keys[OTHER].consent])
    return [*entries, bytes(Note(line, (signed.sign(line),)))]


def late(machine: Hostile, entries: list[bytes], draw: Random) -> list[bytes]:
    """Whatever was kept back, long after."""
    return [*entries, *(each for each in machine.signed if each not in entries)]


MOVES: dict[str, Move] = {
    "cut": cut,
    "reorder": reorder,
    "drop": drop,
    "insert": insert,
    "replay": replay,
    "foreign consent": foreign_consent,
    "fork": fork,
    "forged consent": forged_consent,
    "one-sided": one_sided,
    "alone": alone,
    "renumbered": renumbered,
    "swapped": swapped,
    "under the hash": under_the_hash,
    "forged founding": forged_founding,
    "stolen key": stolen_key,
    "late": late,
}


class Hostile(RuleBasedStateMachine):
    """Honest moves go on with the log; hostile moves try for a bundle that binds the other."""

    def __init__(self) -> None:
        super().__init__()
        self.log = PlainLog()
        self.honest = HonestParty(self.log)
        # Another agreement of the same two parties, with the same keys.
        self.second = PlainLog(OTHER_ORIGIN)
        #: Everything that the honest party signed, in any log: entries and cosignature lines.
        self.signed: list[bytes] = [self.log.entries[0], self.second.entries[0]]
        self.lines: list[Signature] = []
        self.open: list[Proposing] = []
        self.made: dict[str, SigningKey] = {}
        self.is_spoilt = False
        self._seal()

    # --- what both do in good faith ---

    @rule(kind=st.sampled_from(["version", "waiver", "end", "key", "log"]), by_honest=st.booleans())
    def propose(self, kind: str, by_honest: bool) -> None:
        """A change that fits."""
        self._try(self._proposing(kind, HONEST if by_honest else OTHER))

    @rule(draw=DRAWS, by_honest=st.booleans())
    def amend(self, draw, by_honest: bool) -> None:
        """A next round of an open proposal."""
        if not self.open:
            return
        before = draw.choice(self.open)
        log = self.log
        content = (
            log.next_file(target=draw.randrange(100, 999))
            if before.change.kind == "version"
            else None
        )
        party = HONEST if by_honest else OTHER
        effect = before.change.effect
        self._try(
            log.proposing(party, before.change.kind, content=content, effect=effect, amends=before)
        )

    @rule(draw=DRAWS, verdict=st.sampled_from(["consent", "consent", "decline"]))
    def the_other_decides(self, draw, verdict) -> None:
        if self.open:
            self._try(self.log.deciding(OTHER, draw.choice(self.open), verdict))

    @rule(draw=DRAWS, is_kept_back=st.booleans())
    def the_honest_party_consents(self, draw, is_kept_back: bool) -> None:
        """It is shown a round of the server's log, and the server may keep its note back."""
        if not self.open:
            return
        proposed = draw.choice(self.open)
        log, register = self.log, self.log.register
        named = register.changes.get(proposed.change_sha256)
        if self.is_spoilt or named is None:
            return
        proposal = register.proposals[named]
        last = proposal.last
        if last.change_sha256 != proposed.change_sha256 or register.state_of(proposal) != "open":
            return
        data = self.honest.consent(log, proposed)
        self.signed.append(data)
        if not is_kept_back:
            self._append(data)

    @rule()
    def the_honest_party_posts(self) -> None:
        self.log.drawn += 1
        act = acts.Transacting(
            ORIGIN, HONEST, moment_at(self.log.now), f"{self.log.drawn:064x}", "post", ""
        )
        self._try(act)

    @precondition(lambda self: len(self.log.entries) > self.honest.seen.size)
    @rule()
    def cosign_all(self) -> None:
        """The honest party cosigns whatever goes on from what it saw."""
        self._seal()

    @rule(target_days=st.integers(1, 40))
    def time_passes(self, target_days: int) -> None:
        self.log.now += target_days * DAY_S

    @rule(by_honest=st.booleans(), draw=DRAWS)
    def something_binds_in_the_second_agreement(self, by_honest: bool, draw) -> None:
        """The honest party consents there; what it signs must not count here."""
        log = self.second
        log.now = self.log.now
        act = log.proposing(
            OTHER, content=log.next_file(target=draw.randrange(9)), reason_sha256=HASH
        )
        log.adopt(act)
        self.signed.extend(log.entries[-3:])

    # --- what only the adversary does ---

    @rule(draw=DRAWS, goes_on=st.booleans())
    def attack(self, draw, goes_on: bool) -> None:
        """Make other entries out of all that there is, and try to have them accepted."""
        for name in draw.sample(sorted(MOVES), 3):
            self._attack(name, draw, goes_on)

    def _attack(self, name: str, draw: Random, goes_on: bool) -> None:
        entries = MOVES[name](self, list(self.log.entries), draw)
        if goes_on:
            entries = self._gone_on(entries)
        if entries == self.log.entries or not entries:
            return
        for checkpoint in self._checkpoints(entries):
            self._hold(entries, checkpoint)

    @precondition(lambda self: len(self.log.notes) > 3)
    @rule(draw=DRAWS)
    def spoil(self, draw) -> None:
        """Go on with a forged entry: the honest party sees hashes only, and cosigns it."""
        name = draw.choice(["forged consent", "one-sided", "foreign consent", "stolen key"])
        entries = MOVES[name](self, list(self.log.entries), draw)
        if (
            len(entries) > 4
            and entries[: len(self.log.entries)] == self.log.entries
            and entries != self.log.entries
        ):
            self.log.entries = entries
            self.is_spoilt = True

    # --- what must hold ---

    @invariant()
    def the_honest_history_is_accepted(self) -> None:
        if self.is_spoilt or not self.log.notes:
            return
        size, note = self.log.notes[-1]
        verdict = self._verdict(self.log.entries[:size], note)
        assert verdict.accepted, (verdict.where, verdict.what)
        self.honest.require_only_what_it_signed(verdict.register)

    # --- how ---

    def _proposing(self, kind: str, party: str) -> Proposing:
        log = self.log
        number = len(log.entries)
        if kind == "version":
            return log.proposing(party, content=log.next_file())
        if kind == "waiver":
            effect = {"commitment": "places", "period": f"y{number}"}
        elif kind == "end":
            effect = {"on": "2199-12-31"}
        else:
            holder, use = ("log", "log") if kind == "log" else (OTHER, "consent")
            new = fresh(ORIGIN if kind == "log" else f"{OTHER}/consent", number)
            self.made[str(new.verifier)] = new
            effect = {"holder": holder, "use": use, "key": str(new.verifier)}
        return log.proposing(party, "key" if kind == "log" else kind, effect=effect)

    def _try(self, act: Act) -> None:
        """Append what fits; a party or a server in good faith appends nothing else."""
        self._append(self.log.sign(act), act)

    def _append(self, data: bytes, act: Act | None = None) -> None:
        if self.is_spoilt:
            return
        try:
            self.log.append(data)
        except UnipactError:
            return
        if isinstance(act, Proposing):
            self.open.append(act)
        register, log = self.log.register, self.log
        log.log_key = self.made.get(register.log_key, log.log_key)
        theirs = log.keys[OTHER]
        taken = self.made.get(register.keys[OTHER].consent, theirs.consent)
        log.keys[OTHER] = dataclasses.replace(theirs, consent=taken)
        if read_entry(data).note.signatures[0].name.startswith(HONEST):
            self.signed.append(data)

    def _seal(self) -> None:
        request = asked(self.log.entries, self.honest.seen.size, self.log)
        line = self.honest.cosign(request, log_key=self.log.log_key.verifier, now=self.log.now)
        self.lines.append(line)
        body = request.note.text
        theirs = self.log.keys[OTHER].cosign.sign(body, time=self.log.now)
        note = bytes(Note(body, (*request.note.signatures, theirs, line)))
        self.log.notes.append((len(self.log.entries), note))
        self.log.register.raise_floor(self.log.now)
        if self.is_spoilt:
            self._hold(self.log.entries, note)

    def _checkpoints(self, entries: list[bytes]):
        """The checkpoints that the adversary can put over some entries."""
        log, body = self.log, checkpoint_text(entries)
        mine = log.log_key.sign(body)
        theirs = log.keys[OTHER].cosign.sign(body, time=log.now)
        # Asked for in good form from every size: what it saw decides.
        before = self.honest.seen, self.honest.kept
        for old in {self.honest.seen.size, 0, len(entries)}:
            try:
                line = self.honest.cosign(
                    asked(entries, old, log), log_key=log.log_key.verifier, now=log.now
                )
            except Unproven:
                continue
            # It signed, so what it saw before is the begin of this.
            assert len(entries) >= before[0].size
            assert root_of(map(leaf_hash, entries[: before[0].size])) == before[0].root
            yield bytes(Note(body, (mine, theirs, line)))
            # The branch was only thought of: a server that goes on with it is `spoil`.
            self.honest.seen, self.honest.kept = before
        # A line of another checkpoint, and one by a key of its own under the other's name.
        for line in self.lines[-2:]:
            yield bytes(Note(body, (mine, theirs, line)))
        thief = STOLEN.sign(body, time=log.now)
        yield bytes(Note(body, (mine, theirs, thief)))
        named = self.honest.keys.cosign.verifier
        posing = dataclasses.replace(thief, name=named.name, key_id=named.key_id)
        yield bytes(Note(body, (mine, theirs, posing)))
        # The last checkpoint that all cosigned, over other entries.
        yield log.notes[-1][1]

    def _verdict(self, entries: list[bytes], checkpoint: bytes, mode="full"):
        named = set()
        for each in entries:
            act = read_entry(each).act
            if isinstance(act, acts.Founding):
                named.add(act.file_sha256)
            elif isinstance(act, Proposing):
                named.add(act.change.proposed_file_sha256)
        files = [
            found
            for each in named
            if (found := self.log.files.get(each) or self.second.files.get(each)) is not None
        ]
        size = read_checkpoint(read_note(checkpoint).text).size
        earlier = {n: note for n, note in self.log.notes if n < size}
        hashes = [leaf_hash(each) for each in entries]
        hashes = (hashes + [bytes(32)] * size)[:size]
        bundle = written(entries, checkpoint, earlier=earlier.values(), files=files, hashes=hashes)
        return answer(bundle, mode=mode, seen=self.honest.kept)

    def _hold(self, entries: list[bytes], checkpoint: bytes) -> None:
        verdict = self._verdict(entries, checkpoint)
        if verdict.accepted:
            event("an attack was accepted for what it is: what the other had signed for")
            self.honest.require_only_what_it_signed(verdict.register)
        if self._verdict(entries, checkpoint, "root").accepted:
            # Not even at a first look: the honest party's keys never change here.
            note = read_note(checkpoint)
            assert self.honest.keys.cosign.verifier.verifies(note.text, note.signatures[-1].raw)

    def _gone_on(self, entries: list[bytes]) -> list[bytes]:
        """The entries and whatever the honest party ever signed that fits behind them."""
        log = copy_of(self.log, entries)
        if log is None:
            return entries
        for data in self.signed:
            if data not in log.entries:
                with suppress(UnipactError):
                    log.append(data)
        for proposal in list(log.register.proposals.values()):
            change, digest = proposal.last.change, proposal.last.change_sha256
            made = Proposing(ORIGIN, proposal.last.party, proposal.last.at, change, digest)
            with suppress(UnipactError):
                log.do(log.deciding(OTHER, made))
        return log.entries


def copy_of(log: PlainLog, entries: list[bytes]) -> PlainLog | None:
    """A log of these entries with the same keys and files, or None where they are no log."""
    new = PlainLog(log.origin, log.content, log.now)
    new.files, new.keys, new.log_key = dict(log.files), dict(log.keys), log.log_key
    new.entries, new.register, new.drawn = [], Register(terms_of=new.terms_of), log.drawn + 50
    try:
        for each in entries:
            new.append(each)
    except (UnipactError, KeyError):
        return None
    return new


TestHostileServer = Hostile.TestCase
TestHostileServer.settings = settings(
    max_examples=50,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.long
def test_a_long_run_of_the_adversary_binds_nobody():
    run_state_machine_as_test(
        Hostile,
        settings=settings(
            max_examples=1500,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
