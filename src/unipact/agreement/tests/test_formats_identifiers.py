"""Check digits and verifier keys, on public identifiers and on each of their mutations."""

from __future__ import annotations

import pytest

from unipact.agreement.engine.currencies import CURRENCIES
from unipact.agreement.formats.identifiers import legal_id_fault, vkey_fault

GOOD = [
    ("uscc", "914403001922038216"),
    ("uscc", "91350100M000100Y43"),
    ("ror", "013meh722"),
    ("ror", "04cxm4j25"),
    ("ror", "019wvm592"),
    ("lei", "5493001KJTIIGC8Y1R12"),
    ("lei", "549300GFX6WN7JDUSN34"),
]

# The key of the signed-note specification's Go implementation, golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


@pytest.mark.parametrize(("scheme", "value"), GOOD)
def test_public_identifiers_pass(scheme: str, value: str) -> None:
    assert legal_id_fault(scheme, value) is None


@pytest.mark.parametrize(("scheme", "value"), GOOD)
def test_any_single_changed_digit_is_seen(scheme: str, value: str) -> None:
    for place, character in enumerate(value):
        if not character.isdigit() or (scheme == "ror" and place == 0):
            continue
        for digit in "0123456789":
            if digit != character:
                changed = value[:place] + digit + value[place + 1 :]
                assert legal_id_fault(scheme, changed), changed


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("uscc", "91440300192203821"),
        ("uscc", "91440300192203821I"),
        ("ror", "https://ror.org/x"),
        ("ror", "013MEH722"),
        ("lei", "5493001kjtiigc8y1r12"),
        ("lei", ""),
    ],
)
def test_other_shapes_are_refused(scheme: str, value: str) -> None:
    assert legal_id_fault(scheme, value)


def test_a_published_verifier_key_passes() -> None:
    assert vkey_fault(PETER) is None


def test_a_verifier_key_with_any_character_changed_is_refused() -> None:
    for place, character in enumerate(PETER):
        other = "A" if character != "A" else "B"
        assert vkey_fault(PETER[:place] + other + PETER[place + 1 :]), place


@pytest.mark.parametrize(
    "vkey", ["", "a+b", "a+00000000+", "+c74f20a3+AR", "é+c74f20a3+Aé", PETER + "="]
)
def test_other_texts_are_no_verifier_keys(vkey: str) -> None:
    assert vkey_fault(vkey)


def test_currencies_know_their_minor_digits() -> None:
    assert (CURRENCIES["CNY"], CURRENCIES["JPY"], CURRENCIES["KWD"]) == (2, 0, 3)
