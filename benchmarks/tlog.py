"""The log's primitives beside pymerkle, and beside bare Ed25519 of `cryptography`.

pymerkle is GPL: it runs in an environment of its own (``.bench/pymerkle``, made once, ignored by
git) and in the same run. Run it by ``python -m benchmarks.tlog``.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from unipact.tlog.checkpoint import Checkpoint
from unipact.tlog.keys import COSIGNATURE, ED25519, SigningKey
from unipact.tlog.merkle import (
    Frontier,
    Node,
    consistency_proof,
    frontier_nodes,
    inclusion_proof,
    leaf_hash,
    root_of,
    stored_at,
    verify_consistency,
    verify_inclusion,
)
from unipact.tlog.note import Note, read_note, verified_by
from unipact.tlog.receipt import Receipt, read_receipt, verify

HOME = Path(__file__).resolve().parent.parent / ".bench" / "pymerkle"
REQUIREMENTS = ("pymerkle==7.0.0",)
SIZES = (10_000, 100_000, 1_000_000)
ENTRY_BYTES = 250
MORE = 100
PROOFS = 200
SIGNATURES = 2_000

Row = dict[str, Any]


def run(*, long: bool = False) -> list[Row]:
    """Measure; ``long`` repeats the large trees more often."""
    size = SIZES[-1]
    repeats = {10_000: 5, 100_000: 3, 1_000_000: 3 if long else 1}
    peer = _pymerkle([(one, repeats[one]) for one in SIZES])
    name = f"pymerkle {peer['version']}, in memory"
    rows = [_root(one, 5 if long else 3, peer["roots"][str(one)], name) for one in SIZES]
    stored = _Stored.of(size + MORE)
    rows.append(_consistency(stored, size, peer["consistency_s"], name))
    rows.append(_inclusion(stored, size, peer["inclusion_s"], name))
    return rows + _signed(stored, size)


def entry(number: int) -> bytes:
    """An entry of the log's usual length; ``_tlog_peer.py`` makes the same."""
    return (b"%d " % number).ljust(ENTRY_BYTES, b"x")


@dataclass(frozen=True)
class _Stored:
    """A store of one row a leaf, as the log keeps it."""

    rows: list[tuple[bytes, ...]]

    @classmethod
    def of(cls, size: int) -> _Stored:
        frontier = Frontier()
        return cls([frontier.append(leaf_hash(entry(number))) for number in range(size)])

    def read(self, nodes: Sequence[Node]) -> list[bytes]:
        return [self.rows[row][place] for row, place in map(stored_at, nodes)]

    def root(self, size: int) -> bytes:
        return Frontier(size, self.read(frontier_nodes(size))).root()


