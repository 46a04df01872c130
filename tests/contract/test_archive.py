"""What an archive must be to be taken in: everything that is not what its manifest says is not."""

from __future__ import annotations

import hashlib
import io
import json
import random
import tarfile
from pathlib import Path

import pytest
from django.apps import apps

from unipact.agreement.models import AgreementVersion, Evaluation, Party
from unipact.agreement.tests.kept import kept_evaluations, kept_version
from unipact.analysis.tests import worlds
from unipact.errors import Conflict, Invalid, UnipactError
from unipact.web.moving import installation_export, installation_import
from unipact.web.moving.archive import write_archive
from unipact.web.moving.manifest import Manifest, Part, Table
from unipact.web.moving.records import LEFT_BEHIND, moved_label, moved_models

Records = dict[str, list[dict]]


@pytest.fixture
def kept(transactional_db, tmp_path) -> Path:
    """The archive of a small installation, which is empty again."""
    kept_evaluations(kept_version())
    lake = worlds.lake(tmp_path / "home" / "lake")
    lake.publish(worlds.batch("first", meters=worlds.meters(2)))
    file: Path = tmp_path / "kept.tar"
    installation_export(home=tmp_path / "home", file=file)
    emptied()
    return file


def emptied() -> None:
    """Take every record away, past the models that refuse it."""
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)


def taken_apart(file: Path) -> tuple[dict, dict[str, bytes]]:
    with tarfile.open(file) as read:
        parts = {each.name: read.extractfile(each).read() for each in read}
    return json.loads(parts["manifest.json"]), parts


def put_together(said: dict, parts: dict[str, bytes], file: Path, folder: Path) -> Path:
    """An archive whose hashes are right, whatever it holds."""
    for kind in ("tables", "lake"):
        for each in said[kind]:
            content = parts[each["name"]]
            each |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            place = folder / each["name"]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    manifest = Manifest(
        said["software"],
        {app: tuple(names) for app, names in said["migrations"].items()},
        tuple(Table(**each) for each in said["tables"]),
        tuple(Part(**each) for each in said["lake"]),
    )
    with file.open("wb") as stream:
        write_archive(stream, manifest, lambda part: folder / part.name)
    return file


def refused(file: Path, home: Path) -> UnipactError:
    """The refusal of ``file``; nothing is there afterwards."""
    with pytest.raises(UnipactError) as caught:
        installation_import(home=home, file=file)
    assert not Party.objects.exists()
    assert not (home / "lake").exists() or not any((home / "lake").iterdir())
    assert not list(home.glob(".arriving*"))
    return caught.value


