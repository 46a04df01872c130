from base64 import b64encode
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unipact.tlog.checkpoint import Checkpoint, read_checkpoint
from unipact.tlog.errors import Unproven
from unipact.tlog.keys import COSIGNATURE, ED25519, SigningKey
from unipact.tlog.merkle import EMPTY_ROOT, Frontier, consistency_proof, leaf_hash
from unipact.tlog.note import Note, cosigned_at, verified_by
from unipact.tlog.tests.published import published
from unipact.tlog.tests.trees import MOST, ROOTS, STORED
from unipact.tlog.witness import Request, Seen, cosign, read_request

ORIGIN = "log.example/a"
LOG = SigningKey.from_seed(ORIGIN, ED25519, bytes(32))
PARTY = SigningKey.from_seed("a.example", COSIGNATURE, bytes([1]) * 32)
NOW = 1_700_000_000
PUBLISHED = published("notes")["specification"]["add_checkpoint"].encode()


def request(old, new, *, root=None, origin=ORIGIN, log=LOG, proof=None):
    text = Checkpoint(origin, new, root or ROOTS[new]).body
    if proof is None:
        proof = consistency_proof(old, new, STORED.read) if old <= new else ()
    return bytes(Request(old, tuple(proof), Note(text, (log.sign(text),))))


def cosigned(data, size=0, root=None, **changed):
    known = {"log_key": LOG.verifier, "key": PARTY, "origin": ORIGIN, "now": NOW}
    return cosign(data, seen=Seen(size, root or ROOTS[size]), **{**known, **changed})


def forked(size, at):
    """The root of a log that has another entry at index `at`."""
    frontier = Frontier()
    for index, leaf in enumerate(STORED.leaves[:size]):
        frontier.append(leaf_hash(b"another") if index == at else leaf)
    return frontier.root()


# --- the request --------------------------------------------------------------------------------


def test_the_published_request_is_read_and_written_as_it_was():
    asked = read_request(PUBLISHED)

    assert asked.old == 20852014
    assert len(asked.proof) == 4
    assert read_checkpoint(asked.note.text).size == 20852163
    assert bytes(asked) == PUBLISHED


HASH = b64encode(bytes(32)) + b"\n"
NOTE = PUBLISHED.partition(b"\n\n")[2]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"old 0\n",
        b"old 0\n\n",
        b"new 0\n\n" + NOTE,
        b"old\n\n" + NOTE,
        b"old 00\n\n" + NOTE,
        b"old -1\n\n" + NOTE,
        b"old %d\n\n" % 2**63 + NOTE,
        b"old 1\nold 1\n\n" + NOTE,
        b"old 1\n" + HASH * 64 + b"\n" + NOTE,
        b"old 1\n" + HASH.replace(b"A=", b"B=") + b"\n" + NOTE,
        b"old 1\n" + b64encode(bytes(31)) + b"\n\n" + NOTE,
        b"old 0\n\n" + NOTE + b"\n",
    ],
)
def test_bytes_of_another_form_are_refused(data):
    with pytest.raises(Unproven):
        read_request(data)


def test_a_proof_of_63_hashes_is_read_and_no_longer_one():
    assert len(read_request(b"old 1\n" + HASH * 63 + b"\n" + NOTE).proof) == 63
    with pytest.raises(Unproven, match="more than 63"):
        read_request(b"old 1\n" + HASH * 64 + b"\n" + NOTE)


@given(
    st.binary() | st.lists(st.sampled_from([b"old 0\n", b"\n", HASH, NOTE, b"old "])).map(b"".join)
)
def test_any_bytes_are_a_request_or_unproven(data):
    with suppress(Unproven):
        assert bytes(read_request(data)) == data


@pytest.mark.parametrize(
    ("old", "proof"), [(-1, ()), (2**63, ()), (0, (b"short",)), (0, (bytes(32),) * 64)]
)
def test_a_request_that_could_not_be_read_cannot_be_made(old, proof):
    with pytest.raises(Unproven):
        Request(old, proof, read_request(PUBLISHED).note)


# --- cosigning what went on ---------------------------------------------------------------------


