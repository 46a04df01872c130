from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unipact.tlog.errors import Unproven
from unipact.tlog.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    frontier_nodes,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from unipact.tlog.tests.published import published
from unipact.tlog.tests.trees import MOST, ROOTS, STORED, Stored

VECTORS = published("merkle")
EIGHT = VECTORS["eight_leaves"]
EIGHT_ROOTS = [bytes.fromhex(root) for root in EIGHT["roots"]]
EIGHT_LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in EIGHT["leaves"]]
ELSE = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")


# --- published values ---------------------------------------------------------------------------


def test_leaf_node_and_empty_tree_are_hashed_as_published():
    hashes = VECTORS["hashes"]

    assert hashes["empty_root"] == EMPTY_ROOT.hex()
    for entry, hashed in hashes["leaf"].items():
        assert leaf_hash(entry.encode()).hex() == hashed
    for left, right, hashed in hashes["node"]:
        assert node_hash(left.encode(), right.encode()).hex() == hashed


def test_the_tree_of_eight_leaves_has_the_published_roots():
    assert [root_of(EIGHT_LEAVES[: size + 1]) for size in range(8)] == EIGHT_ROOTS


@pytest.mark.parametrize("given_proof", EIGHT["inclusion"])
def test_published_inclusion_proofs_are_made_and_accepted(given_proof):
    index, size = given_proof["index"], given_proof["size"]
    proof = [bytes.fromhex(one) for one in given_proof["proof"]]
    stored = Stored(0)
    frontier = Frontier()
    stored.rows = [frontier.append(leaf) for leaf in EIGHT_LEAVES]

    assert inclusion_proof(index, size, stored.read) == proof
    verify_inclusion(
        index=index, size=size, leaf=EIGHT_LEAVES[index], proof=proof, root=EIGHT_ROOTS[size - 1]
    )


@pytest.mark.parametrize("given_proof", EIGHT["consistency"])
def test_published_consistency_proofs_are_made_and_accepted(given_proof):
    old, new = given_proof["old"], given_proof["new"]
    proof = [bytes.fromhex(one) for one in given_proof["proof"]]
    stored = Stored(0)
    frontier = Frontier()
    stored.rows = [frontier.append(leaf) for leaf in EIGHT_LEAVES]

    assert consistency_proof(old, new, stored.read) == proof
    verify_consistency(
        old=old, new=new, proof=proof, old_root=EIGHT_ROOTS[old - 1], new_root=EIGHT_ROOTS[new - 1]
    )


def bent(proof, root):
    """Proofs that are wrong in the ways that the published test data lists."""
    yield [*proof, b""]
    yield [*proof, root]
    yield [b"", *proof]
    yield [root, *proof]
    for place in range(len(proof)):
        flipped = bytes([proof[place][0] ^ 8]) + proof[place][1:]
        yield [*proof[:place], flipped, *proof[place + 1 :]]
    if proof:
        yield proof[:-1]
        yield proof[1:]
        yield [proof[0], *proof]
    if len(proof) > 1:
        yield [proof[0], ELSE, *proof[1:]]
        yield proof[::-1]