def _pymerkle(sizes: list[tuple[int, int]]) -> dict[str, Any]:
    """Run ``_tlog_peer.py`` in its environment, which is made where it is missing."""
    interpreter, ready = HOME / "bin" / "python", HOME / "ready"
    if not ready.exists():
        print(f"making {HOME} (once)", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
        subprocess.run([interpreter, "-m", "pip", "install", "-q", *REQUIREMENTS], check=True)
        ready.write_text("\n".join(REQUIREMENTS) + "\n")
    asked = {"sizes": sizes, "entry_bytes": ENTRY_BYTES, "more": MORE, "proofs": PROOFS}
    done = subprocess.run(
        [interpreter, Path(__file__).with_name("_tlog_peer.py")],
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _seconds(act: Callable[[], object], repeats: int) -> float:
    """The median of one act's time, after one that is not counted."""
    act()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _row(what: str, ours: float, peer: float, unit: str, note: str) -> Row:
    """A row of times, or of counts a second: there more is better."""
    ratio = ours / peer if unit == "1/s" else peer / ours
    return {
        "name": what,
        "ours": float(f"{ours:.4g}"),
        "peer": float(f"{peer:.4g}"),
        "unit": unit,
        "ratio": round(ratio, 3),
        "note": note,
    }


def _root(size: int, repeats: int, peer: dict[str, Any], name: str) -> Row:
    entries = [entry(number) for number in range(size)]

    def root() -> bytes:
        return root_of(map(leaf_hash, entries))

    if root().hex() != peer["root"]:
        raise RuntimeError(f"two roots of {size} entries")
    way = "append_entry" if peer["way"] == "one_by_one" else "append_entries"
    note = f"peer: {name}, {way}, its better way; entries of {ENTRY_BYTES} bytes; equal roots"
    what = f"Merkle root of {size:,} entries"
    return _row(what, _seconds(root, repeats), peer["seconds"], "s", note)


def _consistency(stored: _Stored, size: int, peer_s: float, name: str) -> Row:
    old, new = stored.root(size), stored.root(size + MORE)

    def check() -> None:
        proof = consistency_proof(size, size + MORE, stored.read)
        verify_consistency(old=size, new=size + MORE, proof=proof, old_root=old, new_root=new)

    note = f"peer: {name}; proof made and verified, hashes of subtrees stored; {PROOFS} times"
    what = f"consistency of +{MORE} entries on {size:,}"
    return _row(what, _seconds(check, PROOFS) * 1e3, peer_s * 1e3, "ms", note)


def _inclusion(stored: _Stored, size: int, peer_s: float, name: str) -> Row:
    root = stored.root(size)
    numbers = [number * 997 % size for number in range(PROOFS)]
    proofs = [inclusion_proof(number, size, stored.read) for number in numbers]
    leaves = [stored.rows[number][0] for number in numbers]

    def check() -> None:
        for number, proof, leaf in zip(numbers, proofs, leaves, strict=True):
            verify_inclusion(index=number, size=size, leaf=leaf, proof=proof, root=root)

    note = f"peer: {name}; the proof alone, no signature; {PROOFS} entries of {size:,}"
    rate = PROOFS / _seconds(check, 9)
    return _row("inclusion proofs verified", rate, 1 / peer_s, "1/s", note)


def _signed(stored: _Stored, size: int) -> list[Row]:
    """Rows beside the signatures alone: what the formats cost on top of them."""
    floor = f"peer: cryptography {version('cryptography')} alone, the same signatures; a floor"
    bare = Ed25519PrivateKey.generate()
    key = SigningKey("party.example/consent", ED25519, bare)
    text = entry(0) + b"\n"
    data = bytes(Note(text, (key.sign(text),)))
    signature, public = bare.sign(text), bare.public_key()

    def signed() -> bytes:
        return bytes(Note(text, (key.sign(text),)))

    def verified() -> None:
        verified_by(read_note(data), (key.verifier,))

    log = SigningKey.generate("log.example/1", ED25519)
    parties = [SigningKey.generate(f"{one}.example", COSIGNATURE) for one in ("a", "b")]
    body = Checkpoint(log.name, size, stored.root(size)).body
    note = Note(body, (log.sign(body), *(one.sign(body, time=1_700_000_000) for one in parties)))
    proof = tuple(inclusion_proof(size // 3, size, stored.read))
    receipt = bytes(Receipt(size // 3, proof, note))
    cosign_keys = [one.verifier for one in parties]

    def checked() -> None:
        verify(
            read_receipt(receipt),
            entry=entry(size // 3),
            origin=log.name,
            log_key=log.verifier,
            cosign_keys=cosign_keys,
        )

    def three() -> None:
        for _ in range(3):
            public.verify(signature, text)

    pairs: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        ("notes signed and written", signed, lambda: bare.sign(text)),
        ("notes read and verified", verified, lambda: public.verify(signature, text)),
        ("receipts read and verified", checked, three),
    ]
    rows = []
    for what, ours, peer in pairs:
        # By turns, so that both sides meet the same load of the machine.
        turns = [(_seconds(ours, 50), _seconds(peer, 50)) for _ in range(SIGNATURES // 50)]
        ours_s, peer_s = (statistics.median(one) for one in zip(*turns, strict=True))
        rows.append(_row(what, 1 / ours_s, 1 / peer_s, "1/s", floor))
    return rows


if __name__ == "__main__":
    from benchmarks.__main__ import table

    print(table(run()))