def a_manifest(file: Path, old: bytes, new: bytes) -> Path:
    """The archive with its manifest changed where ``old`` stands, and a length that fits."""
    content = taken_apart(file)[1]["manifest.json"]
    assert old in content
    changed = content.replace(old, new, 1)
    made = file.with_name("manifest.tar")
    with tarfile.open(made, "w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo("manifest.json")
        info.size, info.mode = len(changed), 0o600
        tar.addfile(info, io.BytesIO(changed))
    return made


def test_a_manifest_with_half_a_character_or_a_fraction_is_refused(kept, tmp_path):
    said = json.loads(taken_apart(kept)[1]["manifest.json"])
    software = json.dumps(said["software"]).encode()
    for new in (b'"\\ud800"', b'"a\\udfffb"'):
        refusal = refused(a_manifest(kept, software, new), tmp_path / "new")
        assert isinstance(refusal, Invalid)
        assert "surrogates not allowed" in str(refusal.findings[0])
    size = str(said["tables"][0]["size"]).encode()
    for new in (size + b".0", b"1e3", b"NaN", b"9" * 5_000):
        refusal = refused(a_manifest(kept, b'"size": ' + size, b'"size": ' + new), tmp_path / "new")
        assert isinstance(refusal, Invalid)


@pytest.mark.parametrize("name", ["lake/_writer.lock", "lake/_staging/x", "lake/_writer.lock/x"])
def test_names_of_the_lakes_writer_are_none_of_an_archives(kept, tmp_path, name):
    said, parts = taken_apart(kept)
    said["lake"].append({"name": name, "size": 0, "sha256": ""})
    said["lake"].sort(key=lambda each: each["name"])
    made = put_together(said, parts | {name: b"x"}, tmp_path / "x.tar", tmp_path / "apart")
    refusal = refused(made, tmp_path / "new")
    assert isinstance(refusal, Invalid)
    assert f"{name!r} is a name that belongs to the lake's writer" in str(refusal.findings[0])


def test_every_model_is_moved_but_for_those_that_are_named(db):
    every = {
        each._meta.label_lower
        for each in apps.get_models(include_auto_created=True)
        if each._meta.managed and not each._meta.proxy
    }
    assert {moved_label(each) for each in moved_models()} == every - set(LEFT_BEHIND)
    assert set(LEFT_BEHIND) <= every, "a name that no app has"


def test_the_records_and_the_lake_are_there_again(kept, tmp_path):
    home = tmp_path / "new"
    assert not installation_import(home=home, file=kept).was_there
    assert AgreementVersion.objects.count() == 1
    assert Evaluation.objects.count() == 2
    lake, before = worlds.lake(home / "lake"), worlds.lake(tmp_path / "home" / "lake")
    assert lake.resolve() == before.resolve()
    assert lake.verify(lake.resolve()) == []
    assert installation_import(home=home, file=kept).was_there


def test_an_export_again_is_the_same_and_leaves_nothing_beside(kept, tmp_path):
    installation_import(home=tmp_path / "new", file=kept)
    folder = tmp_path / "out"
    (folder / ".again.tar-of-a-killed-one").mkdir(parents=True)
    written = installation_export(home=tmp_path / "new", file=folder / "again.tar")
    assert (folder / "again.tar").read_bytes() == kept.read_bytes()
    assert written.sha256 == hashlib.sha256(kept.read_bytes()).hexdigest()
    assert [each.name for each in folder.iterdir()] == ["again.tar"]


def test_the_lake_of_an_attempt_that_died_before_its_commit_is_taken_up(kept, tmp_path):
    home = tmp_path / "new"
    installation_import(home=home, file=kept)
    emptied()
    assert not installation_import(home=home, file=kept).was_there
    assert Evaluation.objects.count() == 2


def test_what_a_killed_import_of_data_left_is_as_invisible_in_the_copy(transactional_db, tmp_path):
    class Killed(Exception):
        pass

    def die(step: str) -> None:
        if step == "appended":
            raise Killed

    lake = worlds.lake(tmp_path / "home" / "lake")
    lake.publish(worlds.batch("first", meters=worlds.meters(2)))
    second = worlds.batch("second", meters=worlds.meters(2, first=10))
    with pytest.raises(Killed):
        lake.publish(second, on_step=die)
    installation_export(home=tmp_path / "home", file=tmp_path / "x.tar")
    installation_import(home=tmp_path / "new", file=tmp_path / "x.tar")
    copy = worlds.lake(tmp_path / "new" / "lake")
    assert copy.published("second") is None
    assert copy.resolve() == lake.resolve()
    copy.publish(second)
    assert copy.verify(copy.resolve()) == []


def test_a_flipped_bit_anywhere_is_refused(kept, tmp_path):
    whole, dice = kept.read_bytes(), random.Random(20_190_625)
    home = tmp_path / "new"
    end = len(whole)
    places = {*range(0, 2_048, 37), *(dice.randrange(end) for _ in range(150)), end - 1}
    for place in sorted(places):
        broken = bytearray(whole)
        broken[place] ^= 1 << dice.randrange(8)
        kept.write_bytes(broken)
        with pytest.raises(Invalid) as caught:
            installation_import(home=home, file=kept)
        assert str(kept) in caught.value.findings[0].where
    assert not Party.objects.exists()
    assert not (home / "lake").exists()


@pytest.mark.parametrize("length", [0, 1, 511, 512, 3_000, -1, -20_000])
def test_a_file_that_is_cut_off_is_refused(kept, tmp_path, length):
    kept.write_bytes(kept.read_bytes()[:length])
    assert isinstance(refused(kept, tmp_path / "new"), Invalid)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (tarfile.SYMTYPE, "a symbolic link"),
        (tarfile.LNKTYPE, "a hard link"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.FIFOTYPE, "a pipe"),
        (tarfile.DIRTYPE, "a folder"),
    ],
)
def test_what_is_no_file_is_refused_by_its_kind(kept, tmp_path, kind, said):
    whole = kept.read_bytes()
    with tarfile.open(kept) as read:
        member = next(each for each in read if each.name.startswith("lake/"))
    info = tarfile.TarInfo(member.name)
    info.type, info.linkname, info.mode = kind, "/etc/passwd", 0o600
    start = member.offset
    kept.write_bytes(whole[:start] + info.tobuf(tarfile.PAX_FORMAT) + whole[start + 512 :])
    found = str(refused(kept, tmp_path / "new").findings[0])
    assert f"byte {start}" in found
    assert said in found


