"""Roots and proofs with pymerkle, in its own environment: run by ``benchmarks/tlog.py``.

``python _tlog_peer.py`` reads one JSON object from stdin (``sizes`` with their ``repeats``,
``entry_bytes``, ``more``, ``proofs``) and writes one to stdout. pymerkle is GPL: nothing of unipact
is imported here, and unipact does not import this file.
"""

# What it imports lives in an environment of its own, where no type checker looks.
# mypy: ignore-errors
from __future__ import annotations

import json
import statistics
import sys
import time
from importlib.metadata import version

from pymerkle import InmemoryTree, verify_consistency, verify_inclusion


def entry(number: int, length: int) -> bytes:
    """The same bytes as those of ``benchmarks/tlog.py``."""
    return (b"%d " % number).ljust(length, b"x")


def rooted(size: int, length: int, repeats: int) -> tuple[dict, InmemoryTree]:
    """Seconds and root of each way that pymerkle has, the better one first; and the last tree."""
    entries = [entry(number, length) for number in range(size)]

    def one_by_one() -> InmemoryTree:
        tree = InmemoryTree(algorithm="sha256")
        for one in entries:
            tree.append_entry(one)
        return tree

    def at_once() -> InmemoryTree:
        tree = InmemoryTree(algorithm="sha256")
        tree.append_entries(entries)
        return tree

    found = {}
    for way in (one_by_one, at_once):
        seconds = []
        for _ in range(repeats):
            tree = None
            start = time.perf_counter()
            tree = way()
            root = tree.get_root()
            seconds.append(time.perf_counter() - start)
        found[way.__name__] = statistics.median(seconds)
    best = min(found, key=found.get)
    return {"seconds": found[best], "way": best, "root": root.hex()}, tree


def main() -> None:
    """Measure what was asked for."""
    asked = json.load(sys.stdin)
    length, more = asked["entry_bytes"], asked["more"]
    roots = {}
    for size, repeats in asked["sizes"]:
        roots[size], tree = rooted(size, length, repeats)
    tree.append_entries([entry(number, length) for number in range(size, size + more)])
    old, new = tree.get_root(size), tree.get_root(size + more)
    checks, verified = [], []
    for number in range(asked["proofs"]):
        start = time.perf_counter()
        proof = tree.prove_consistency(size, size + more)
        verify_consistency(old, new, proof)
        checks.append(time.perf_counter() - start)
        proof = tree.prove_inclusion(1 + number * 997 % size, size)
        leaf = tree.get_leaf(1 + number * 997 % size)
        start = time.perf_counter()
        verify_inclusion(leaf, old, proof)
        verified.append(time.perf_counter() - start)
    said = {
        "version": version("pymerkle"),
        "roots": roots,
        "consistency_s": statistics.median(checks),
        "inclusion_s": statistics.median(verified),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