@pytest.mark.parametrize("old", range(0, MOST, 7))
def test_a_log_that_went_on_is_cosigned(old):
    for new in range(max(old, 1), MOST + 1):
        data = request(old, new)
        signature, seen = cosigned(data, old)
        text = read_request(data).note.text

        assert seen == Seen(new, ROOTS[new])
        assert cosigned_at(signature) == NOW
        assert verified_by(Note(text, (signature,)), [PARTY.verifier]) == (PARTY.verifier,)


def test_the_first_checkpoint_is_cosigned_without_a_proof():
    assert Seen() == Seen(0, EMPTY_ROOT)
    assert cosigned(request(0, 5))[1] == Seen(5, ROOTS[5])
    assert cosigned(request(0, 0))[1] == Seen()
    with pytest.raises(Unproven, match="is empty"):
        cosigned(request(0, 5, proof=[ROOTS[3]]))


def test_a_checkpoint_that_was_seen_is_cosigned_again_at_its_new_time():
    signature, seen = cosigned(request(5, 5), 5, now=NOW + 60)

    assert seen == Seen(5, ROOTS[5])
    assert cosigned_at(signature) == NOW + 60


def test_one_request_after_the_other_follows_the_log():
    seen = Seen()
    for old, new in pairwise([0, 1, 2, 5, 64, 65, 70]):
        _, seen = cosigned(request(old, new), seen.size, seen.root)
    assert seen == Seen(70, ROOTS[70])


# --- refusing what did not ----------------------------------------------------------------------


@pytest.mark.parametrize(("size", "old", "new"), [(9, 9, 5), (9, 5, 8), (9, 0, 0)])
def test_a_rollback_is_refused(size, old, new):
    with pytest.raises(Unproven, match="rollback: the log had 9 entries") as refused:
        cosigned(request(old, new), size)
    assert refused.value.findings[0].where == "checkpoint"


@pytest.mark.parametrize("old", [0, 5, 8, 10])
def test_a_proof_from_elsewhere_is_a_gap(old):
    with pytest.raises(Unproven, match=f"gap: the proof begins at {old} entries, 9 were"):
        cosigned(request(old, 12), 9)


def test_another_root_at_the_same_size_is_a_fork():
    with pytest.raises(Unproven, match="fork"):
        cosigned(request(9, 9, root=forked(9, 3)), 9)


@given(st.data())
def test_a_fork_is_refused_whatever_entry_was_changed(data):
    new = data.draw(st.integers(2, MOST))
    old = data.draw(st.integers(1, new - 1))
    at = data.draw(st.integers(0, old - 1))
    root = forked(new, at)
    frontier = Frontier()
    rows = [
        frontier.append(leaf_hash(b"another") if index == at else leaf)
        for index, leaf in enumerate(STORED.leaves[:new])
    ]
    own_proof = consistency_proof(
        old, new, lambda nodes: [rows[((i + 1) << level) - 1][level] for level, i in nodes]
    )
    for proof in (own_proof, consistency_proof(old, new, STORED.read), ()):
        with pytest.raises(Unproven, match="fork"):
            cosigned(request(old, new, root=root, proof=proof), old)


def test_another_origin_is_refused_though_the_key_is_right():
    with pytest.raises(Unproven, match=r"one of log\.example/b, not of log\.example/a"):
        cosigned(request(0, 5, origin="log.example/b"))


def test_a_checkpoint_that_the_log_did_not_sign_is_refused():
    other = SigningKey.from_seed(ORIGIN, ED25519, b"x" * 32)
    with pytest.raises(Unproven, match="not signed by"):
        cosigned(request(0, 5, log=other))
    with pytest.raises(Unproven, match="not signed by"):
        cosigned(PUBLISHED, origin="example.com/behind-the-sofa")


def test_every_flipped_bit_of_a_request_is_refused():
    data = request(9, 12)
    cosigned(data, 9)
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            with pytest.raises(Unproven):
                cosigned(bytes(changed), 9)


def test_a_consent_key_does_not_cosign():
    with pytest.raises(ValueError, match="COSIGNATURE"):
        cosigned(request(0, 5), key=LOG)
