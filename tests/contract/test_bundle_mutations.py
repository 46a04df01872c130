"""A bundle in which anything was changed is refused, and the answer names what; memory is flat."""

from __future__ import annotations

import io
import random
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path

import pytest

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.register import moment_at
from unipact.agreement.formats.bundle.ustar import END, header, members, padding
from unipact.agreement.formats.bundle.verdict import Verdict
from unipact.agreement.formats.bundle.writer import BundleParts, write_bundle
from unipact.agreement.tests.plain_log import (
    HASH,
    ORIGIN,
    PlainLog,
    answer,
    checkpoint_text,
    key,
    keys,
    sha256,
)
from unipact.tlog.checkpoint import Checkpoint, read_checkpoint
from unipact.tlog.keys import COSIGNATURE, SigningKey
from unipact.tlog.merkle import leaf_hash, root_of
from unipact.tlog.note import Note, read_note

#: The place that an answer names: an entry, or a member or part of the file.
_PLACE = re.compile(
    r"entry \d+|checkpoints?(, size \d+)?|hashes|entries|README\.txt|byte \d+|the end of the file"
    r"|agreements/[0-9a-f]{64}\.toml|documents/[0-9a-f]{64}|[!-~]{1,100}"
).fullmatch


def full_log() -> PlainLog:
    """A log with every type of entry, over several days, each cosigned."""
    log = PlainLog()
    log.seal()
    log.adopt(log.proposing("usst", content=log.next_file()))
    log.seal()
    at = moment_at(log.now)
    version = log.register.terms.sha256
    log.do(acts.Evaluating(ORIGIN, "usst", at, "2020-01-03", version, HASH))
    log.do(acts.Review(ORIGIN, "huawei", at, HASH, HASH, "contest", HASH))
    for party in ("huawei", "usst"):
        log.do(acts.Review(ORIGIN, party, at, HASH, HASH, "settle", ""))
    log.seal()
    log.rotate("huawei", "consent")
    log.rotate("usst", "cosign")
    log.seal()
    at = moment_at(log.now)
    log.do(acts.Dispute(ORIGIN, "huawei", at, "0" * 32, "places", "y2020", "open", HASH))
    log.do(acts.Notice(ORIGIN, "usst", at, "renewal", "2021-01-01"))
    log.do(acts.Reporting(ORIGIN, "usst", at, 2020, 1, HASH))
    log.do(acts.Transacting(ORIGIN, "huawei", at, HASH, "post", ""))
    log.do(acts.Transacting(ORIGIN, "usst", at, HASH, "acknowledge", ""))
    log.seal()
    effect = {"commitment": "places", "period": "y2021"}
    log.adopt(log.proposing("huawei", "waiver", effect=effect))
    return log


@pytest.fixture(scope="module")
def log() -> PlainLog:
    return full_log()


@pytest.fixture(scope="module")
def bundle(log) -> bytes:
    made = log.bundle()
    for mode in ("full", "root"):
        found = answer(made, mode=mode)
        assert found.accepted, (mode, found.where, found.what)
    return made


def places(bundle: bytes) -> list[tuple[str, int, int]]:
    return [(each.name, each.offset, each.size) for each in members(io.BytesIO(bundle))]


def require_refused(bundle: bytes) -> Verdict:
    """Refused, with a place and a reason."""
    found = answer(bundle)
    assert not found.accepted
    assert _PLACE(found.where), found.where
    assert found.what
    return found


def flip(bundle: bytes, times: int, seed: int) -> None:
    dice = random.Random(seed)
    (_, begin, size) = places(bundle)[-1]
    ends = [
        begin + at.start() + 1 for at in re.finditer(rb"\n(?=\{)", bundle[begin : begin + size])
    ]
    for _ in range(times):
        at = dice.randrange(len(bundle))
        changed = bytearray(bundle)
        changed[at] ^= 1 << dice.randrange(8)
        found = require_refused(bytes(changed))
        if begin <= at < begin + size:
            # A bit of an entry: that entry is named, or its neighbour where it parts the two.
            entry = sum(each <= at for each in ends)
            assert found.entry is not None, (at, found.where, found.what)
            assert abs(found.entry - entry) <= (at + 1 in ends or at in ends), (found, entry)


def test_one_flipped_bit_anywhere_is_refused_and_its_place_named(bundle):
    flip(bundle, 200, 20_190_625)


@pytest.mark.long
def test_each_of_a_thousand_flipped_bits_is_refused_and_its_place_named(bundle):
    flip(bundle, 1_000, 20_191_231)


def _with(log: PlainLog, change: Callable[[list[bytes]], object]) -> bytes:
    """The bundle with other entries, and everything else as it was signed."""
    entries = list(log.entries)
    change(entries)
    return log.bundle(entries=entries, hashes=[leaf_hash(each) for each in log.entries])


def _swap(entries: list[bytes], a: int, b: int) -> None:
    entries[a], entries[b] = entries[b], entries[a]


