from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unipact.tlog.checkpoint import Checkpoint, read_checkpoint
from unipact.tlog.errors import Unproven
from unipact.tlog.merkle import leaf_hash
from unipact.tlog.note import read_note
from unipact.tlog.tests.published import published

VECTORS = published("notes")
TEXT = VECTORS["sumdb_tree"]["text"].encode()
HASH = b"TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0="


def test_the_published_tree_is_read_and_written():
    entry = leaf_hash(VECTORS["sumdb_tree"]["entry"].encode())
    checkpoint = Checkpoint("go.sum database tree", 123456789012, entry)

    assert checkpoint.body == TEXT
    assert read_checkpoint(TEXT) == checkpoint


def test_the_checkpoints_of_the_specification_and_of_a_public_log_are_read():
    for name, place, size in (
        ("specification", "cosigned_checkpoint", 20852163),
        ("public_log", "checkpoint", 1432088532),
    ):
        text = read_note(VECTORS[name][place].encode()).text
        assert read_checkpoint(text).size == size
        assert read_checkpoint(text).body == text


@pytest.mark.parametrize("size", [0, 1, 2**63 - 1])
def test_sizes_to_63_bits_are_read(size):
    assert read_checkpoint(Checkpoint("log", size, bytes(32)).body).size == size


def test_extension_lines_are_refused_by_name():
    for more in (b"6086d1a9\n", b"a\nb\nc\n", b"\n"):
        with pytest.raises(Unproven, match="extension lines"):
            read_checkpoint(TEXT + more)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"log\n9944\n",
        b"\n123\n" + HASH + b"\n",
        b"log\n123\n" + HASH,
        b"log\n123\n" + HASH + b"\nJOE",
        b"log\n\n" + HASH + b"\n",
        b"log\nbananas\n" + HASH + b"\n",
        b"log\n-34\n" + HASH + b"\n",
        b"log\n+34\n" + HASH + b"\n",
        b"log\n034\n" + HASH + b"\n",
        b"log\n00\n" + HASH + b"\n",
        b"log\n0x22\n" + HASH + b"\n",
        b"log\n1_000\n" + HASH + b"\n",
        b"log\n 34\n" + HASH + b"\n",
        b"log\n" + "٣٤".encode() + b"\n" + HASH + b"\n",
        b"log\n%d\n" % 2**63 + HASH + b"\n",
        b"log\n3438945738945739845734895735\n" + HASH + b"\n",
        b"log\n" + b"9" * 5000 + b"\n" + HASH + b"\n",
        b"log\n123\nThisIsn'tBase64\n",
        b"log\n123\nYmFuYW5hcw==\n",
        b"log\n123\n" + HASH.replace(b"b0=", b"b1=") + b"\n",
        b"log\n123\n" + HASH.replace(b"+", b"-") + b"\n",
        b"lo\xffg\n123\n" + HASH + b"\n",
        b"lo\rg\n123\n" + HASH + b"\n",
    ],
)
def test_text_of_another_form_is_refused(text):
    with pytest.raises(Unproven):
        read_checkpoint(text)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 1, bytes(32)), ("a\nb", 1, bytes(32)), ("a", -1, bytes(32)), ("a", 1, bytes(31))],
)
def test_a_checkpoint_that_could_not_be_read_cannot_be_made(origin, size, root):
    with pytest.raises(Unproven):
        Checkpoint(origin, size, root)


@given(st.binary() | st.lists(st.sampled_from([b"\n", b"1", b"0", b"a", HASH])).map(b"".join))
def test_any_text_is_a_checkpoint_or_unproven(text):
    with suppress(Unproven):
        assert read_checkpoint(text).body == text
