"""A party leaves with everything, and an empty installation becomes from it what it had."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tracemalloc
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from tests.contract.command import EXAMPLE, unipact
from tests.contract.world import AGREEMENT, NOW, Program, person, world_of
from unipact.agreement.engine.terms import Text
from unipact.agreement.formats.bundle.ustar import END, header, padding
from unipact.agreement.formats.canonical import canonical_bytes
from unipact.agreement.formats.key_files import read_public
from unipact.agreement.formats.leaving import layout
from unipact.agreement.formats.leaving.writer import checksum_line
from unipact.agreement.log.folded import forget
from unipact.agreement.models import (
    Agreement,
    Comment,
    Evaluation,
    HeldKey,
    Log,
    Party,
    PeopleLog,
    Token,
)
from unipact.agreement.queries.ledger import exported
from unipact.agreement.roles import Actor, Purpose, Role, Side
from unipact.agreement.services import (
    agreement_import,
    contribution_record,
    membership_grant,
    token_make,
    transaction_acknowledge,
    transaction_contest,
    transaction_reverse,
    valuation_state,
)
from unipact.agreement.services.consultation import comment_add
from unipact.agreement.tests.parties import next_version
from unipact.analysis.registry import Batch, Provenance
from unipact.errors import Conflict, Invalid, NotFound
from unipact.installation import Installation
from unipact.web.leaving_archive import archive_make, archive_restore

pytestmark = pytest.mark.django_db

KEYS = [
    read_public((EXAMPLE / f"{each}.pub").read_bytes(), name=each) for each in ("usst", "huawei")
]
OFFICERS = {
    "usst": (Side.UNIVERSITY, Role.COOPERATION_OFFICER),
    "huawei": (Side.ENTERPRISE, Role.RELATIONS_MANAGER),
}


@dataclass(frozen=True)
class Taken:
    """What the university left with, and what the console held then."""

    archive: bytes
    records: list[object]

    @cached_property
    def members(self) -> dict[str, bytes]:
        return members_of(self.archive)


@pytest.fixture
def world(home, printed, settings):
    for each in world_of(home, printed, settings):
        _fill(each)
        yield each


@pytest.fixture(scope="module")
def taken(home, printed, django_db_setup, django_db_blocker):
    """Taken out of an installation that is gone afterwards: the database of each test is empty."""
    with django_db_blocker.unblock(), transaction.atomic():
        for each in world_of(home, printed, SimpleNamespace()):
            _fill(each)
            found = Taken(left("usst", home), records())
        forget(Log.objects.get())
        transaction.set_rollback(True)
    return found


def _fill(world) -> None:
    for party in OFFICERS:
        _lived_in(party, world.proposal)
    _booked()


def _lived_in(party: str, proposal: str) -> None:
    """What a party has of its own, in words that are found again, and a comment for both."""
    side, role = OFFICERS[party]
    name = f"person-of-{party}"
    membership_grant(username=name, party=party, role=role, now=NOW)
    user = get_user_model().objects.get(username=name)
    actor = Actor(name, party, side, role, user_id=user.pk)
    token_make(
        actor=actor,
        party=party,
        role=role,
        purpose=Purpose.REPORTING,
        name=f"token-of-{party}",
        days=30,
        now=NOW,
    )
    content = next_version() + f"\n# draft-of-{party}\n".encode()
    agreement_import(actor=actor, content=content, now=NOW)
    said = f"said-by-{party} 你好"
    comment_add(actor=actor, agreement=AGREEMENT, proposal=proposal, text=said, now=NOW)


def _booked() -> None:
    """Records of every kind: acknowledged, contested, with a note, taken back; a valuation."""
    for amount in ("250000.50", "3.00"):
        contribution_record(
            actor=None,
            agreement=AGREEMENT,
            contribution="huawei-research-fund",
            amount=amount,
            happened_on=date(2019, 11, 5),
            note=f"note of {amount}",
            party="huawei",
            now=NOW,
        )
    acts = {"actor": None, "agreement": AGREEMENT, "now": NOW}
    transaction_acknowledge(number=1, party="usst", **acts)
    transaction_contest(number=2, reason="it never came", party="usst", **acts)
    transaction_reverse(number=3, reason="a slip", party="huawei", **acts)
    valuation_state(
        contribution="usst-doctoral-students" if _has("usst-doctoral-students") else _in_kind(),
        amount="30000.00",
        currency="CNY",
        from_on=date(2019, 7, 1),
        reason="as paid elsewhere",
        party="usst",
        **acts,
    )


def _has(name: str) -> bool:
    return f'id = "{name}"' in (EXAMPLE / "agreement.toml").read_text(encoding="utf-8")


def _in_kind() -> str:
    from unipact.agreement.formats.agreement_toml import read_agreement

    terms = read_agreement((EXAMPLE / "agreement.toml").read_bytes()).agreement
    return next(each.id for each in terms.contributions if each.unit != "CNY")


def left(party: str, home) -> bytes:
    stream = io.BytesIO()
    archive_make(
        actor=None,
        agreement=AGREEMENT,
        party=party,
        installation=Installation(home),
        stream=stream,
        now=NOW,
    )
    return stream.getvalue()


def returned(archive: bytes, home):
    return archive_restore(
        stream=io.BytesIO(archive), keys=KEYS, installation=Installation(home), now=NOW
    )


def members_of(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar}


def packed(members: Mapping[str, bytes], **said) -> bytes:
    """An archive whose manifest was made to fit its members, as somebody with ill will makes it."""
    manifest = json.loads(members[layout.MANIFEST]) | said
    manifest["members"] = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in members.items()
        if name not in {layout.README, layout.MANIFEST, layout.CHECKSUM}
    ]
    made = canonical_bytes(manifest)
    whole = {**members, layout.MANIFEST: made, layout.CHECKSUM: checksum_line(made)}
    parts = (header(name, len(data)) + data + padding(len(data)) for name, data in whole.items())
    return b"".join(parts) + END


def refused(archive: bytes, home) -> str:
    """Where and why it is refused; nothing is there afterwards."""
    with pytest.raises(Invalid) as caught:
        returned(archive, home)
    assert not Agreement.objects.exists()
    assert not Party.objects.exists()
    assert not (home / "lake" / "_catalog").exists()
    assert not list(home.glob(".returning-*"))
    return str(caught.value.findings[0])


def records() -> list[object]:
    return [
        list(Evaluation.objects.order_by("as_of").values_list("as_of", "sha256", "made_at")),
        exported(AGREEMENT, None),
        list(PeopleLog.objects.filter(party__slug="usst", act="granted").values_list("subject")),
        list(Comment.objects.order_by("pk").values_list("round", "text", "party__slug", "at")),
    ]


def test_whoever_leaves_and_comes_back_has_all_of_it_and_leaves_with_the_same_bytes(
    taken, printed, tmp_path
):
    back = returned(taken.archive, tmp_path)

    assert records() == taken.records
    assert ("person-of-usst", "cooperation_officer") in back.people
    assert not get_user_model().objects.filter(memberships__isnull=False).exists()
    one, two = taken.members, members_of(left("usst", tmp_path))
    account_of_here = {
        *(
            layout.MANIFEST,
            layout.CHECKSUM,
            layout.PEOPLE,
            layout.PEOPLE_LOG,
            layout.ACCESS_LOG,
            layout.TOKENS,
        ),
    }
    kept = {name for name in one if name not in account_of_here and "requests/" not in name}
    assert {name for name in kept if one[name] != two[name]} == set()
    assert kept >= layout.ALWAYS - account_of_here
    assert [name for name in kept if name.startswith("data/")]
    assert [name for name in kept if name.startswith("runs/")]
    run = tmp_path / "run.json"
    run.write_bytes(printed)
    checked = unipact("verify", run, home=tmp_path)
    assert checked.returncode == 0, checked.stderr.decode()


def test_the_same_state_gives_the_same_bytes_and_each_export_is_noted(world, home):
    one = members_of(left("usst", home))
    two = members_of(left("usst", home))
    changed = {name for name in one if one[name] != two[name]}
    assert changed == {layout.MANIFEST, layout.CHECKSUM, layout.PEOPLE_LOG}
    assert two[layout.PEOPLE_LOG].count(b'"act":"took-along"') == 1
    # The other party's log of people tells nothing of it.
    assert b"took-along" not in members_of(left("huawei", home))[layout.PEOPLE_LOG]


def test_nothing_of_the_other_partys_own_is_in_it(world, home, settings):
    archive = left("huawei", home)
    for word in (b"draft-of-usst", b"token-of-usst", b"person-of-usst"):
        assert word not in archive, word
    for word in (b"draft-of-huawei", b"token-of-huawei", b"said-by-usst", b"person-of-huawei"):
        assert word in archive, word
    secrets = [settings.SECRET_KEY, *HeldKey.objects.values_list("sealed", flat=True)]
    for party in OFFICERS:
        lines = (EXAMPLE / f"{party}.demo-key").read_text(encoding="utf-8").splitlines()
        secrets += [each.partition("+")[2] for each in lines if each.startswith("PRIVATE")]
    secrets += [each for row in Token.objects.values_list("sha256", "hint") for each in row]
    secrets += get_user_model().objects.values_list("password", flat=True)
    assert len(secrets) > 10
    assert not [each for each in secrets if each.encode() in archive]


def test_rows_that_the_other_party_keeps_to_itself_stay_out_and_are_counted(world, home, tmp_path):
    theirs = Installation(tmp_path / "theirs")
    table = theirs.lake.tables["campus.buildings"]
    row = {each.name: _value(each.type) for each in table.schema}
    row[table.key[0]] = "building-of-huawei-alone"
    batch = pa.RecordBatch.from_pylist([row], schema=table.schema)
    said = Text("en", "zh")
    provenance = Provenance(
        owner="huawei", visibility="own", source=said, licence=said, attribution=said
    )
    rows = {table.name: lambda: iter([batch])}
    theirs.lake.publish(Batch(key="alone", provenance=provenance, tables=rows))

    ours, own = members_of(left("usst", theirs.home)), members_of(left("huawei", theirs.home))

    assert json.loads(ours[layout.MANIFEST])["withheld"]["data"] == {table.name: 1}
    assert not [name for name in ours if name.startswith("data/")]
    assert ours[layout.SOURCES] == b""
    assert [name for name in own if name.startswith("data/campus.buildings/")]
    assert json.loads(own[layout.MANIFEST])["withheld"]["data"] == {}


def _value(kind: pa.DataType) -> object:
    if pa.types.is_string(kind):
        return "x"
    if pa.types.is_timestamp(kind):
        return NOW
    return date(2019, 1, 1) if pa.types.is_date(kind) else 1


def test_a_flipped_bit_in_any_member_is_refused_with_the_member(taken, tmp_path):
    archive = taken.archive
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        places = [(each.name, each.offset_data + each.size // 2) for each in tar if each.size]
    for name, place in places:
        damaged = bytearray(archive)
        damaged[place] ^= 4
        assert name in refused(bytes(damaged), tmp_path), name
    for place in (150, 600, len(archive) - 1):
        damaged = bytearray(archive)
        damaged[place] ^= 1
        assert refused(bytes(damaged), tmp_path)


def test_one_that_is_cut_off_or_longer_is_refused(taken, tmp_path):
    archive = taken.archive
    for length in (0, 100, 512, 5000, len(archive) // 2, len(archive) - 512, len(archive) - 1):
        if length < 1000:
            # Too short to say what it was meant to be.
            with pytest.raises(Invalid):
                returned(archive[:length], tmp_path)
        else:
            assert refused(archive[:length], tmp_path)
    assert "the end of the file" in refused(archive + b"\0", tmp_path)


def test_a_member_that_leads_elsewhere_or_has_no_place_is_refused(taken, tmp_path):
    members = dict(taken.members)
    for name in (
        "../outside",
        "data/../../outside.parquet",
        "data/campus.buildings/../../x/part-00000000000000000000000000000000.parquet",
        "/etc/passwd",
        "other.jsonl",
    ):
        assert name in refused(packed({**members, name: b"x"}), tmp_path)
    assert not (tmp_path.parent / "outside").exists()
    swapped = dict(reversed(members.items()))
    first = {name: members[name] for name in (layout.README, layout.MANIFEST, layout.CHECKSUM)}
    assert "does not come after" in refused(packed({**first, **swapped}), tmp_path)
    del members[layout.COMMENTS]
    assert refused(packed(members), tmp_path).startswith(layout.COMMENTS)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (layout.PEOPLE_LOG, b'"party":"usst"', b'"party":"huawei"'),
        (layout.PEOPLE, b'"party":"usst"', b'"party":"huawei"'),
        (layout.COMMENTS, b'"round":1', b'"round":"1"'),
        (layout.COMMENTS, b'"round":1', b'"round":-1'),
        (layout.COMMENTS, b'"round":1', b'"round":1,"round":1'),
        (layout.COMMENTS, b'"party":"usst"', b'"party":"nobody"'),
        (layout.TRANSACTIONS, b'"amount":"2000000.00"', b'"amount":"9000000.00"'),
        (layout.TRANSACTIONS, b'"kind":"contribution"', b'"kind":"gift"'),
        (layout.TRANSACTIONS, b'"number":2', b'"number":1'),
        (layout.NOTES, b"note of 3.00", b"note of 4.00"),
        (layout.ANSWERS, b'"number":1', b'"number":99'),
        (layout.ANSWERS, b'"answer":"contested"', b'"answer":"nonsense"'),
        (layout.VALUATIONS, b'"currency":"CNY"', b'"currency":"XXQ"'),
        (layout.RUNS, b'"as_of":"2019-12-31"', b'"as_of":"2019-12-30"'),
        (layout.SOURCES, b'"owner":"usst"', b'"owner":"huawei"'),
        (layout.SOURCES, b'"visibility":"shared"', b'"visibility":"everybody"'),
    ],
)
def test_a_line_that_does_not_fit_is_refused_even_where_the_manifest_fits(
    taken, tmp_path, name, old, new
):
    members = dict(taken.members)
    assert old in members[name]
    members[name] = members[name].replace(old, new, 1)
    assert refused(packed(members), tmp_path).startswith(name.partition(".")[0])


def test_rows_that_were_exchanged_are_refused_with_their_file(taken, tmp_path):
    members = dict(taken.members)
    name = next(each for each in members if each.startswith("data/"))
    members[name] = b"PAR1" + members[name][4:2000] + b"PAR1"
    assert name in refused(packed(members), tmp_path)


def test_one_with_the_name_of_another_party_is_refused(taken, tmp_path):
    members = dict(taken.members)
    assert "usst" in refused(packed(members, party="huawei"), tmp_path)
    assert "nobody" in refused(packed(members, party="nobody"), tmp_path)
    log = json.loads(members[layout.MANIFEST])["log"] | {"size": 1}
    assert layout.MANIFEST in refused(packed(members, log=log), tmp_path)


def test_what_claims_ten_gigabytes_is_refused_and_memory_stays_flat(taken, tmp_path):
    members = dict(taken.members)
    large = tmp_path / "large.tar"
    readme = members[layout.README]
    begin = header(layout.README, len(readme)) + readme + padding(len(readme))
    claims = {
        layout.MANIFEST: begin + header(layout.MANIFEST, 8 * 10**9),
        layout.README: header(layout.README, 8 * 10**9),
    }
    for name, begun in claims.items():
        with large.open("wb") as stream:
            stream.write(begun)
            # Nobody has to write so much: the file system holds the rest as a hole.
            stream.truncate(10 * 10**9)
        tracemalloc.start()
        with large.open("rb") as stream, pytest.raises(Invalid) as caught:
            archive_restore(stream=stream, keys=KEYS, installation=Installation(tmp_path), now=NOW)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert name in str(caught.value.findings[0])
        assert peak < 16 << 20
    assert not Agreement.objects.exists()


def test_an_agreement_or_a_lake_that_is_here_is_not_restored_over(taken, home, tmp_path):
    # The lake of the archive itself is no other lake.
    with transaction.atomic():
        returned(taken.archive, home)
        with pytest.raises(Conflict, match="here already"):
            returned(taken.archive, tmp_path)
        transaction.set_rollback(True)
    other = Installation(tmp_path)
    table = other.lake.tables["campus.buildings"]
    row = {each.name: _value(each.type) for each in table.schema}
    said = Text("en", "zh")
    provenance = Provenance(
        owner="x", visibility="public", source=said, licence=said, attribution=said
    )
    batch = pa.RecordBatch.from_pylist([row], schema=table.schema)
    rows = {table.name: lambda: iter([batch])}
    other.lake.publish(Batch(key="other", provenance=provenance, tables=rows))
    with pytest.raises(Conflict, match="the lake is not empty"):
        returned(taken.archive, tmp_path)
    assert not Agreement.objects.exists()


def test_no_party_leaves_with_what_is_of_others(world, home):
    with pytest.raises(NotFound):
        left("nobody", home)


def test_an_officer_takes_it_along_by_the_page_and_by_a_program(world):
    browser = person(Side.UNIVERSITY, Role.COOPERATION_OFFICER, "officer-who-leaves")
    page = browser.get(f"/agreements/{AGREEMENT}/leaving/")
    assert b"Download everything" in page.content or "下载全部" in page.content.decode()
    answer: Any = browser.post(f"/agreements/{AGREEMENT}/leaving/")
    taken = b"".join(answer.streaming_content)
    assert json.loads(members_of(taken)[layout.MANIFEST])["party"] == "usst"
    assert "attachment" in answer.headers["Content-Disposition"]
    program = Program(Side.ENTERPRISE, Role.RELATIONS_MANAGER, Purpose.ADMINISTRATION)
    answer = program.ask("get", f"/agreements/{AGREEMENT}/leaving")
    taken = b"".join(answer.streaming_content)
    assert json.loads(members_of(taken)[layout.MANIFEST])["party"] == "huawei"
    noted = PeopleLog.objects.filter(act="took-along").values_list("party__slug", "by")
    assert sorted(each for each, _ in noted) == ["huawei", "usst"]
    assert ("usst", "officer-who-leaves") in noted


def test_the_command_line_leaves_comes_back_and_leaves_with_the_same(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    assert unipact("demo", "--prepare-only", home=here).returncode == 0
    one, two = tmp_path / "one.tar", tmp_path / "two.tar"
    leave = ("leave", AGREEMENT, "--party", "usst", "--out")
    keys = [word for each in OFFICERS for word in ("--key", EXAMPLE / f"{each}.pub")]

    said = unipact(*leave, one, home=here)
    assert said.returncode == 0, said.stderr.decode()
    assert one.stat().st_mode & 0o077 == 0
    there.mkdir()
    assert unipact("manage", "migrate", "-v0", home=there).returncode == 0
    back = unipact("restore", one, *keys, home=there)
    assert back.returncode == 0, back.stderr.decode()
    assert b"to be invited for usst: university-officer, cooperation_officer" in back.stdout
    assert unipact(*leave, two, home=there).returncode == 0

    before, after = (members_of(each.read_bytes()) for each in (one, two))
    differ = {name for name in before if before[name] != after[name]}
    assert differ == {layout.MANIFEST, layout.CHECKSUM, layout.PEOPLE}
    again = unipact("restore", one, *keys, home=there)
    assert again.returncode != 0
    assert b"in this installation already" in again.stderr
    assert unipact("leave", AGREEMENT, "--party", "x", "--out", two, home=there).returncode != 0
    assert not list(tmp_path.glob(".*.part"))
