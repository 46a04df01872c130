"""Reading is total: every byte string gives an agreement or findings, never another error."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unipact.agreement.formats.agreement_toml import (
    AgreementFile,
    read_agreement,
    read_agreement_json,
)
from unipact.agreement.formats.positions import layout_of
from unipact.agreement.formats.toml_file import read_toml_file
from unipact.agreement.formats.toml_layout import formatted
from unipact.agreement.tests.specimen import FULL
from unipact.errors import Invalid

DOCUMENT: dict[str, Any] = dict(read_agreement(FULL.encode()).document)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["1e3", "-0", "00.1", "2019-13-01", "ａ", "\x00", "energy", "uni", "share"]),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


Reader = Callable[[bytes], AgreementFile]


def outcome(data: bytes, reader: Reader = read_agreement) -> AgreementFile | Invalid:
    try:
        return reader(data)
    except Invalid as error:
        return error


def refused(data: bytes, reader: Reader = read_agreement) -> str:
    found = outcome(data, reader)
    assert isinstance(found, Invalid)
    return " ".join(str(finding) for finding in found.findings)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert refused(data)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_the_specimen_with_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    original = FULL.encode()
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 40)))
    put = data.draw(
        st.binary(max_size=12)
        | st.sampled_from(
            [b'"', b"'''", b"\n[[", b"]]", b"=", b"\r\n", b"\xff", b"{", b"#", b'"""', b"\\u00e9"]
        )
    )
    found = outcome(original[:start] + put + original[end:])
    if isinstance(found, AgreementFile):
        assert read_agreement(formatted(found)).sha256 == found.sha256


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in inside:
        found.append((*path, key))
        if isinstance(item, dict | list):
            found += places(item, (*path, key))
    return found


PLACES = places(DOCUMENT)


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(PLACES), value=values)
def test_any_value_at_any_place_of_the_json_form_is_read_or_refused(
    place: tuple[Any, ...], value: Any
) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    here = document
    for key in place[:-1]:
        here = here[key]
    here[place[-1]] = value
    data = json.dumps(document).encode()
    read = outcome(data, read_agreement_json)
    if isinstance(read, Invalid):
        assert read.findings
        return
    again = read_agreement(formatted(read))
    assert (again.sha256, again.agreement) == (read.sha256, read.agreement)


@settings(max_examples=100, deadline=None)
@given(place=st.sampled_from(PLACES))
def test_any_place_left_out_of_the_json_form_is_read_or_refused(place: tuple[Any, ...]) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    here = document
    for key in place[:-1]:
        here = here[key]
    del here[place[-1]]
    found = outcome(json.dumps(document).encode(), read_agreement_json)
    assert isinstance(found, AgreementFile) or found.findings


@given(st.binary(max_size=200))
def test_any_sources_file_is_read_or_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read_toml_file(data, name="sources.toml", schema="sources")
    assert caught.value.findings


def test_json_with_half_a_surrogate_pair_is_refused() -> None:
    text = json.dumps(DOCUMENT).replace('"Pact"', '"\\ud800"')
    assert "surrogate" in refused(text.encode(), read_agreement_json)


def test_json_with_a_key_twice_is_refused() -> None:
    text = json.dumps(DOCUMENT).replace('{"format"', '{"id": "x", "format"')
    assert "stands twice" in refused(text.encode(), read_agreement_json)


def test_json_numbers_beside_the_whole_are_refused() -> None:
    text = json.dumps(DOCUMENT).replace('"silence_days": 60', '"silence_days": NaN')
    assert "NaN is no number" in refused(text.encode(), read_agreement_json)


keys = st.sampled_from(["a", "b", "c-d", '"e f"', '"g.h"', "'i'"])
leaves = st.sampled_from(
    [
        '"x"',
        "1",
        "true",
        "2019-07-01",
        "[1, 2]",
        "{ z = 1, y.x = 2 }",
        '"""\nmany\nlines"""',
        "[ # c\n 1, # d\n { q = 1 },\n]",
        "'#'",
    ]
)
lines = st.one_of(
    st.builds(lambda k, v: f"{k} = {v}", keys, leaves),
    st.builds(lambda k, m, v: f"{k}.{m} = {v} # trailing", keys, keys, leaves),
    st.builds(lambda k: f"[{k}]", keys),
    st.builds(lambda k, m: f"[{k}.{m}]", keys, keys),
    st.builds(lambda k: f"[[{k}]]", keys),
    st.builds(lambda k, m: f"[[{k}.{m}]]", keys, keys),
    st.just("# a comment"),
    st.just(""),
)


@settings(max_examples=300)
@given(st.lists(lines, max_size=10))
def test_the_positions_know_every_key_path_that_tomllib_reads(text: list[str]) -> None:
    """Two parsers that were written apart agree on what there is."""
    source = "\n".join(text)
    try:
        document = tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return
    layout = layout_of(source.encode())
    total = source.count("\n") + 1
    for place in places(document):
        assert 1 <= layout.lines.get(place, 0) <= total, (source, place, layout.lines)
    assert set(layout.lines) == set(places(document))