@pytest.mark.parametrize("given_proof", EIGHT["inclusion"])
def test_published_inclusion_proofs_are_refused_when_anything_is_changed(given_proof):
    index, size = given_proof["index"], given_proof["size"]
    proof = [bytes.fromhex(one) for one in given_proof["proof"]]
    right = {
        "index": index,
        "size": size,
        "leaf": EIGHT_LEAVES[index],
        "proof": proof,
        "root": EIGHT_ROOTS[size - 1],
    }
    wrong = [{"index": index - 1}, {"index": index + 1}, {"index": index ^ 2}]
    wrong += [{"size": size * 2}, {"size": size // 2}, {"leaf": b"WrongLeaf"}, {"leaf": ELSE}]
    wrong += [{"root": EMPTY_ROOT}, {"root": ELSE}, {"root": b""}]
    wrong += [{"proof": one} for one in bent(proof, right["root"])]

    for change in wrong:
        with pytest.raises(Unproven):
            verify_inclusion(**{**right, **change})


@pytest.mark.parametrize("given_proof", [one for one in EIGHT["consistency"] if one["proof"]])
def test_published_consistency_proofs_are_refused_when_anything_is_changed(given_proof):
    old, new = given_proof["old"], given_proof["new"]
    proof = [bytes.fromhex(one) for one in given_proof["proof"]]
    right = {
        "old": old,
        "new": new,
        "proof": proof,
        "old_root": EIGHT_ROOTS[old - 1],
        "new_root": EIGHT_ROOTS[new - 1],
    }
    swapped = {"old_root": right["new_root"], "new_root": right["old_root"]}
    wrong = [{"old": old - 1}, {"old": old + 1}, {"old": old ^ 2}, {"new": new * 2}]
    wrong += [{"new": new // 2}, {"old_root": b"WrongRoot"}, {"new_root": ELSE}, swapped]
    wrong += [{"proof": []}]
    wrong += [{"proof": one} for one in bent(proof, right["old_root"])]
    wrong += [{"proof": one} for one in bent(proof, right["new_root"])]

    for change in wrong:
        with pytest.raises(Unproven):
            verify_consistency(**{**right, **change})


def test_a_proof_of_a_public_log_of_a_milliard_entries_is_accepted():
    given_proof = VECTORS["argon2020"]
    proof = [b64decode(one) for one in given_proof["proof"]]
    roots = {name: b64decode(given_proof[name]) for name in ("old_root", "new_root")}
    sizes = {name: given_proof[name] for name in ("old", "new")}

    verify_consistency(**sizes, **roots, proof=proof)
    with pytest.raises(Unproven):
        verify_consistency(**{**sizes, "old": sizes["old"] + 1}, **roots, proof=proof)


# --- trees without leaves, and equal ones -------------------------------------------------------


def test_nothing_follows_from_a_tree_without_leaves():
    with pytest.raises(Unproven, match="without leaves"):
        verify_consistency(old=0, new=3, proof=[], old_root=EMPTY_ROOT, new_root=ROOTS[3])


def test_equal_sizes_need_equal_roots_and_no_proof():
    verify_consistency(old=3, new=3, proof=[], old_root=ROOTS[3], new_root=ROOTS[3])
    verify_consistency(old=0, new=0, proof=[], old_root=EMPTY_ROOT, new_root=EMPTY_ROOT)

    for change in ({"proof": [ELSE]}, {"new_root": ELSE}, {"old": 0, "new": 0}):
        right = {"old": 3, "new": 3, "proof": [], "old_root": ROOTS[3], "new_root": ROOTS[3]}
        with pytest.raises(Unproven):
            verify_consistency(**{**right, **change})


def test_a_tree_cannot_begin_with_a_longer_one():
    with pytest.raises(Unproven):
        verify_consistency(old=4, new=3, proof=[], old_root=ROOTS[4], new_root=ROOTS[3])
    with pytest.raises(ValueError, match="does not begin"):
        consistency_proof(4, 3, STORED.read)
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_proof(3, 3, STORED.read)


# --- against the definition, for all sizes ------------------------------------------------------


def test_a_frontier_has_the_root_of_the_definition_at_every_size():
    frontier = Frontier()
    assert frontier.root() == ROOTS[0] == EMPTY_ROOT
    for size, leaf in enumerate(STORED.leaves, start=1):
        completed = frontier.append(leaf)

        assert frontier.root() == ROOTS[size]
        assert completed[0] == leaf
        # 2**level divides the size exactly where a subtree of that level is completed.
        assert len(completed) == (size & -size).bit_length()


@pytest.mark.parametrize("size", range(MOST + 1))
def test_a_frontier_can_be_taken_up_and_extended_from_every_size(size):
    for more in range(MOST - size + 1):
        frontier = Frontier(size, STORED.read(frontier_nodes(size)))
        frontier.extend(STORED.leaves[size : size + more])

        assert frontier.size == size + more
        assert frontier.root() == ROOTS[size + more]
        assert list(frontier.hashes) == STORED.read(frontier_nodes(size + more))


def test_extending_hashes_the_same_over_many_thousand_leaves_as_appending():
    leaves = [leaf_hash(b"%d" % number) for number in range(10_000)]
    slow, quick = Frontier(), Frontier()
    for leaf in leaves:
        slow.append(leaf)
    quick.extend(iter(leaves))

    assert quick.hashes == slow.hashes
    assert root_of(leaves) == slow.root()


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_leaf_of_every_size_has_a_proof_that_asks_the_store_once(size):
    for index in range(size):
        STORED.questions.clear()
        proof = inclusion_proof(index, size, STORED.read)

        assert len(STORED.questions) == (1 if size > 1 else 0)
        verify_inclusion(
            index=index, size=size, leaf=STORED.leaves[index], proof=proof, root=ROOTS[size]
        )


@pytest.mark.parametrize("new", range(1, MOST + 1))
def test_every_two_sizes_have_a_proof_that_asks_the_store_once(new):
    for old in range(1, new + 1):
        STORED.questions.clear()
        proof = consistency_proof(old, new, STORED.read)

        assert len(STORED.questions) == (1 if old < new else 0)
        verify_consistency(old=old, new=new, proof=proof, old_root=ROOTS[old], new_root=ROOTS[new])


def test_a_proof_from_no_leaves_is_empty():
    assert consistency_proof(0, 5, STORED.read) == []


# --- limits -------------------------------------------------------------------------------------


def test_hashes_of_another_length_prove_nothing_even_where_they_are_equal():
    with pytest.raises(Unproven, match="32 bytes"):
        verify_inclusion(index=0, size=1, leaf=b"short", proof=[], root=b"short")
    with pytest.raises(Unproven, match="32 bytes"):
        verify_consistency(old=3, new=3, proof=[], old_root=b"short", new_root=b"short")


@pytest.mark.parametrize(("height", "fits"), [(62, True), (63, False)])
def test_a_tree_has_at_most_as_many_leaves_as_63_bits_count(height, fits):
    proof = [ELSE] * height
    root = EMPTY_ROOT
    for sibling in proof:
        root = node_hash(root, sibling)

    def verified():
        verify_inclusion(index=0, size=2**height, leaf=EMPTY_ROOT, proof=proof, root=root)
        verify_consistency(old=1, new=2**height, proof=proof, old_root=EMPTY_ROOT, new_root=root)

    if fits:
        verified()
    else:
        with pytest.raises(Unproven, match="has no leaf"):
            verified()
        with pytest.raises(Unproven, match="does not begin"):
            verify_consistency(
                old=1, new=2**height, proof=proof, old_root=EMPTY_ROOT, new_root=root
            )


# --- properties ---------------------------------------------------------------------------------


@given(st.data())
def test_a_tampered_inclusion_proof_fails(data):
    size = data.draw(st.integers(2, MOST))
    index = data.draw(st.integers(0, size - 1))
    right = {
        "index": index,
        "size": size,
        "leaf": STORED.leaves[index],
        "proof": inclusion_proof(index, size, STORED.read),
        "root": ROOTS[size],
    }
    with pytest.raises(Unproven):
        verify_inclusion(**tampered(right, data))


@given(st.data())
def test_a_tampered_consistency_proof_fails(data):
    new = data.draw(st.integers(2, MOST))
    old = data.draw(st.integers(1, new - 1))
    right = {
        "old": old,
        "new": new,
        "proof": consistency_proof(old, new, STORED.read),
        "old_root": ROOTS[old],
        "new_root": ROOTS[new],
    }
    with pytest.raises(Unproven):
        verify_consistency(**tampered(right, data))


def tampered(right, data):
    """One bit of one hash flipped, or a hash of the proof dropped, doubled or moved."""
    proof = list(right["proof"])
    hashes = [name for name, value in right.items() if isinstance(value, bytes)]
    kind = data.draw(st.sampled_from(["flip", "drop", "double", "swap", *hashes]))
    place = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    if kind in hashes:
        return {**right, kind: flipped(right[kind], bit)}
    if kind == "flip":
        proof[place] = flipped(proof[place], bit)
    elif kind == "drop":
        del proof[place]
    elif kind == "double" or len(proof) < 2:
        proof.insert(place, proof[place])
    else:
        other = (place + 1) % len(proof)
        proof[place], proof[other] = proof[other], proof[place]
    return {**right, "proof": proof}


def flipped(hashed, bit):
    return (int.from_bytes(hashed, "big") ^ 1 << bit).to_bytes(32, "big")


@given(
    st.integers(-1, 2**64), st.integers(-1, 2**64), st.lists(st.binary(min_size=31, max_size=33))
)
def test_any_proof_whatever_is_accepted_or_unproven(first, second, proof):
    with pytest.raises(Unproven):
        verify_inclusion(index=first, size=second, leaf=ELSE, proof=proof, root=EMPTY_ROOT)
    with pytest.raises(Unproven):
        verify_consistency(old=first, new=second, proof=proof, old_root=ELSE, new_root=EMPTY_ROOT)


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "hashes"), [(1, []), (0, [ELSE]), (2, [ELSE, ELSE]), (-1, []), (1, [b"short"])]
)
def test_a_frontier_of_hashes_that_do_not_fit_is_refused(size, hashes):
    with pytest.raises(Unproven):
        Frontier(size, hashes)


def test_a_leaf_hash_has_32_bytes():
    for add in (Frontier().append, lambda leaf: Frontier().extend([ELSE, leaf])):
        with pytest.raises(Unproven, match="32 bytes"):
            add(b"entry")
