"""Verifying bundles, beside the least that any verifier must do: their hashes and signatures.

The bundle is built here: a founding, then transactions that one party posts and the other
acknowledges, each signed. ``--root`` looks at hashes and the checkpoint, ``--full`` at every
signature and rule; a figure is never of one told as the other.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from unipact.agreement.engine.register.acts import Act, Founding, Transacting
from unipact.agreement.engine.register.register import moment_at
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.bundle.contents import read_contents
from unipact.agreement.formats.bundle.split import batches
from unipact.agreement.formats.bundle.verdict import Mode
from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.formats.bundle.writer import BundleParts, write_bundle
from unipact.agreement.formats.key_files import PrivateKeys, read_private
from unipact.agreement.formats.log.entry import act_line
from unipact.tlog.checkpoint import Checkpoint
from unipact.tlog.keys import ED25519, SigningKey, VerifierKey
from unipact.tlog.merkle import leaf_hash, root_of
from unipact.tlog.note import Note

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "usst-huawei-2019"
PARTIES = ("huawei", "usst")
_BEGIN = 1_577_952_000
_FULL = (5_000, 20_000)
_ROOT = (10_000, 100_000, 1_000_000)
_RUNS = 3


def run() -> list[dict[str, Any]]:
    """Return the rows: full verification at two sizes, a first look at three."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [_full_row(Path(folder) / f"{size}.tar", size) for size in _FULL]
        rows += [_root_row(Path(folder) / f"root-{size}.tar", size) for size in _ROOT]
    return rows


def _full_row(path: Path, size: int) -> dict[str, Any]:
    _write(path, size, signed=True)
    ours, alone = [], []
    with path.open("rb") as stream:
        for _ in range(_RUNS):
            ours.append(_timed(lambda: _accepted(stream, "full")))
            alone.append(_alone(stream))
    best, peer = min(ours), min(alone)
    return {
        "name": f"bundle of {size:,} entries, full verification",
        "ours": round(best, 3),
        "peer": round(peer, 3),
        "unit": "s",
        "ratio": round(peer / best, 2),
        "note": (
            "peer: the hashing and Ed25519 verification of the same entries alone, by hashlib and "
            "cryptography in a loop; ours reads, checks the form, the rules and the files as well; "
            f"best of {_RUNS}"
        ),
    }


def _root_row(path: Path, size: int) -> dict[str, Any]:
    # A first look reads no signature of an entry, so these repeat one: making a million takes long.
    _write(path, size, signed=False)
    with path.open("rb") as stream:
        ours = min(_timed(lambda: _accepted(stream, "root")) for _ in range(_RUNS))
        peer = min(_timed(lambda: _plain_root(stream)) for _ in range(_RUNS))
    return {
        "name": f"bundle of {size:,} entries, root",
        "ours": round(ours, 3),
        "peer": round(peer, 3),
        "unit": "s",
        "ratio": round(peer / ours, 2),
        "note": (
            "peer: a plain RFC 6962 root by hashlib over the entries, one at a time; ours compares "
            "each entry with its listed hash as well, and checks the checkpoint's signatures; "
            f"best of {_RUNS}"
        ),
    }


def _accepted(stream: BinaryIO, mode: Mode) -> None:
    keys = [_keys(party).public for party in PARTIES]
    verdict = verify_bundle(stream, Question(keys, mode))
    if not verdict.accepted:
        raise RuntimeError(f"{verdict.where}: {verdict.what}")


def _alone(stream: BinaryIO) -> float:
    """Seconds for hashing and signatures alone; what they are made of is parsed before."""
    signed = []
    for data in _entries(stream):
        text, _, lines = data.rpartition(b"\n\n")
        raws = [base64.b64decode(each.split(b" ")[2])[4:] for each in lines.splitlines()]
        signed.append((data, text + b"\n", raws))
    loaded = {party: _public(party) for party in PARTIES}
    began = time.perf_counter()
    root_of(leaf_hash(data) for data, _, _ in signed)
    for _, text, raws in signed:
        if len(raws) > 1:
            for party, raw in zip(PARTIES, raws, strict=True):
                loaded[party].verify(raw, text)
        else:
            loaded["usst" if b'"party":"usst"' in text else "huawei"].verify(raws[0], text)
    return time.perf_counter() - began


def _plain_root(stream: BinaryIO) -> None:
    stack: list[bytes] = []
    for index, data in enumerate(_entries(stream)):
        stack.append(hashlib.sha256(b"\x00" + data).digest())
        while index & 1:
            right, left = stack.pop(), stack.pop()
            stack.append(hashlib.sha256(b"\x01" + left + right).digest())
            index >>= 1  # noqa: PLW2901


def _entries(stream: BinaryIO) -> Iterator[bytes]:
    for found in batches(stream, read_contents(stream).entries):
        yield from found


def _write(path: Path, size: int, *, signed: bool) -> None:
    """Write a bundle of ``size`` entries."""
    content = (EXAMPLE / "agreement.toml").read_bytes()
    file = read_agreement(content)
    log = SigningKey.from_seed("bench.example/log", ED25519, bytes(range(32)))
    keys = {party: _keys(party) for party in PARTIES}
    file_sha256 = hashlib.sha256(content).hexdigest()
    founding = Founding(
        log.name,
        moment_at(_BEGIN),
        file.agreement.id,
        file.agreement.version,
        file.sha256.removeprefix("sha256:"),
        file_sha256,
        str(log.verifier),
        {party: each.public for party, each in keys.items()},
    )
    entries = [_signed(founding, keys, PARTIES)]
    borrowed = _signed(_transacting(log.name, 0), keys, ("usst",)).rpartition(b"\n\n")[2]
    for number in range(size - 1):
        act = _transacting(log.name, number)
        if signed:
            entries.append(_signed(act, keys, (act.party,)))
        else:
            entries.append(act_line(act) + b"\n" + borrowed)
    hashes = [leaf_hash(each) for each in entries]
    body = Checkpoint(log.name, size, root_of(hashes)).body
    cosigned = (keys[party].cosign.sign(body, time=_BEGIN + size) for party in PARTIES)
    parts = BundleParts(
        checkpoint=bytes(Note(body, (log.sign(body), *cosigned))),
        earlier=[],
        size=size,
        entries_bytes=sum(map(len, entries)),
        hashes=hashes,
        entries=entries,
        agreements={file_sha256: content},
        documents={},
    )
    with path.open("wb") as stream:
        write_bundle(stream, parts)


def _transacting(origin: str, number: int) -> Transacting:
    pair, is_answer = divmod(number, 2)
    return Transacting(
        origin,
        "huawei" if is_answer else "usst",
        moment_at(_BEGIN + pair),
        hashlib.sha256(b"%d" % pair).hexdigest(),
        "acknowledge" if is_answer else "post",
        "",
    )


def _signed(act: Act, keys: dict[str, PrivateKeys], signers: tuple[str, ...]) -> bytes:
    line = act_line(act)
    return bytes(Note(line, tuple(keys[each].consent.sign(line) for each in signers)))


def _keys(party: str) -> PrivateKeys:
    path = EXAMPLE / f"{party}.demo-key"
    return read_private(path.read_bytes(), name=path.name)


def _public(party: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(VerifierKey.parse(_keys(party).public.consent).public)


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
