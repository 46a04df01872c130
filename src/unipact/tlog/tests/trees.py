"""A tree that keeps what each append returned, and the definition of RFC 6962 in its own words."""

from __future__ import annotations

from unipact.tlog.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash, stored_at

MOST = 70


class Stored:
    """Rows as a store has them: row i holds what the append of leaf i returned."""

    def __init__(self, size):
        self.leaves = [leaf_hash(b"entry %d" % number) for number in range(size)]
        self.questions = []
        frontier = Frontier()
        self.rows = [frontier.append(leaf) for leaf in self.leaves]

    def read(self, nodes):
        self.questions.append(list(nodes))
        return [self.rows[row][place] for row, place in map(stored_at, nodes)]


def defined_root(leaves):
    """MTH of RFC 6962 section 2.1, as it is written there."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(defined_root(leaves[:k]), defined_root(leaves[k:]))


STORED = Stored(MOST)
ROOTS = [defined_root(STORED.leaves[:size]) for size in range(MOST + 1)]
