from base64 import b64decode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unipact.tlog.errors import Unproven
from unipact.tlog.keys import COSIGNATURE, ED25519, SigningKey, VerifierKey
from unipact.tlog.note import (
    Note,
    Signature,
    cosigned_at,
    read_note,
    read_signature,
    verified_by,
)
from unipact.tlog.tests.published import published

VECTORS = published("notes")
SUMDB = VECTORS["sumdb"]
TEXT, LINE = SUMDB["text"].encode(), SUMDB["line"].encode()
OTHER_LINE = SUMDB["other_line"].encode()
PETER, ENOCH = VerifierKey.parse(SUMDB["vkey"]), VerifierKey.parse(SUMDB["other_vkey"])
PUBLISHED = [
    TEXT + b"\n" + LINE,
    TEXT + b"\n" + LINE + OTHER_LINE,
    *(VECTORS["specification"][name].encode() for name in ("signed_note", "cosigned_checkpoint")),
    VECTORS["public_log"]["checkpoint"].encode(),
]
CLEAN = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32))))
)
NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"], exclude_characters="+"),
    min_size=1,
)


# --- published notes ----------------------------------------------------------------------------


def test_signing_gives_the_published_note_to_the_byte():
    key = SigningKey.parse(SUMDB["skey"])

    assert bytes(Note(TEXT, (key.sign(TEXT),))) == TEXT + b"\n" + LINE


@pytest.mark.parametrize("data", PUBLISHED)
def test_published_notes_are_read_and_written_as_they_were(data):
    note = read_note(data)

    assert bytes(note) == note.data == data


def test_a_checkpoint_of_a_public_log_is_signed_by_it_and_its_witnesses():
    given_note = VECTORS["public_log"]
    keys = [
        VerifierKey.parse(vkey) for vkey in (given_note["log_vkey"], *given_note["witness_vkeys"])
    ]
    note = read_note(given_note["checkpoint"].encode())

    assert verified_by(note, keys) == tuple(keys)
    times = [
        cosigned_at(line) for line in note.signatures if line.key_id in {k.key_id for k in keys[1:]}
    ]
    assert times == [given_note["time"]] * 4


def test_a_changed_checkpoint_of_a_public_log_is_signed_by_none():
    given_note = VECTORS["public_log"]
    changed = given_note["checkpoint"].replace("1432088532", "1432088533").encode()
    for vkey in (given_note["log_vkey"], *given_note["witness_vkeys"]):
        with pytest.raises(Unproven):
            verified_by(read_note(changed), [VerifierKey.parse(vkey)])


def test_the_published_cosignature_has_its_time():
    given_line = VECTORS["cosignature_time"]
    data = b64decode(given_line["base64"])
    another = b64decode(given_line["another_type"])

    assert cosigned_at(Signature("w", data[:4], data[4:])) == given_line["time"]
    with pytest.raises(Unproven, match="no cosignature"):
        cosigned_at(Signature("w", another[:4], another[4:]))
    with pytest.raises(Unproven, match="no cosignature"):
        cosigned_at(Signature("w", data[:4], b"\x80" + data[5:]))


# --- who signed ---------------------------------------------------------------------------------


def test_unknown_keys_are_ignored():
    note = read_note(TEXT + b"\n" + OTHER_LINE + LINE)

    assert verified_by(note, [PETER]) == (PETER,)
    assert verified_by(note, [ENOCH]) == (ENOCH,)
    assert verified_by(note, [PETER, ENOCH]) == (ENOCH, PETER)


def test_a_key_that_signed_twice_counts_once():
    assert verified_by(read_note(TEXT + b"\n" + LINE + LINE), [PETER]) == (PETER,)


def test_a_note_that_no_known_key_signed_is_refused():
    note = read_note(TEXT + b"\n" + LINE)
    for keys in ([], [ENOCH]):
        with pytest.raises(Unproven, match="not signed by"):
            verified_by(note, keys)


def test_a_known_key_that_fails_refuses_the_note_though_another_signed():
    signature = read_signature(OTHER_LINE[:-1])
    wrong = Signature(signature.name, signature.key_id, signature.raw[::-1])
    note = Note(TEXT, (read_signature(LINE[:-1]), wrong))

    assert verified_by(note, [PETER]) == (PETER,)
    with pytest.raises(Unproven, match="EnochRoot"):
        verified_by(note, [PETER, ENOCH])


def test_a_second_line_of_a_key_is_verified_too():
    signature = read_signature(LINE[:-1])
    wrong = Signature(signature.name, signature.key_id, signature.raw[:-1] + b"\x00")
    with pytest.raises(Unproven):
        verified_by(Note(TEXT, (signature, wrong)), [PETER])


def test_name_and_id_together_tell_a_key():
    signature = read_signature(LINE[:-1])
    for other in (
        Signature("CarmenSandiego", signature.key_id, signature.raw),
        Signature(signature.name, b"\xc7\x1d\x20\xa3", signature.raw),
    ):
        with pytest.raises(Unproven, match="not signed by"):
            verified_by(Note(TEXT, (other,)), [PETER])


