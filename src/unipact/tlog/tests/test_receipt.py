from base64 import b64encode
from contextlib import suppress
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unipact.tlog.checkpoint import Checkpoint
from unipact.tlog.errors import Unproven
from unipact.tlog.keys import COSIGNATURE, ED25519, SigningKey
from unipact.tlog.merkle import inclusion_proof
from unipact.tlog.note import Note
from unipact.tlog.receipt import Receipt, read_receipt, verify
from unipact.tlog.tests.trees import ROOTS, STORED

ORIGIN = "log.example/a"
LOG = SigningKey.from_seed(ORIGIN, ED25519, bytes(32))
PARTIES = [
    SigningKey.from_seed(name, COSIGNATURE, bytes([number]) * 32)
    for number, name in enumerate(("a.example", "b.example"), start=1)
]
COSIGN_KEYS = [key.verifier for key in PARTIES]


def receipt(index=9, size=70, extra=b"", origin=ORIGIN, log=LOG, parties=PARTIES):
    text = Checkpoint(origin, size, ROOTS[size]).body
    cosignatures = (key.sign(text, time=1_700_000_000) for key in parties)
    note = Note(text, (log.sign(text), *cosignatures))
    return Receipt(index, tuple(inclusion_proof(index, size, STORED.read)), note, extra)


def verified(given_receipt, entry=b"entry 9", **changed):
    known = {"origin": ORIGIN, "log_key": LOG.verifier, "cosign_keys": COSIGN_KEYS}
    return verify(given_receipt, entry=entry, **{**known, **changed})


def test_a_receipt_is_written_as_specified():
    note = receipt().note
    h1, h2 = (sha256(text).digest() for text in (b"hash1", b"hash2"))
    b1, b2 = (b64encode(one) for one in (h1, h2))

    assert bytes(Receipt(5, (h1, h2), note)) == (
        b"c2sp.org/tlog-proof@v1\nindex 5\n%b\n%b\n\n%b" % (b1, b2, note.data)
    )
    assert bytes(Receipt(10, (h1,), note, b"extra information")) == (
        b"c2sp.org/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n%b\n\n%b"
        % (b1, note.data)
    )
    assert bytes(Receipt(0, (), note)) == b"c2sp.org/tlog-proof@v1\nindex 0\n\n%b" % note.data


@pytest.mark.parametrize("size", [1, 2, 7, 64, 70])
def test_a_receipt_is_read_back_and_verifies_for_every_entry(size):
    for index in range(size):
        given_receipt = read_receipt(bytes(receipt(index, size)))

        assert given_receipt == receipt(index, size)
        assert verified(given_receipt, b"entry %d" % index).size == size


def test_extra_data_is_kept_and_proves_nothing():
    given_receipt = read_receipt(bytes(receipt(extra=b"\x00anything\n\n")))

    assert given_receipt.extra == b"\x00anything\n\n"
    assert verified(given_receipt).root == ROOTS[70]


def test_another_entry_is_not_proven():
    with pytest.raises(Unproven, match="leaf 9"):
        verified(receipt(), b"entry 8")


def test_another_log_is_not_the_one_that_is_meant():
    with pytest.raises(Unproven, match=r"not of log\.example/b"):
        verified(receipt(), origin="log.example/b")


def test_the_checkpoint_of_another_log_that_the_same_key_signed_is_refused():
    with pytest.raises(Unproven, match=r"one of the log other\.example"):
        verified(receipt(origin="other.example"))


def test_every_key_that_is_asked_for_must_have_signed():
    other = SigningKey.from_seed("c.example", COSIGNATURE, bytes([9]) * 32).verifier
    for changed in (
        {"log_key": SigningKey.from_seed(ORIGIN, ED25519, b"x" * 32).verifier},
        {"cosign_keys": [*COSIGN_KEYS, other]},
    ):
        with pytest.raises(Unproven, match="is missing"):
            verified(receipt(), **changed)
    with pytest.raises(Unproven, match=r"b\.example is missing"):
        verified(receipt(parties=PARTIES[:1]))


def test_every_flipped_bit_refuses_the_receipt():
    data = bytes(receipt())
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            with pytest.raises(Unproven):
                verified(read_receipt(bytes(changed)))


NOTE = receipt().note.data
HASH = b64encode(bytes(32))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"wrong-header\nindex 0\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v2\nindex 0\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\n\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nextra YQ==\nextra YQ==\nindex 0\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\nextra YQ==\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex notanumber\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex -5\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 05\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0 \n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b64encode(bytes(64)) + b"\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b64encode(bytes(31)) + b"\n\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + b"a" * 65 * 1024 + b"\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + (HASH + b"\n") * 64 + b"\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\n" + NOTE,
        b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + NOTE + b"\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n",
    ],
)
def test_bytes_of_another_form_are_refused(data):
    with pytest.raises(Unproven):
        read_receipt(data)


def test_a_proof_of_63_hashes_is_read_and_no_longer_one():
    head = b"c2sp.org/tlog-proof@v1\nextra YQ==\nindex 0\n"
    assert len(read_receipt(head + (HASH + b"\n") * 63 + b"\n" + NOTE).proof) == 63
    with pytest.raises(Unproven, match="more than 63"):
        read_receipt(head + (HASH + b"\n") * 64 + b"\n" + NOTE)


@given(
    st.binary()
    | st.lists(
        st.sampled_from([b"c2sp.org/tlog-proof@v1\n", b"index 0\n", b"extra YQ==\n", b"\n", NOTE])
    ).map(b"".join)
)
def test_any_bytes_are_a_receipt_or_unproven(data):
    with suppress(Unproven):
        assert bytes(read_receipt(data)) == data


@pytest.mark.parametrize(
    ("index", "proof"), [(-1, ()), (2**63, ()), (0, (b"short",)), (0, (bytes(32),) * 64)]
)
def test_a_receipt_that_could_not_be_read_cannot_be_made(index, proof):
    with pytest.raises(Unproven):
        Receipt(index, proof, receipt().note)
