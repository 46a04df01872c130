"""Entries are read without any tolerance: every byte string is an entry or is refused."""

from __future__ import annotations

import json
from datetime import date

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.acts import Act, Change, KeyPair
from unipact.agreement.formats.log import fields
from unipact.agreement.formats.log.entry import (
    LARGEST_BYTES,
    act_line,
    change_sha256,
    read_act,
    read_entry,
)
from unipact.agreement.tests.plain_log import HASH, PlainLog, key, keys
from unipact.errors import Invalid
from unipact.tlog.keys import COSIGNATURE

LOG = PlainLog()
PROPOSED = LOG.proposing("usst", "waiver", effect={"commitment": "places", "period": "y2020"})
ENTRIES = [LOG.entries[0], LOG.sign(PROPOSED), LOG.sign(LOG.deciding("huawei", PROPOSED))]
LINE = act_line(
    acts.Notice("a.example/log", "usst", "2020-01-02T08:00:00Z", "breach", "2021-01-01")
)

hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
ids = st.binary(min_size=16, max_size=16).map(bytes.hex)
names = st.text("abcxyz019._/-", min_size=1, max_size=128)
origins = st.text("abcXYZ019._/:-", min_size=1, max_size=60)
days = st.dates(date(2000, 1, 1), date(2999, 12, 31)).map(str)
moments = st.builds("{}T{:%H:%M:%S}Z".format, days, st.times())
numbers = st.integers(0, 2**53 - 1)
vkeys = st.integers(0, 50).map(lambda n: str(key(f"key/{n}").verifier))
cosign_keys = st.integers(0, 50).map(lambda n: str(key(f"key/{n}", COSIGNATURE).verifier))
reasons = {"contest": hashes}
EFFECTS = {
    "version": st.just({}),
    "waiver": st.fixed_dictionaries({"commitment": names, "period": names}),
    "key": st.fixed_dictionaries(
        {"holder": names, "use": st.sampled_from(["consent", "cosign", "log"]), "key": vkeys}
    ),
    "end": st.fixed_dictionaries({"on": days}),
}


@st.composite
def proposals(draw: st.DrawFn) -> acts.Proposing:
    kind = draw(st.sampled_from(acts.KINDS))
    change = Change(
        kind=kind,
        proposal=draw(ids),
        round=draw(numbers),
        base_sha256=draw(hashes),
        proposed_version_sha256=draw(hashes),
        proposed_file_sha256=draw(hashes),
        lapses_at=draw(moments),
        reason_sha256=draw(hashes),
        effect=draw(EFFECTS[kind]),
    )
    return acts.Proposing(draw(origins), draw(names), draw(moments), change, change_sha256(change))


@st.composite
def answers(draw: st.DrawFn) -> Act:
    origin, party, at = draw(origins), draw(names), draw(moments)
    if draw(st.booleans()):
        decision = draw(st.sampled_from(["accept", "contest", "settle"]))
        reason = draw(reasons.get(decision, st.just("")))
        return acts.Review(origin, party, at, draw(hashes), draw(hashes), decision, reason)
    said = draw(st.sampled_from(["post", "acknowledge", "contest"]))
    reason = draw(reasons.get(said, st.just("")))
    return acts.Transacting(origin, party, at, draw(hashes), said, reason)


ACTS: st.SearchStrategy[Act] = st.one_of(
    proposals(),
    answers(),
    st.builds(
        acts.Founding,
        origins,
        moments,
        names,
        numbers,
        hashes,
        hashes,
        vkeys,
        st.dictionaries(names, st.builds(KeyPair, vkeys, cosign_keys), max_size=3),
    ),
    st.builds(
        acts.Decision, origins, names, hashes, hashes, hashes, st.sampled_from(acts.VERDICTS)
    ),
    st.builds(acts.Evaluating, origins, names, moments, days, hashes, hashes),
    st.builds(
        acts.Dispute,
        origins,
        names,
        moments,
        ids,
        names,
        names,
        st.sampled_from(["open", "close"]),
        hashes,
    ),
    st.builds(acts.Notice, origins, names, moments, names, days),
    st.builds(acts.Reporting, origins, names, moments, numbers, numbers, hashes),
)


@given(ACTS)
def test_an_act_is_read_as_it_was_written(act):
    line = act_line(act)
    assert read_act(line) == act
    assert act_line(read_act(line)) == line
    assert rfc8785.dumps(json.loads(line)) + b"\n" == line


@given(st.binary(max_size=300))
def test_any_bytes_are_an_entry_or_refused(data):
    try:
        entry = read_entry(data)
    except Invalid:
        return
    assert entry.data == data


@given(st.sampled_from(ENTRIES), st.data())
@settings(max_examples=300)
def test_an_entry_with_other_bytes_is_another_entry_or_refused(entry, data):
    at = data.draw(st.integers(0, len(entry)))
    cut = data.draw(st.integers(0, 3))
    other = entry[:at] + data.draw(st.binary(max_size=3)) + entry[at + cut :]
    try:
        found = read_entry(other)
    except Invalid:
        return
    assert found.data == other
    # What is read is all that is written: nothing was passed over.
    assert act_line(found.act) == found.note.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(ENTRIES), st.data())
