"""A file that no agreement needs is refused before a parser spends its time on it."""

from __future__ import annotations

import random
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.canonical import Problem
from unipact.agreement.formats.cursor import Cursor
from unipact.agreement.formats.structure import structure_problems
from unipact.agreement.formats.toml_file import LARGEST_BYTES, placed_findings, read_toml_file
from unipact.agreement.formats.toml_limits import DEEPEST_BRACKETS, MOST_PARTS, first_beyond
from unipact.errors import Finding, Invalid


def findings_of(text: str) -> tuple[Finding, ...]:
    with pytest.raises(Invalid) as caught:
        read_agreement(text.encode())
    return caught.value.findings


def _nested(levels: int, opening: str, closing: str) -> str:
    return "x = " + opening * levels + closing * levels


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a." * 1_500 + "a = 1", "agreement.toml:1", "more than 16 parts"),
        ("a." * 40_000 + "a = 1", "agreement.toml:1", "more than 16 parts"),
        ("\n\n[" + "'a' . " * 16 + "a]", "agreement.toml:3", "more than 16 parts"),
        ("x = [\n{ " + "a." * 16 + "a = 1 }]", "agreement.toml:2", "more than 16 parts"),
        (_nested(33, "[", "]"), "agreement.toml:1", "nested too deeply"),
        (_nested(200_000, "[", "]"), "agreement.toml:1", "nested too deeply"),
        (_nested(1_000, "{a=", "}"), "agreement.toml:1", "nested too deeply"),
        ("#" * (LARGEST_BYTES + 1), "agreement.toml", "1048576 are read at most"),
    ],
)
def test_what_would_stall_a_parser_is_refused_at_its_line(text, where, words) -> None:
    (finding,) = findings_of(text)
    assert finding.where == where
    assert words in finding.what


def test_sources_have_the_same_limits() -> None:
    with pytest.raises(Invalid) as caught:
        read_toml_file(b"a." * 1_500 + b"a = 1", name="sources.toml", schema="sources")
    assert "16 parts" in caught.value.findings[0].what


@pytest.mark.parametrize(("key", "many"), [("k{}", 60_000), ("commitmen{}", 50_000)])
def test_a_hundred_findings_are_told_and_how_many_more_there_are(key: str, many: int) -> None:
    found = findings_of("".join(f"{key.format(n)} = 1\n" for n in range(many)))
    assert len(found) == 101
    # Beside them: each key that is missing, but for one that is thought to be misspelt.
    missing = len(findings_of(f"{key.format(1)} = 1\n")) - 1
    assert found[-1].what == f"and {many + missing - 100} more, at least"
    assert found[0].where == "agreement.toml:1"


def test_the_first_by_line_are_told() -> None:
    toml = "".join(f"k{n} = 1\n" for n in range(300))
    problems = [Problem((f"k{n}",), "wrong") for n in reversed(range(300))]
    found = placed_findings(problems, {}, name="x.toml", toml=toml.encode())
    assert [each.where for each in found[:2]] == ["x.toml:1 k0", "x.toml:2 k1"]
    assert found[-1] == Finding("x.toml", "and 200 more", "Mend those above and try again")


