"""Writes bundles of a log, right and wrong ones: a third reading of docs/reference/log.md.

It shares no code with the two verifiers. Nothing is checked here, so that a test can write what
the rules forbid. Two parties, ``a`` and ``b``, under a small agreement.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

README = Path(__file__).parents[3] / "src/unipact/agreement/formats/bundle/README.txt"
ORIGIN = "log.example/cooperation"
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
SILENCE_DAYS = 60

Values = dict[str, Any]


def sha256(content: bytes) -> str:
    """Return the SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def canonical(value: object) -> bytes:
    """Return RFC 8785 of a value whose keys are ASCII and whose numbers are whole."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def moment(at: datetime) -> str:
    """Return the time as entries write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def text_of(number: int) -> str:
    """Return a hash that stands for some document."""
    return sha256(str(number).encode())


@dataclass(frozen=True)
class Key:
    """An Ed25519 key with its name: of type 0x01 it signs, of type 0x04 it cosigns."""

    name: str
    kind: int = 0x01
    seed: str = ""

    @property
    def private(self) -> Ed25519PrivateKey:
        """The private key, made from name and seed."""
        return Ed25519PrivateKey.from_private_bytes(
            hashlib.sha256(f"{self.name} {self.kind} {self.seed}".encode()).digest()
        )

    @property
    def _public(self) -> bytes:
        return bytes([self.kind]) + self.private.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        """The four bytes that stand before a signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The verifier key."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self._public).decode()}"

    def line(self, text: bytes, at: datetime | None = None) -> bytes:
        """Return the signature line of a text, or with a time that of a cosignature."""
        stamp = b""
        if at is not None:
            seconds = int(at.timestamp())
            text = f"cosignature/v1\ntime {seconds}\n".encode() + text
            stamp = seconds.to_bytes(8, "big")
        signed = base64.b64encode(self.id + stamp + self.private.sign(text))
        return f"\N{EM DASH} {self.name} ".encode() + signed + b"\n"


def leaf(entry: bytes) -> bytes:
    """Return the leaf hash of an entry."""
    return hashlib.sha256(b"\0" + entry).digest()


def root(leaves: list[bytes]) -> bytes:
    """Return the Merkle tree hash, by the definition of RFC 6962."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:half]) + root(leaves[half:])).digest()


def agreement(version: int = 1, previous: str = "", **keys: Key) -> bytes:
    """Return an agreement file with what the rules read, and one text."""
    lines = ['id = "cooperation"', f"version = {version}"]
    if previous:
        lines.append(f'previous = "sha256:{previous}"')
    lines += [
        f'title.en = "Cooperation, version {version}"',
        "signed_on = 2026-02-01",
        '[governance]\npropose = ["a", "b"]\nconsent = ["a", "b"]',
        f'on_silence = "lapse"\nsilence_days = {SILENCE_DAYS}',
        *(f'[[party]]\nid = "{party}"\nkey = "{key.vkey}"' for party, key in keys.items()),
        '[[commitment]]\nid = "energy"',
        '[[exit]]\nid = "leave"\nmay = ["a"]\nnotice_days = 90',
        "[renewal]\nnotice_days = 30",
    ]
    return "\n".join(lines).encode() + b"\n"


def version_hash(file: bytes) -> str:
    """Return the hash of an agreement file's canonical JSON."""
    return sha256(canonical(json.loads(json.dumps(tomllib.loads(file.decode()), default=str))))