@settings(max_examples=200)
def test_any_value_in_the_place_of_another_is_taken_as_it_is_or_refused(entry, data):
    value = json.loads(entry.partition(b"\n")[0])
    place = value
    name = data.draw(st.sampled_from(sorted(place)))
    if isinstance(place[name], dict) and place[name] and data.draw(st.booleans()):
        place, name = place[name], data.draw(st.sampled_from(sorted(place[name])))
    place[name] = data.draw(json_values)
    line = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        line_bytes = line.encode() + b"\n"
    except UnicodeEncodeError:
        return
    try:
        act = read_act(line_bytes)
    except Invalid:
        return
    assert act_line(act) == line_bytes


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ('"party":"usst"', '"party":"usst","party":"usst"', "party", "the key stands twice"),
        ('"party":"usst"', '"party":"usst","party":"huawei"', "party", "the key stands twice"),
        ('"type":"notice"', '"type":"notices"', "type", "no such type"),
        ('"type":"notice"', '"type":7', "type", "no such type"),
        (',"type":"notice"', "", "type", "no such type"),
        (
            '"type":"notice"',
            '"type":"notice","unit":"x"',
            "",
            "a key 'unit' that this type has not",
        ),
        ('"party":"usst",', "", "", "the key party is missing"),
        ('"party":"usst"', '"party":null', "party", "it has not the form of this key"),
        ('"party":"usst"', '"party":"Usst"', "party", "it has not the form of this key"),
        ("2021-01-01", "2021-02-29", "on", "it has not the form of this key"),
        ("2021-01-01", "1999-12-31", "on", "it has not the form of this key"),
        ("T08:00:00Z", "T24:00:00Z", "at", "it has not the form of this key"),
        ("T08:00:00Z", "T08:00:60Z", "at", "it has not the form of this key"),
        ("T08:00:00Z", "T08:00:00+", "at", "it has not the form of this key"),
        ("usst", "us\\u0073t", "", "not in the form of RFC 8785"),
        ('{"at"', '{ "at"', "", "not in the form of RFC 8785"),
        ('"}', '"} ', "", "not in the form of RFC 8785"),
    ],
)
def test_a_line_that_differs_anywhere_is_refused_and_its_key_named(old, new, where, said):
    text = LINE.decode()
    assert old in text
    with pytest.raises(Invalid, match=said) as refused:
        read_act(text.replace(old, new, 1).encode())
    assert [each.where for each in refused.value.findings] == [where]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        LINE[:-1],
        LINE + b"\n",
        LINE + LINE,
        b"\xef\xbb\xbf" + LINE,
        b"{" * 20_000 + b"\n",
        b"[" * 20_000 + b"]" * 20_000 + b"\n",
        b'{"a":' + b"9" * 5_000 + b"}\n",
        b'{"\\ud800":1}\n',
        b'{"a":NaN}\n',
        b'{"a":1.0}\n',
        b'{"a":1e3}\n',
        b'{"a":-0}\n',
    ],
)
def test_what_is_no_canonical_object_is_refused(line):
    with pytest.raises(Invalid):
        read_act(line)


@pytest.mark.parametrize("number", ["-1", "1.0", "1e0", "true", '"1"', "9007199254740992", "01"])
@pytest.mark.parametrize("name", ["year", "edition"])
def test_a_number_is_whole_and_safe_in_every_reader(name, number):
    act = acts.Reporting("a/log", "usst", "2020-01-02T08:00:00Z", 2020, 2020, HASH)
    line = act_line(act).replace(f'"{name}":2020'.encode(), f'"{name}":{number}'.encode())
    with pytest.raises(Invalid):
        read_act(line)


def test_the_largest_number_is_taken():
    act = acts.Reporting("a/log", "usst", "2020-01-02T08:00:00Z", 2**53 - 1, 0, HASH)
    assert read_act(act_line(act)) == act


@pytest.mark.parametrize("decision", ["post", "acknowledge"])
def test_only_whoever_contests_names_a_reason(decision):
    act = acts.Transacting("a/log", "usst", "2020-01-02T08:00:00Z", HASH, decision, HASH)
    with pytest.raises(Invalid, match="whoever contests names a reason"):
        read_act(act_line(act))
    act = acts.Transacting("a/log", "usst", "2020-01-02T08:00:00Z", HASH, "contest", "")
    with pytest.raises(Invalid, match="whoever contests names a reason"):
        read_act(act_line(act))


def test_an_effect_is_that_of_its_kind():
    for kind, other in (("waiver", {}), ("version", {"on": "2021-01-01"}), ("end", {"at": "x"})):
        change = Change(kind, "0" * 32, 1, HASH, HASH, HASH, "2020-01-02T08:00:00Z", HASH, other)
        act = acts.Proposing("a/log", "usst", "2020-01-02T08:00:00Z", change, HASH)
        with pytest.raises(Invalid, match=r"change\.effect"):
            read_act(act_line(act))


def test_a_format_that_is_not_known_is_refused_and_not_guessed():
    line = act_line(LOG.founding())
    with pytest.raises(Invalid, match="format"):
        read_act(line.replace(b"unipact-log/1", b"unipact-log/2"))


def test_an_entry_has_a_largest_size():
    with pytest.raises(Invalid, match="at most 65536 bytes"):
        read_entry(ENTRIES[1] + b"x" * (LARGEST_BYTES + 1 - len(ENTRIES[1])))


def test_the_hash_of_a_change_is_that_of_its_canonical_form():
    found = read_act(act_line(PROPOSED))
    assert found.change_sha256 == change_sha256(PROPOSED.change)
    assert keys("usst").public.consent == str(keys("usst").consent.verifier)


@pytest.mark.parametrize("time", ["24:00:00", "23:60:00", "23:59:60", "29:00:00"])
def test_a_time_of_day_is_one_of_the_day_whatever_python_reads_it(monkeypatch, time):
    class Newer:
        """Reads more than this Python does, as 3.13 reads 24:00:00."""

        @staticmethod
        def fromisoformat(value: str) -> str:
            return value

    monkeypatch.setattr(fields, "datetime", Newer)
    assert fields.is_moment("2020-01-01T23:59:59Z")
    assert not fields.is_moment(f"2020-01-01T{time}Z")