def test_a_deep_file_that_slips_through_is_refused_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another limit than that of the pass before: the parser of places has its own end."""
    monkeypatch.setattr("unipact.agreement.formats.toml_file.first_beyond", lambda _text: None)
    (finding,) = findings_of("a." * 1_500 + "a = 1")
    assert "nested too deeply" in finding.what


def test_tables_in_a_list_are_unique_by_what_they_hold() -> None:
    twice: dict[str, Any] = {"commitment": [{"owed_by": [{"a": 1}, {"a": 2}, {"a": 1}]}]}
    said = [each.what for each in structure_problems(twice, "agreement")]
    assert "an entry stands twice in the list" in said
    twice["commitment"][0]["owed_by"].pop()
    assert "an entry stands twice in the list" not in [
        each.what for each in structure_problems(twice, "agreement")
    ]


def test_no_near_word_is_looked_for_when_enough_was_said() -> None:
    place = Cursor("")
    assert place.near("enrgy", ["energy"]) == "Did you mean `energy`?"
    assert place.near("enrgy", ["energy", *map(str, range(2_000))]) == ""
    for _ in range(100):
        place.say("wrong")
    assert place.near("enrgy", ["energy"]) == ""


# What a file is built of: the awkward pieces of TOML, of which many fit together.
_texts = st.one_of(
    st.text("ab.[{#'=,\\n é", max_size=8).map(
        lambda each: '"' + each.replace("\\", "\\\\").replace("\n", "") + '"'
    ),
    st.text('ab.[{#"=,\\', max_size=8).map(lambda each: f"'{each}'"),
    st.sampled_from(
        [
            '"""a.b[[{"""',
            '"""\n#[.\n"" ."\\""""',
            '"""x"""""',
            "'''[.\n''#'''",
            "'''x'''''",
            '""""""',
            "''''''",
            '"\\"[."',
            '"\\\\"',
            '"""\\\\"""',
            '"""\\\n  [ . """',
        ]
    ),
)
_parts = st.one_of(
    st.sampled_from(["a", "b-c", "1", '"x.y"', "'[z'", '""', "''", '"\\""']),
    st.integers(0, 99).map(lambda n: f"k{n}"),
)
_keys = st.one_of(
    st.lists(_parts, min_size=1, max_size=4),
    st.lists(_parts, min_size=MOST_PARTS - 1, max_size=MOST_PARTS + 2),
).flatmap(lambda parts: st.sampled_from([".", " . ", "\t."]).map(lambda dot: dot.join(parts)))
_scalars = st.sampled_from(["1", "1.5", "-1.5e3", "2019-01-01T00:00:00.5Z", "true", "inf"]) | _texts
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda each: f"[{','.join(each)}]"),
        st.lists(inner, max_size=3).map(lambda each: "[ # ].[\n" + "\n,".join(each) + "\n]"),
        st.lists(st.tuples(_keys, inner), max_size=2).map(
            lambda each: "{" + ", ".join(f"{k} = {v}" for k, v in each) + "}"
        ),
        st.tuples(inner, st.integers(DEEPEST_BRACKETS - 3, DEEPEST_BRACKETS + 2)).map(
            lambda each: "[" * each[1] + each[0] + "]" * each[1]
        ),
    ),
    max_leaves=4,
)
_lines = st.one_of(
    st.tuples(_keys, _values).map(" = ".join),
    st.tuples(_keys, _values).map(lambda each: f"{each[0]} = {each[1]} # '[.\""),
    _keys.map(lambda key: f"[{key}]"),
    _keys.map(lambda key: f"[[{key}]] # [[.]]"),
    st.just("# a.b.c [[[ \"\"\" '''"),
)


class _Seen:
    """What ``tomllib`` met while it read: the longest key, and the deepest value."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parts = self.depth = self._now = 0
        parser: Any = tomllib._parser  # type: ignore[attr-defined]
        key, value = parser.parse_key, parser.parse_value

        def parse_key(src: str, pos: int) -> Any:
            end, parts = key(src, pos)
            self.parts = max(self.parts, len(parts))
            return end, parts

        def parse_value(src: str, pos: int, parse_float: Any) -> Any:
            is_open = src[pos : pos + 1] in {"[", "{"}
            self._now += is_open
            self.depth = max(self.depth, self._now)
            try:
                return value(src, pos, parse_float)
            finally:
                self._now -= is_open

        monkeypatch.setattr(parser, "parse_key", parse_key)
        monkeypatch.setattr(parser, "parse_value", parse_value)


@settings(max_examples=600, deadline=None)
@given(lines=st.lists(_lines, max_size=5), seed=st.integers(0, 2**32))
def test_the_limits_are_those_of_tomllib_s_own_count(lines: list[str], seed: int) -> None:
    """On any file that it reads, and also on one that was cut somewhere, up to its fault."""
    text = "\n".join(lines)
    chance = random.Random(seed)
    if chance.random() < 0.3:
        cut = chance.randrange(len(text) + 1)
        text = text[:cut] + chance.choice(["", '"', "'", '"""', "]", "\n"]) + text[cut:]
    with pytest.MonkeyPatch.context() as patched:
        seen = _Seen(patched)
        try:
            tomllib.loads(text)
            is_read = True
        except tomllib.TOMLDecodeError:
            is_read = False
    beyond = first_beyond(text)
    is_beyond = seen.parts > MOST_PARTS or seen.depth > DEEPEST_BRACKETS
    if is_beyond:
        assert beyond is not None, text
    elif is_read:
        assert beyond is None, text