@pytest.mark.parametrize(
    "name",
    ["/etc/x", "lake/../../x", "lake//x", "lake", "lake/.", "x/y", "lake/a\\b", "lake/a\x00b", ""],
)
def test_a_name_that_leads_elsewhere_is_refused(kept, tmp_path, name):
    said, parts = taken_apart(kept)
    forged = said["lake"][-1]
    parts["evil"] = parts[forged["name"]]
    content = json.dumps(said)
    forged["name"] = name
    assert content != json.dumps(said)
    found = refused(forge(kept, said), tmp_path / "new")
    assert isinstance(found, Invalid)
    assert "manifest.json" in str(found.findings[0])


def forge(file: Path, said: object) -> Path:
    """Give the archive another manifest, with the checksum that it then has."""
    content = (json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode(
        "utf-8", "surrogatepass"
    )
    line = f"{hashlib.sha256(content).hexdigest()}  manifest.json\n".encode()
    with tarfile.open(file, "w") as made:
        for name, data in (("manifest.json", content), ("manifest.json.sha256", line)):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o600
            made.addfile(info, io.BytesIO(data))
    return file


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(format="unipact-installation/2"),
        lambda said: said.update(more=1),
        lambda said: said.pop("software"),
        lambda said: said["tables"][0].update(rows=-1),
        lambda said: said["tables"][0].update(size=1 << 60),
        lambda said: said["tables"][0].update(sha256="0"),
        lambda said: said["tables"][0].update(name="records/other.jsonl"),
        lambda said: said["tables"].append(said["tables"][-1]),
        lambda said: said["tables"].reverse(),
        lambda said: said["lake"].append(said["lake"][-1]),
        lambda said: said["lake"].append(
            {**said["lake"][-1], "name": said["lake"][-1]["name"] + "/x"}
        ),
        lambda said: said["lake"][0].update(size=10**12),
        lambda said: said.update(lake={}),
        lambda said: said.update(tables=[1]),
        lambda said: said.update(migrations=[]),
    ],
)
def test_a_manifest_that_no_export_writes_is_refused(kept, tmp_path, change):
    said, _ = taken_apart(kept)
    change(said)
    assert isinstance(refused(forge(kept, said), tmp_path / "new"), Invalid)


@pytest.mark.parametrize("said", [None, 1, "x", [], {}, {"format": []}])
def test_json_of_another_shape_is_refused(kept, tmp_path, said):
    assert isinstance(refused(forge(kept, said), tmp_path / "new"), Invalid)