@dataclass
class Log:
    """A log that grows, and what its bundle holds. ``now`` is the time that entries state."""

    now: datetime = START
    consent: dict[str, Key] = field(
        default_factory=lambda: {name: Key(f"{name}.example/consent") for name in "ab"}
    )
    cosign: dict[str, Key] = field(
        default_factory=lambda: {name: Key(f"{name}.example/cosign", 0x04) for name in "ab"}
    )
    key: Key = Key(ORIGIN)
    origin: str = ORIGIN
    entries: list[bytes] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    earlier: list[bytes] = field(default_factory=list)
    version: str = ""
    file: str = ""

    def pub(self) -> list[str]:
        """Return the texts of the ``*.pub`` of both parties, as the keys are now."""
        return [f"# {each}\n{self.consent[each].vkey}\n{self.cosign[each].vkey}\n" for each in "ab"]

    def keep(self, file: bytes) -> str:
        """Put an agreement file into the bundle."""
        self.files[sha256(file)] = file
        return sha256(file)

    def sign(self, value: Mapping[str, Any] | bytes, *keys: Key) -> None:
        """Append an entry that these keys sign."""
        text = value if isinstance(value, bytes) else canonical(value) + b"\n"
        self.entries.append(text + b"\n" + b"".join(key.line(text) for key in keys))

    def add(self, party: str, kind: str, **values: object) -> None:
        """Append an entry of a party."""
        shared: Values = {"type": kind, "origin": self.origin, "party": party}
        if kind != "decision":
            shared["at"] = moment(self.now)
        self.sign({**shared, **values}, self.consent[party])

    def found(self, **changed: object) -> None:
        """Append the founding entry."""
        file = agreement(a=self.consent["a"], b=self.consent["b"])
        self.file, self.version = self.keep(file), version_hash(file)
        entry: Values = {
            "type": "founding",
            "origin": self.origin,
            "format": "unipact-log/1",
            "agreement": "cooperation",
            "at": moment(self.now),
            "file_sha256": self.file,
            "version_sha256": self.version,
            "version": 1,
            "log_key": self.key.vkey,
            "keys": {
                each: {"consent": self.consent[each].vkey, "cosign": self.cosign[each].vkey}
                for each in "ab"
            },
        }
        self.sign({**entry, **changed}, self.consent["a"], self.consent["b"])

    def change(self, kind: str, effect: Values, number: int = 1, **changed: object) -> Values:
        """Return a change of the version in force."""
        change: Values = {
            "kind": kind,
            "proposal": f"{number:032x}",
            "round": 1,
            "base_sha256": self.version,
            "proposed_version_sha256": self.version,
            "proposed_file_sha256": self.file,
            "lapses_at": moment(self.now + timedelta(days=SILENCE_DAYS)),
            "reason_sha256": text_of(number),
            "effect": effect,
        }
        return {**change, **changed}

    def next_version(self, number: int = 1, **changed: object) -> Values:
        """Return a change to version 2, whose file is put into the bundle."""
        file = agreement(2, self.version, a=self.consent["a"], b=self.consent["b"])
        hashes = {
            "proposed_version_sha256": version_hash(file),
            "proposed_file_sha256": self.keep(file),
        }
        return self.change("version", {}, number, **{**hashes, **changed})

    def propose(self, party: str, change: Values) -> None:
        """Append a proposal."""
        self.add(party, "proposal", change=change)

    def decide(self, party: str, change: Values, decision: str = "consent", **but: object) -> None:
        """Append a decision."""
        hashes = {
            "base_sha256": change["base_sha256"],
            "proposed_version_sha256": change["proposed_version_sha256"],
            "change_sha256": sha256(canonical(change)),
        }
        self.add(party, "decision", decision=decision, **{**hashes, **but})

    def adopt(self, change: Values) -> None:
        """Append the proposal and both consents, and take the new version."""
        self.propose("a", change)
        self.decide("a", change)
        self.decide("b", change)
        self.version = change["proposed_version_sha256"]
        self.file = change["proposed_file_sha256"]

    def checkpoint(self, size: int | None = None, at: datetime | None = None) -> bytes:
        """Return the checkpoint of the first ``size`` entries, signed by the keys of now."""
        size = len(self.entries) if size is None else size
        tree = base64.b64encode(root([leaf(each) for each in self.entries[:size]])).decode()
        text = f"{self.origin}\n{size}\n{tree}\n".encode()
        cosigned = [self.cosign[each].line(text, at or self.now) for each in "ab"]
        return text + b"\n" + self.key.line(text) + b"".join(cosigned)

    def mark(self, at: datetime | None = None) -> None:
        """Keep a checkpoint of now among the earlier ones."""
        self.earlier.append(self.checkpoint(at=at))

    def members(self) -> dict[str, bytes]:
        """Return the members of the bundle, in their order."""
        return {
            "README.txt": README.read_bytes(),
            "checkpoint": self.checkpoint(),
            "hashes": b"".join(map(leaf, self.entries)),
            "checkpoints": b"".join(self.earlier),
            **{f"agreements/{name}.toml": self.files[name] for name in sorted(self.files)},
            **{f"documents/{name}": self.documents[name] for name in sorted(self.documents)},
            "entries": b"".join(self.entries),
        }

    def bundle(self) -> bytes:
        """Return the bundle."""
        return pack(self.members())


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return the archive of these members, in the order given."""
    return b"".join(_member(*each) for each in members.items()) + bytes(1024)


def _member(name: str, content: bytes) -> bytes:
    fields = [
        (0, name.encode()),
        (100, b"0000644\0" + b"0000000\0" * 2),
        (124, f"{len(content):011o}\0".encode() + b"0" * 11 + b"\0" + b" " * 8 + b"0"),
        (257, b"ustar\x0000"),
    ]
    header = bytearray(512)
    for offset, value in fields:
        header[offset : offset + len(value)] = value
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return bytes(header) + content + bytes(-len(content) % 512)


def sample() -> Log:
    """Return a log in which every type of entry stands, with a new version and two new keys."""
    log = Log()
    log.found()
    log.mark()
    log.documents[text_of(2)] = b"2"
    log.adopt(log.next_version(2))
    log.add(
        "a", "evaluation", as_of="2026-02-28", version_sha256=log.version, run_sha256=text_of(3)
    )
    given = {"run_sha256": text_of(3), "reason_sha256": ""}
    log.add("b", "review", **given, evidence_sha256=text_of(4), decision="accept")
    disputed = {**given, "evidence_sha256": text_of(5)}
    log.add("b", "review", **{**disputed, "reason_sha256": text_of(6)}, decision="contest")
    log.add("a", "review", **disputed, decision="settle")
    log.add("b", "review", **disputed, decision="settle")
    log.now += timedelta(days=1)
    log.mark()
    pair = {"commitment": "energy", "period": "y2026", "reason_sha256": text_of(7)}
    log.add("a", "dispute", dispute=f"{1:032x}", act="open", **pair)
    log.add("a", "dispute", dispute=f"{1:032x}", act="close", **pair)
    log.add("b", "dispute", dispute=f"{1:032x}", act="close", **pair)
    log.adopt(log.change("waiver", {"commitment": "energy", "period": "y2026"}, 8))
    rotate(log, "a", "consent", Key("a.example/consent", seed="2"), 9)
    log.mark()
    rotate(log, "log", "log", Key(ORIGIN, seed="2"), 10)
    log.add("b", "notice", clause="renewal", on="2026-04-01")
    log.add("a", "notice", clause="leave", on="2026-05-31")
    for party in "ab":
        log.add(party, "report", year=2025, edition=1, report_sha256=text_of(11))
    log.add("b", "report", year=2025, edition=2, report_sha256=text_of(12))
    sent = {"transaction_sha256": text_of(13), "reason_sha256": ""}
    log.add("a", "transaction", **sent, decision="post")
    log.add("b", "transaction", **sent, decision="acknowledge")
    contested = {"transaction_sha256": text_of(13), "reason_sha256": text_of(15)}
    log.add("b", "transaction", **contested, decision="contest")
    log.adopt(log.change("end", {"on": "2026-06-30"}, 14))
    return log


def rotate(log: Log, holder: str, use: str, key: Key, number: int) -> None:
    """Change a key by the consent of both."""
    log.adopt(log.change("key", {"holder": holder, "use": use, "key": key.vkey}, number))
    if use == "log":
        log.key = key
    else:
        (log.consent if use == "consent" else log.cosign)[holder] = key


def founded() -> Log:
    """Return a log with its founding entry."""
    log = Log()
    log.found()
    return log


#: The texts of the `*.pub` of both parties, as a log begins.
KEYS = Log().pub()
