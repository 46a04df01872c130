"""The bundle of an example: its run, in a log that the example's published keys sign.

Real parties keep their keys to themselves; their bundle comes from the console (`unipact bundle`).
An example has its keys beside it, so that anybody sees a whole bundle, and the same one each time:
the times in it are those of the agreement and of the run, never of the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

from unipact.agreement.engine.register.acts import Act, Evaluating, Founding
from unipact.agreement.engine.register.register import moment_at
from unipact.agreement.formats.bundle.writer import BundleParts, write_bundle
from unipact.agreement.formats.key_files import PrivateKeys, read_private
from unipact.agreement.formats.log.entry import act_line
from unipact.errors import Finding, Invalid
from unipact.installation.run import Run
from unipact.tlog.checkpoint import Checkpoint
from unipact.tlog.keys import SigningKey
from unipact.tlog.merkle import Frontier, leaf_hash
from unipact.tlog.note import Note

_SUFFIX = ".demo-key"


@dataclass(slots=True)
class _Log:
    """A log in memory: small, because it is an example's."""

    key: SigningKey
    parties: Mapping[str, PrivateKeys]
    entries: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier)

    def append(self, act: Act, signers: tuple[str, ...]) -> None:
        line = act_line(act)
        signed = tuple(self.parties[each].consent.sign(line) for each in signers)
        data = bytes(Note(line, signed))
        self.entries.append(data)
        self.hashes.append(leaf_hash(data))
        self.frontier.append(self.hashes[-1])

    def checkpoint(self, at: int) -> bytes:
        body = Checkpoint(self.key.name, self.frontier.size, self.frontier.root()).body
        cosigned = (keys.cosign.sign(body, time=at) for _, keys in sorted(self.parties.items()))
        return bytes(Note(body, (self.key.sign(body), *cosigned)))


def write_run_bundle(run: Run, path: Path, stream: BinaryIO) -> str:
    """Write the bundle of a run of the example in ``path``; return the SHA-256 of the file.

    Entry 0 founds the log; entry 1 puts the run document forward for the university.

    Raises:
        Invalid: the example's keys do not lie beside it, or are not those that it names.
    """
    terms, file_sha256 = run.file.agreement, hashlib.sha256(run.file.original).hexdigest()
    keys = {party.id: _party_keys(path.parent, party.id) for party in terms.parties}
    log = _Log(_log_key(path.parent), keys)
    version = run.file.sha256.removeprefix("sha256:")
    founded_at = _seconds(terms.signed_on)
    founding = Founding(
        origin=log.key.name,
        at=moment_at(founded_at),
        agreement=terms.id,
        version=terms.version,
        version_sha256=version,
        file_sha256=file_sha256,
        log_key=str(log.key.verifier),
        keys={party: each.public for party, each in keys.items()},
    )
    log.append(founding, tuple(sorted(keys)))
    earlier = log.checkpoint(founded_at)
    as_of = date.fromisoformat(run.document["as_of"])
    ran_at = max(_seconds(as_of + timedelta(days=1)), founded_at)
    run_sha256 = hashlib.sha256(run.bytes).hexdigest()
    university = next(party.id for party in terms.parties if party.role == "university")
    log.append(
        Evaluating(
            origin=log.key.name,
            party=university,
            at=moment_at(ran_at),
            as_of=as_of.isoformat(),
            version_sha256=version,
            run_sha256=run_sha256,
        ),
        (university,),
    )
    parts = BundleParts(
        checkpoint=log.checkpoint(ran_at),
        earlier=[earlier],
        size=len(log.entries),
        entries_bytes=sum(map(len, log.entries)),
        hashes=log.hashes,
        entries=log.entries,
        agreements={file_sha256: run.file.original},
        documents={run_sha256: run.bytes},
    )
    return write_bundle(stream, parts)


def _party_keys(folder: Path, party: str) -> PrivateKeys:
    path = folder / f"{party}{_SUFFIX}"
    return read_private(_bytes(path), name=str(path))


def _log_key(folder: Path) -> SigningKey:
    path = folder / f"log{_SUFFIX}"
    lines = _bytes(path).decode("utf-8", "replace").splitlines()
    found = [each for each in lines if each and not each.startswith("#")]
    if len(found) != 1:
        raise Invalid("no key", findings=[Finding(str(path), "it holds the one key of the log")])
    return SigningKey.parse(found[0])


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        finding = Finding(
            str(path),
            "the example's published key is not here",
            "A bundle of a real agreement comes from the console: `unipact bundle`.",
        )
        raise Invalid("no key to sign with", findings=[finding]) from error


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