CHANGES: dict[str, tuple[Callable[[list[bytes]], object], int, str]] = {
    "dropped": (lambda each: each.pop(5), 5, "dropped"),
    "two dropped": (lambda each: each.__delitem__(slice(5, 7)), 5, "entries 5 to 6"),
    "twice": (lambda each: each.insert(6, each[3]), 6, "stands twice"),
    "swapped": (lambda each: _swap(each, 4, 5), 4, "reordered"),
    "far swapped": (lambda each: _swap(each, 4, 9), 4, "dropped or moved"),
    "inserted": (lambda each: each.insert(7, each[7].replace(b"2020", b"2021")), 7, "inserted"),
    "cut": (lambda each: each.pop(), -1, "missing"),
    "emptied": (lambda each: each.__delitem__(slice(1, None)), 1, "missing"),
    "changed": (
        lambda each: each.__setitem__(8, each[8].replace(b'"at":"2020', b'"at":"2021')),
        8,
        "changed",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_list_of_entries_is_refused_at_the_entry(log, name):
    change, entry, said = CHANGES[name]
    found = answer(_with(log, change))
    assert not found.accepted
    assert found.entry == (entry if entry >= 0 else len(log.entries) - 1), found
    assert said in found.what


def test_an_appended_entry_is_refused_by_its_index(log):
    found = answer(_with(log, lambda each: each.append(each[-1])))
    assert (found.accepted, found.entry) == (False, len(log.entries))


def test_entries_and_hashes_that_agree_but_were_not_signed_are_refused_at_the_checkpoint(log):
    entries = [*log.entries[:-1], log.entries[-1].replace(b"consent", b"decline", 1)]
    assert entries != log.entries
    found = answer(log.bundle(entries=entries, checkpoint=log.notes[-1][1]))
    assert not found.accepted
    found = answer(log.bundle(entries=entries, checkpoint=log.checkpoint()))
    assert not found.accepted


def test_an_entry_by_another_key_is_named(log):
    entries = [*log.entries]
    text = read_note(entries[2]).text
    entries[2] = bytes(Note(text, (keys("usst", 9).consent.sign(text),)))
    forged = PlainLog()
    forged.entries, forged.keys = entries, log.keys
    found = answer(log.bundle(entries=entries, checkpoint=forged.checkpoint()))
    assert (found.accepted, found.entry) == (False, 2)


@pytest.mark.parametrize("without", ["checkpoint", "hashes", "checkpoints", "entries"])
def test_a_member_that_is_missing_is_named(bundle, without):
    parts = b"".join(
        header(name, size) + bundle[at : at + size] + padding(size)
        for name, at, size in places(bundle)
        if name != without
    )
    found = require_refused(parts + END)
    assert without in (found.where, found.what.split(" ")[0])


def test_members_in_another_order_or_twice_are_refused(bundle):
    each = [
        header(name, size) + bundle[at : at + size] + padding(size)
        for name, at, size in places(bundle)
    ]
    for n in range(len(each) - 1):
        require_refused(b"".join([*each[:n], each[n + 1], each[n], *each[n + 2 :]]) + END)
        require_refused(b"".join([*each[: n + 1], *each[n:]]) + END)
    assert b"".join(each) + END == bundle


def test_a_file_that_is_cut_or_goes_on_is_refused(bundle):
    for length in range(0, len(bundle), 509):
        require_refused(bundle[:length])
    require_refused(bundle + b"\0")
    require_refused(bundle + bundle)


def test_earlier_checkpoints_that_were_dropped_or_swapped_do_not_pass_for_others(log):
    notes = [note for _, note in log.notes]
    assert answer(log.bundle(earlier=notes[1:])).accepted
    assert not answer(log.bundle(earlier=[notes[1], notes[0]])).accepted
    assert not answer(log.bundle(earlier=[*notes, notes[-1]])).accepted
    found = answer(log.bundle(earlier=[notes[0].replace(b"\n1\n", b"\n2\n", 1)]))
    assert not found.accepted
    assert found.where.startswith("checkpoints")


def test_a_history_that_is_another_than_the_kept_one_is_called_forked_or_cut(log, bundle):
    kept = read_checkpoint(read_note(log.checkpoint()).text)
    assert answer(bundle, seen=kept).accepted
    forked = Checkpoint(kept.origin, kept.size - 1, kept.root)
    found = answer(bundle, seen=forked)
    assert not found.accepted
    assert "forked" in found.what
    found = answer(bundle, seen=Checkpoint(kept.origin, kept.size + 1, kept.root))
    assert not found.accepted
    assert "cut" in found.what


@pytest.mark.parametrize("mode", ["full", "root"])
@pytest.mark.parametrize("use", ["consent", "cosign", "log"])
def test_nobody_hands_the_log_keys_of_his_own_not_even_at_a_first_look(mode, use):
    # The forger has one party's keys and the server; it signs the other's consent itself.
    log = PlainLog()
    thief = key(log.origin if use == "log" else "thief", COSIGNATURE if use == "cosign" else 1)
    if use == "log":
        thief = SigningKey.from_seed(log.origin, 1, bytes(range(32)))
    holder = "log" if use == "log" else "usst"
    effect = {"holder": holder, "use": use, "key": str(thief.verifier)}
    proposed = log.proposing("huawei", "key", effect=effect)
    log.entries.append(log.sign(proposed))
    log.entries.append(log.sign(log.deciding("huawei", proposed)))
    log.entries.append(log.sign(log.deciding("usst", proposed), "huawei"))
    body = checkpoint_text(log.entries)
    lines = [(thief if use == "log" else log.log_key).sign(body)]
    for party in ("huawei", "usst"):
        with_key = thief if (party, use) == ("usst", "cosign") else log.keys[party].cosign
        lines.append(with_key.sign(body, time=log.now))
    found = answer(log.bundle(checkpoint=bytes(Note(body, tuple(lines)))), mode=mode)
    assert (found.accepted, found.mode, found.entry) == (False, mode, 3), found


def test_a_look_at_the_root_is_never_told_as_a_full_one(bundle):
    found = answer(bundle, mode="root")
    assert (found.accepted, found.mode, found.register) == (True, "root", None)


# --- memory ---

_VERIFY = """
import re, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]) << 20,) * 2)
from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.formats.key_files import read_public
keys = [read_public(Path(each).read_bytes(), name=each) for each in sys.argv[4:]]
with open(sys.argv[1], "rb") as stream:
    verdict = verify_bundle(stream, Question(keys, sys.argv[2]))
# Not ru_maxrss: a child begins with what its parent had.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) >> 10
print(verdict.accepted, peak, f"{verdict.where}: {verdict.what}", sep="|")
"""
_MIB = 1 << 20


def verified_apart(path: Path, mode: str, most_mib: int) -> tuple[bool, int, str]:
    """The answer on a file, and the peak of memory (MiB) of the process that gave it."""
    folder = path.parent
    pubs = []
    for party in ("huawei", "usst"):
        pub = folder / f"{party}.pub"
        pair = keys(party).public
        pub.write_text(f"{pair.consent}\n{pair.cosign}\n")
        pubs.append(str(pub))
    done = subprocess.run(
        [sys.executable, "-c", _VERIFY, str(path), mode, str(most_mib), *pubs],
        capture_output=True,
        text=True,
        check=True,
    )
    accepted, peak, said = done.stdout.strip().split("|", 2)
    return accepted == "True", int(peak), said


@pytest.mark.parametrize(
    "name", ["nothing but zeros", "a README of 8 GB", "entries of 8 GB", "hashes of 8 GB"]
)
def test_ten_gigabytes_of_garbage_are_refused_with_little_memory(bundle, tmp_path, name):
    path = tmp_path / "garbage"
    listed = places(bundle)
    largest = 8**11 - 512
    with path.open("wb") as stream:
        if name == "a README of 8 GB":
            stream.write(header("README.txt", largest))
        elif name != "nothing but zeros":
            wanted = name.split(" ", maxsplit=1)[0]
            for member, at, size in listed:
                if member == wanted:
                    stream.write(header(member, largest))
                    break
                stream.write(header(member, size) + bundle[at : at + size] + padding(size))
        begun = stream.tell()
        stream.truncate(10 << 30 if name == "nothing but zeros" else begun + largest + len(END))
    accepted, peak, said = verified_apart(path, "full", 1024)
    assert not accepted
    assert said
    assert peak < 150, (peak, said)


def test_a_first_look_at_two_hundred_megabytes_takes_little_memory(tmp_path):
    log = PlainLog()
    # A first look hashes entries and reads none but the founding.
    data = b'{"a":"' + b"x" * 4000 + b'"}\n' + log.entries[0].partition(b"\n")[2]
    count = 200 * _MIB // len(data)
    leaves = [leaf_hash(log.entries[0]), *repeat(leaf_hash(data), count)]
    body = Checkpoint(ORIGIN, count + 1, root_of(leaves)).body
    cosigned = (log.keys[each].cosign.sign(body, time=log.now) for each in ("huawei", "usst"))
    parts = BundleParts(
        checkpoint=bytes(Note(body, (log.log_key.sign(body), *cosigned))),
        earlier=[],
        size=count + 1,
        entries_bytes=len(log.entries[0]) + count * len(data),
        hashes=leaves,
        entries=chain([log.entries[0]], repeat(data, count)),
        agreements={sha256(log.content): log.content},
        documents={},
    )
    path = tmp_path / "large"
    with path.open("wb") as stream:
        write_bundle(stream, parts)
    assert path.stat().st_size > 199 * _MIB
    accepted, peak, said = verified_apart(path, "root", 2048)
    assert accepted, said
    assert peak < 150, peak
