"""What the browser's verifier is built of agrees with implementations of others."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import subprocess
import sys
import tomllib
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from playwright.sync_api import Page

from tests.browser.log.builder import Key, canonical, founded, leaf, root, sha256
from tests.browser.log.window import ask, verify
from unipact.agreement.formats.unicode_14 import assigned_ranges, first_unassigned

EXAMPLE = Path(__file__).parents[3] / "examples/usst-huawei-2019/agreement.toml"
#: The order of the group that Ed25519 works in, and the first bytes of a point that is no proof.
ORDER = 2**252 + 27742317777372353535851937790883648493
IDENTITY = bytes([1]) + bytes(31)


def test_the_hash_is_that_of_webcrypto_however_the_bytes_come(page: Page) -> None:
    differences = ask(
        page,
        "sha256.js",
        """const wrong = [];
        for (let length = 0; length < 300; length += 1) {
          const bytes = crypto.getRandomValues(new Uint8Array(length));
          const wanted = m.hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
          const pieces = new m.Sha256();
          for (let at = 0; at < length; at += 1 + (at % 70)) {
            pieces.update(bytes.subarray(at, at + 1 + (at % 70)));
          }
          const found = [m.hex(m.sha256(bytes)), m.hex(pieces.digest())];
          if (found.some((each) => each !== wanted)) wrong.push(length);
        }
        return wrong;""",
    )
    assert differences == []


def test_the_hash_of_more_than_half_a_gigabyte_counts_every_bit(page: Page) -> None:
    # 2^29 bytes are 2^32 bits: the length no longer fits one word.
    block = bytes(1 << 20)
    wanted = hashlib.sha256()
    for _ in range((1 << 9) + 1):
        wanted.update(block)
    found = ask(
        page,
        "sha256.js",
        """const hash = new m.Sha256();
        const block = new Uint8Array(1 << 20);
        for (let count = 0; count <= 1 << 9; count += 1) hash.update(block);
        return m.hex(hash.digest());""",
    )
    assert found == wanted.hexdigest()


def test_the_merkle_root_is_that_of_rfc_6962_at_every_size(page: Page) -> None:
    leaves = [leaf(bytes([number])) for number in range(70)]
    roots = ask(
        page,
        "merkle.js",
        """const tree = new m.Tree();
        const roots = [Array.from(tree.root())];
        for (let number = 0; number < 70; number += 1) {
          tree.add(m.leafHash(Uint8Array.of(number)));
          roots.push(Array.from(tree.root()));
        }
        return roots;""",
    )
    assert [bytes(each) for each in roots] == [root(leaves[:size]) for size in range(71)]


# --- Ed25519 at its edges ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "point",
    [
        bytes(32),
        IDENTITY,
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
        (2**255 - 20).to_bytes(32, "little"),
        (2**255 - 19).to_bytes(32, "little"),
        (2**255 - 16).to_bytes(32, "little"),
    ],
)
def test_a_public_key_of_small_order_or_in_another_encoding_is_refused(
    page: Page, point: bytes
) -> None:
    public = b"\x01" + point
    key_id = hashlib.sha256(b"x\n" + public).hexdigest()[:8]
    vkey = f"x+{key_id}+{base64.b64encode(public).decode()}"
    verdict = verify(page, founded().bundle(), [vkey, Key("y", 0x04).vkey])
    assert (verdict["where"], verdict["code"]) == ("keys", "vkey-weak")


def _is_signed(page: Page, key: Key, signature: bytes, message: bytes) -> bool:
    given = {"key": key.vkey, "bytes": [list(signature), list(message)]}
    answer: bool = ask(
        page,
        "note.js",
        "const [signature, message] = given.bytes.map((each) => Uint8Array.from(each));"
        "return await m.isSigned(m.readVkey(given.key), signature, message);",
        given,
    )
    return answer


def test_a_signature_has_one_encoding(page: Page) -> None:
    key = Key("a")
    good = key.private.sign(b"text")
    longer = int.from_bytes(good[32:], "little") + ORDER
    assert _is_signed(page, key, good, b"text")
    assert not _is_signed(page, key, good, b"next")
    assert not _is_signed(page, key, good[:32] + longer.to_bytes(32, "little"), b"text")


def test_a_signature_with_a_point_of_small_order_is_refused(page: Page) -> None:
    # OpenSSL takes it and other browsers need not: nothing may hang on that.
    key = Key("a")
    seed = hashlib.sha512(key.private.private_bytes_raw()).digest()[:32]
    secret = int.from_bytes(seed, "little") & ((1 << 254) - 8) | 1 << 254
    public = key.private.public_key().public_bytes_raw()
    challenge = int.from_bytes(hashlib.sha512(IDENTITY + public + b"text").digest(), "little")
    signature = IDENTITY + (challenge * secret % ORDER).to_bytes(32, "little")
    Ed25519PublicKey.from_public_bytes(public).verify(signature, b"text")
    assert not _is_signed(page, key, signature, b"text")


# --- canonical JSON of TOML ----------------------------------------------------------------------


def _hashes(page: Page, files: list[bytes]) -> list[str]:
    """Return the hash of each file's canonical JSON in the browser, or the code of its refusal."""
    found: list[str] = ask(
        page,
        "terms.js",
        """return given.map((file) => {
          try {
            const bytes = Uint8Array.from(atob(file), (each) => each.charCodeAt(0));
            return m.canonicalToml(bytes).sha256;
          } catch (error) {
            return error.code ?? String(error);
          }
        });""",
        [base64.b64encode(each).decode() for each in files],
    )
    return found