def test_a_manifest_of_impossible_size_is_not_read(kept, tmp_path):
    info = tarfile.TarInfo("manifest.json")
    info.size, info.mode = 1 << 40, 0o600
    kept.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(10_000))
    assert "not believed" in str(refused(kept, tmp_path / "new").findings[0])


def test_other_migrations_are_a_conflict_that_names_the_app(kept, tmp_path):
    said, parts = taken_apart(kept)
    said["migrations"]["agreement"].append("9999_of_the_future")
    file = put_together(said, parts, tmp_path / "x.tar", tmp_path / "parts")
    found = refused(file, tmp_path / "new")
    assert isinstance(found, Conflict)
    assert "agreement" in str(found.findings[0])


def test_a_table_that_is_missing_is_a_conflict(kept, tmp_path):
    said, parts = taken_apart(kept)
    said["tables"] = [each for each in said["tables"] if each["model"] != "agreement.evaluation"]
    file = put_together(said, parts, tmp_path / "x.tar", tmp_path / "parts")
    assert isinstance(refused(file, tmp_path / "new"), Conflict)


PARTY = "agreement.party"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: row.update(model="auth.user"),
        lambda row: row.update(pk="x"),
        lambda row: row.update(pk=None),
        lambda row: row.update(pk=10**30),
        lambda row: row.update(more=1),
        lambda row: row.pop("pk"),
        lambda row: row["fields"].pop("slug"),
        lambda row: row["fields"].update(more=1),
        lambda row: row["fields"].update(slug=None),
        lambda row: row["fields"].update(slug=["uni"]),
        lambda row: row["fields"].update(role="neither"),
        lambda row: row["fields"].update(slug="firm"),
        lambda row: row.update(fields=[]),
    ],
)
def test_a_record_that_cannot_be_is_refused_by_its_line_and_nothing_is_written(
    kept, tmp_path, spoil
):
    said, parts = taken_apart(kept)
    name = f"records/{PARTY}.jsonl"
    rows = [json.loads(line) for line in parts[name].splitlines()]
    spoil(rows[0])
    parts[name] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    file = put_together(said, parts, tmp_path / "x.tar", tmp_path / "parts")
    found = refused(file, tmp_path / "new")
    assert isinstance(found, Invalid)
    assert name in found.findings[0].where


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b"null", b"1e999", b"\xff", b"[" * 100_000, b'{"model": 1}']
)
def test_a_line_that_is_no_record_is_refused(kept, tmp_path, line):
    said, parts = taken_apart(kept)
    name = f"records/{PARTY}.jsonl"
    parts[name] += line + b"\n"
    file = put_together(said, parts, tmp_path / "x.tar", tmp_path / "parts")
    assert name in refused(file, tmp_path / "new").findings[0].where


def test_records_that_refer_to_nothing_are_refused(kept, tmp_path):
    said, parts = taken_apart(kept)
    parts["records/agreement.agreement_parties.jsonl"] = b""
    parts["records/agreement.agreement.jsonl"] = b""
    for each in said["tables"]:
        each["rows"] = 0 if not parts[each["name"]] else each["rows"]
    file = put_together(said, parts, tmp_path / "x.tar", tmp_path / "parts")
    assert "do not fit together" in str(refused(file, tmp_path / "new").findings[0])


def test_a_lake_with_a_link_in_it_is_not_exported(transactional_db, tmp_path):
    (tmp_path / "home" / "lake").mkdir(parents=True)
    (tmp_path / "home" / "lake" / "link").symlink_to("/etc/passwd")
    with pytest.raises(Conflict, match="no lake holds"):
        installation_export(home=tmp_path / "home", file=tmp_path / "x.tar")
    assert not (tmp_path / "x.tar").exists()


def test_a_place_inside_the_lake_is_no_place(transactional_db, tmp_path):
    (tmp_path / "lake").mkdir()
    for place in (tmp_path / "lake" / "x.tar", tmp_path / "nowhere" / "x.tar", tmp_path):
        with pytest.raises(Invalid):
            installation_export(home=tmp_path, file=place)