# --- what is no note ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT,
        TEXT + b"\n",
        TEXT + b"\n" + LINE[:-1],
        TEXT + LINE,
        b"\x01" + TEXT + b"\n" + LINE,
        b"\xff" + TEXT + b"\n" + LINE,
        b"\xed\xa0\x80" + TEXT + b"\n" + LINE,
        TEXT + b"\r\n\n" + LINE,
        TEXT + b"\n" + LINE + b"Unexpected line.\n",
        TEXT + b"\n" + LINE + b"\n",
        TEXT + b"\n" + LINE.replace(b" ", b"  ", 1),
        TEXT + b"\n" + LINE.replace("—".encode(), b"-"),
        TEXT + b"\n" + LINE.replace("—".encode(), "–".encode()),
        TEXT + b"\n" + LINE.replace(b"PeterNeumann", b"Bad Name"),
        TEXT + b"\n" + LINE.replace(b"PeterNeumann", "Bad\u3000Name".encode()),
        TEXT + b"\n" + LINE.replace(b"PeterNeumann", b"Bad+Name"),
        TEXT + b"\n" + LINE.replace(b"PeterNeumann", b"Bad\x00Name"),
        TEXT + b"\n" + LINE.replace(b"PeterNeumann", b"Bad\xffName"),
        TEXT + b"\n" + LINE.replace(b"PeterNeumann ", b" "),
        TEXT + b"\n" + LINE.replace(b"AM=", b"AN="),
        TEXT + b"\n" + LINE.replace(b"AM=", b"AM"),
        TEXT + b"\n" + LINE.replace(b"AM=", b"AM=="),
        TEXT + b"\n" + LINE.replace(b"AM=", b"AM= "),
        TEXT + b"\n" + LINE.replace(b"/", b"_"),
        TEXT + b"\n" + "— PeterNeumann x08gow==\n".encode(),
        TEXT + b"\n" + "— PeterNeumann \n".encode(),
        TEXT + b"\n" + LINE * 17,
        TEXT + b"\n" + LINE * 101,
        b"\n" + LINE,
    ],
)
def test_bytes_of_another_form_are_refused(data):
    with pytest.raises(Unproven):
        read_note(data)


def test_sixteen_signatures_are_accepted_and_no_more():
    assert len(read_note(TEXT + b"\n" + LINE * 16).signatures) == 16
    with pytest.raises(Unproven, match="more than 16"):
        read_note(TEXT + b"\n" + LINE * 17)


def test_the_text_ends_before_the_last_empty_line():
    note = read_note(b"a\n\n" + LINE + b"\n\n" + LINE)

    assert note.text == b"a\n\n" + LINE + b"\n"
    assert len(note.signatures) == 1


@pytest.mark.parametrize("text", [b"", b"no line feed", b"tab\t\n", b"\xff\n"])
def test_a_note_cannot_be_made_of_a_text_that_could_not_be_read(text):
    with pytest.raises(Unproven):
        Note(text, (read_signature(LINE[:-1]),))


@pytest.mark.parametrize("count", [0, 17])
def test_a_note_cannot_be_made_of_too_few_or_too_many_signatures(count):
    with pytest.raises(Unproven):
        Note(TEXT, (read_signature(LINE[:-1]),) * count)


# --- properties ---------------------------------------------------------------------------------


def reads_to_itself(data):
    try:
        note = read_note(data)
    except Unproven:
        return None
    assert bytes(note) == data
    return note


@given(st.binary())
@example("\n\n— a AAAAAAA=\n".encode())
def test_any_bytes_are_a_note_or_unproven(data):
    reads_to_itself(data)


@given(st.lists(st.sampled_from([b"\n", b" ", b"=", "—".encode(), b"a", b"AAAAAAA=", b"\xff"])))
def test_any_bytes_near_a_note_are_one_or_unproven(parts):
    reads_to_itself(b"".join(parts))


@given(
    st.lists(CLEAN),
    st.lists(st.tuples(NAMES, st.binary(min_size=5)), min_size=1, max_size=16),
)
def test_every_note_is_read_back(lines, signatures):
    text = "".join(f"{line}\n" for line in [*lines, "end"]).encode()
    note = Note(text, tuple(Signature(name, raw[:4], raw[4:]) for name, raw in signatures))

    assert read_note(bytes(note)) == note


@pytest.mark.parametrize("data", PUBLISHED)
def test_every_flipped_bit_changes_the_note_or_is_refused(data):
    note = read_note(data)
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            assert reads_to_itself(bytes(changed)) != note


def test_every_flipped_bit_of_a_cosigned_note_takes_a_signature_away():
    signer = SigningKey.from_seed("a.example", ED25519, bytes(32))
    cosigner = SigningKey.from_seed("b.example", COSIGNATURE, bytes(range(32)))
    keys = [signer.verifier, cosigner.verifier]
    text = b"log\n1\n"
    data = bytes(Note(text, (signer.sign(text), cosigner.sign(text, time=7))))
    assert verified_by(read_note(data), keys) == tuple(keys)

    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            try:
                found = verified_by(read_note(bytes(changed)), keys)
            except Unproven:
                continue
            assert len(found) < 2