def _plain(value: Any) -> Any:
    """Return a TOML value as the log's canonical JSON has it."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        if any(unicodedata.category(each) == "Cc" and each not in "\n\t" for each in value):
            raise ValueError("a control character")
        if first_unassigned(value):
            raise ValueError("a character that Unicode 14.0 lacks")
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float | datetime) or (isinstance(value, int) and abs(value) >= 2**53):
        raise ValueError("no such value")
    return value.isoformat() if isinstance(value, date) else value


def _reference(file: bytes) -> str | None:
    try:
        return sha256(canonical(_plain(tomllib.loads(file.decode()))))
    except (ValueError, AttributeError, TypeError):
        return None


def test_the_hash_of_the_example_is_that_of_unipact_check(page: Page) -> None:
    unipact = Path(sys.executable).with_name("unipact")
    answer = subprocess.run(
        [str(unipact), "check", str(EXAMPLE), "--json"], check=True, capture_output=True, text=True
    )
    known = json.loads(answer.stdout)["sha256"]
    assert _hashes(page, [EXAMPLE.read_bytes()]) == [known.removeprefix("sha256:")]


RIGHT = [
    "a = 9007199254740991\nb = -9007199254740991\nc = 0x1F_FF\nd = -0\ne = 0b11\nf = 0o17",
    'a = "e\u0301"\nb = "\u212b"\n"c\u0327" = "\U0001f600\U0002f800"',
    'a = "\U0001fae0\ue000\U0010fffd"\n"\uffff" = 1',
    'a.b.c = 1\na.b."d e" = 2\n[f]\ng.h = true\n[f.i]\nj = false',
    "[[a]]\nb = 1\n[[a.c]]\nd = 2\n[[a.c]]\n[[a]]\nb = 3",
    "a = \"\"\"\none\r\n\\\n   two\t\"quoted\"\\u00e9\"\"\"\nb = '''\n\\n'''''",
    "a = 2019-02-28\nb = [2020-02-29, 0001-01-01]\nc = { d = 9999-12-31 }\n2019-02-30 = 1",
    "a = [\n  1, # one\n  [2, 3],\n]\nb = { c = [\n1\n], d = {} }\r\n",
    "__proto__ = 1\nconstructor.toString = 2\n10 = 1\n9 = 2",
    '# \u6ce8\u91ca\na = "\u4e0a\u6d77"',
    ".".join("a" * 16) + " = 1",
    "a = " + "[" * 32 + "]" * 32,
]
WRONG = [
    *("a = 9007199254740992", "a = 1.0", "a = 1e3", "a = inf", "a = nan", "a = 01", "a = 0X1"),
    *("a = 2019-02-29", "a = [2019-02-28, 2019-04-31]", "a = { b = 2019-02-30 }", "a = 0000-01-01"),
    *("a = 10:00:00", "a = 2019-02-28T10:00:00", "a = 2019-02-28 10:00:00Z"),
    # What only TOML 1.1 knows.
    *('a = "\\x41"', 'a = "\\e"', "a = { b = 1, }", "a = {\nb = 1\n}", "a = { b = 1 # c\n}"),
    *(
        'a = "\\u0007"',
        'a = "\\u007f"',
        'a = "\\u0085"',
        'a = "\\ud800"',
        "a = 1\rb = 2",
        "\ufeffa = 1",
    ),
    *("a = 1\na = 2", "a = {}\n[a.b]", "[a]\n[a]", "[[a]]\n[a]", "a = []\n[[a]]", "a"),
]


def test_the_canonical_form_of_toml_is_that_of_the_standard_library(page: Page) -> None:
    files = [each.encode() for each in RIGHT]
    known = [_reference(each) for each in files]
    assert None not in known
    assert _hashes(page, files) == known


def test_what_is_no_toml_1_0_or_has_no_canonical_form_is_refused(page: Page) -> None:
    files = [each.encode() for each in WRONG]
    assert [each for each in files if _reference(each)] == []
    codes = _hashes(page, files)
    assert [each for each in codes if not each.startswith(("terms-", "toml-"))] == []


def test_a_text_that_unicode_14_lacks_is_refused_whatever_this_browser_knows(page: Page) -> None:
    # The first two compose to U+105C9 from Unicode 16 on.
    texts = ["\U000105d2\u0307", "\\U000105d2\\u0307", "\u0378", "\ufdd0", "\uffff", "\U0010ffff"]
    files = [f'a = ["b", {{ c = "{each}" }}]'.encode() for each in texts]
    assert [each for each in files if _reference(each)] == []
    assert _hashes(page, files) == ["terms-newer"] * len(texts)


def test_the_browser_knows_the_characters_that_the_reader_in_python_knows(page: Page) -> None:
    ranges = ask(
        page,
        "unicode_14.js",
        """const ranges = [];
        for (let point = 0, inside = false; point < 0x110000; point += 1) {
          const assigned = m.firstUnassigned(String.fromCodePoint(point)) === undefined;
          if (assigned && !inside) ranges.push([point, point]);
          if (assigned) ranges.at(-1)[1] = point;
          inside = assigned;
        }
        return ranges;""",
    )
    assert [tuple(each) for each in ranges] == list(assigned_ranges())


def test_nesting_and_keys_have_the_limits_of_agreement_files(page: Page) -> None:
    deep = ["a = " + "[" * 33 + "]" * 33, "a = " + "{a=" * 33 + "1" + "}" * 33]
    long = [".".join("a" * 17) + " = 1", "[" + ".".join("a" * 17) + "]"]
    assert _hashes(page, [each.encode() for each in deep + long]) == ["toml-limits"] * 4
    most = b'a = "' + b"x" * ((1 << 20) - 6) + b'"'
    assert _hashes(page, [most + b" "]) == ["terms-long"]
    assert _hashes(page, [most]) == [_reference(most)]


def test_mutated_files_are_read_alike(page: Page) -> None:
    drawn = random.Random(3)
    pieces = [
        b'"',
        b"'",
        b"\n",
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b"=",
        b".",
        b"a",
        b"1",
        b"-",
        b"#",
        b"\\",
    ]
    files = []
    for _ in range(4000):
        file = bytearray(drawn.choice(RIGHT[:-2]).encode())
        for _ in range(drawn.randint(1, 2)):
            at = drawn.randint(0, len(file))
            if drawn.random() < 0.6:
                file[at:at] = drawn.choice(pieces)
            else:
                del file[at : at + drawn.randint(1, 3)]
        files.append(bytes(file))
    known = [_reference(each) for each in files]
    found = [each if len(each) == 64 else None for each in _hashes(page, files)]
    assert [file for file, a, b in zip(files, known, found, strict=True) if a != b] == []
    assert sum(each is not None for each in known) > 400
