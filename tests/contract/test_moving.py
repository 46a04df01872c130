"""An installation is moved from SQLite to the database of the run and back, and is the same."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.contract.command import command, environment, unipact
from tests.databases import SERVER, is_postgresql, reader

pytestmark = pytest.mark.db

ROOT = Path(__file__).resolve().parents[2]


def on_sqlite(*arguments: str | Path, home: Path) -> str:
    """Run `unipact` on the SQLite file of ``home``, whatever the database of the run."""
    return done(command(*arguments), sqlite_environment(home))


def on_ours(*arguments: str | Path, home: Path) -> str:
    """Run `unipact` on the database of the run."""
    return done(command(*arguments), environment(home))


def sqlite_environment(home: Path) -> dict[str, str]:
    kept = environment(home)
    kept.pop(SERVER, None)
    return kept


def done(words: list[str], env: dict[str, str]) -> str:
    ended = subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def rows_of(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the SQLite file of ``home``, as SQLite keeps it, but for what is left behind."""
    left = ("django_", "sqlite_", "auth_permission", "web_rate", "web_cache")
    with closing(sqlite3.connect(home / "unipact.sqlite3")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = sorted(name for (name,) in tables if not name.startswith(left))
        return {
            name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
            for name in names
        }


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """The example on SQLite, evaluated, and hostile rows in every table beside it."""
    home: Path = tmp_path_factory.mktemp("source")
    on_sqlite("demo", "--prepare-only", home=home)
    done([sys.executable, "-m", "tests.contract.every_model"], sqlite_environment(home))
    return home


@pytest.fixture(scope="module")
def archive(source, tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("archive") / "installation.tar"
    on_sqlite("installation", "export", path, home=source)
    return path


@pytest.fixture
def empty(tmp_path) -> Path:
    """An installation without a record on the database of the run."""
    home = tmp_path / "empty"
    home.mkdir()
    on_ours("manage", "migrate", "-v0", home=home)
    return home


def test_there_and_back_every_byte_of_the_archive_and_every_row_is_the_same(
    source, archive, empty, tmp_path
):
    on_ours("installation", "import", archive, home=empty)
    there = tmp_path / "there.tar"
    on_ours("installation", "export", there, home=empty)
    assert there.read_bytes() == archive.read_bytes()

    back = tmp_path / "back"
    on_sqlite("manage", "migrate", "-v0", home=back)
    on_sqlite("installation", "import", there, home=back)
    again = tmp_path / "again.tar"
    on_sqlite("installation", "export", again, home=back)
    assert again.read_bytes() == archive.read_bytes()
    # Not by our own lines: as the file holds them, to the microsecond.
    found = rows_of(back)
    assert found == rows_of(source)
    assert all(found.values()), [name for name, rows in found.items() if not rows]


def test_what_was_moved_works_where_it_is(source, archive, empty):
    on_ours("installation", "import", archive, home=empty)
    listed = on_ours("agreement", "ls", home=empty)
    assert listed == on_sqlite("agreement", "ls", home=source)
    assert "usst-huawei-2019" in listed
    on_ours("lake", "verify", home=empty)
    # The next row gets a key after those that came.
    on_ours("agreement", "member", "li", "--party", "usst", "--role", "analyst", home=empty)
    # A batch that is there already is found again, so the next import has nothing to do.
    example = "examples/usst-huawei-2019/agreement.toml"
    assert on_ours("run", example, "--json", home=empty) == on_sqlite(
        "run", example, "--json", home=source
    )


def test_the_archive_is_a_plain_tar_for_its_owner_alone(archive):
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as read:
        members = {each.name: each for each in read}
        manifest = json.load(read.extractfile("manifest.json"))
    assert all(each.isreg() and each.mtime == 0 for each in members.values())
    listed = {each["name"] for each in manifest["tables"] + manifest["lake"]}
    assert listed == members.keys() - {"manifest.json", "manifest.json.sha256"}
    assert not any("sqlite" in name or "secret" in name for name in members)


def test_an_installation_with_records_is_no_place_and_says_which_it_has(archive, empty):
    on_ours("installation", "import", archive, home=empty)
    assert "already" in on_ours("installation", "import", archive, home=empty)
    on_ours("agreement", "member", "li", "--party", "usst", "--role", "analyst", home=empty)
    before = on_ours("agreement", "ls", home=empty)
    refused = unipact("installation", "import", archive, home=empty)
    assert refused.returncode == 3
    assert b"agreement.accesslog has 3" in refused.stderr
    assert on_ours("agreement", "ls", home=empty) == before


def test_another_lake_is_no_place_either_and_no_record_is_written(archive, empty):
    (empty / "lake" / "campus.weather").mkdir(parents=True)
    (empty / "lake" / "campus.weather" / "part.parquet").write_bytes(b"of somebody")
    refused = unipact("installation", "import", archive, home=empty)
    assert refused.returncode == 3
    assert str(empty / "lake").encode() in refused.stderr
    assert "no agreement yet" in on_ours("agreement", "ls", home=empty)


def test_a_database_that_is_not_migrated_is_no_place_and_none_to_leave(archive, empty, tmp_path):
    with reader(empty) as connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    for act, file in (("import", archive), ("export", tmp_path / "x.tar")):
        refused = unipact("installation", act, file, home=empty)
        assert refused.returncode == 1
        assert b"unipact manage migrate" in refused.stderr
    assert not (tmp_path / "x.tar").exists()


@pytest.mark.parametrize("damage", ["cut", "flipped", "longer"])
def test_a_damaged_archive_is_refused_by_its_byte_and_nothing_is_there(
    damage, archive, empty, tmp_path
):
    copy = Path(shutil.copy(archive, tmp_path / "copy.tar"))
    with copy.open("r+b") as stream:
        size = copy.stat().st_size
        if damage == "cut":
            stream.truncate(size - 100_000)
        elif damage == "longer":
            stream.seek(0, os.SEEK_END)
            stream.write(b"x")
        else:
            stream.seek(size // 2)
            byte = stream.read(1)[0]
            stream.seek(size // 2)
            stream.write(bytes([byte ^ 1]))
    refused = unipact("installation", "import", copy, home=empty)
    assert refused.returncode == 2
    assert b"copy.tar byte " in refused.stderr
    assert b"Traceback" not in refused.stderr
    assert "no agreement yet" in on_ours("agreement", "ls", home=empty)
    assert not (empty / "lake").exists()
    assert not list(empty.glob(".arriving*"))


def test_while_somebody_writes_the_archive_holds_one_moment(empty, tmp_path):
    """Each transaction of the writer makes a party and a group; no moment has one without one."""
    ended = threading.Event()
    place = "%s" if is_postgresql() else "?"
    written = 0

    def write() -> None:
        nonlocal written
        with reader(empty) as connection:
            while not ended.is_set():
                written += 1
                name = f"n{written}"
                connection.execute("BEGIN")
                connection.execute(f"INSERT INTO auth_group (name) VALUES ({place})", [name])
                connection.execute(
                    "INSERT INTO agreement_party"
                    " (slug, role, name_en, name_zh, legal_scheme, legal_value)"
                    f" VALUES ({place}, 'university', '', '', 'x', {place})",
                    [name, name],
                )
                connection.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        on_ours("installation", "export", tmp_path / "x.tar", home=empty)
    finally:
        ended.set()
        writer.join()
    with tarfile.open(tmp_path / "x.tar") as read:
        tables = {
            each["model"]: each["rows"]
            for each in json.load(read.extractfile("manifest.json"))["tables"]
        }
    assert tables["agreement.party"] == tables["auth.group"]
    assert 0 < tables["auth.group"] < written


def test_the_memory_does_not_grow_with_the_records(empty, tmp_path):
    small = peak_kb("export", tmp_path / "small.tar", empty)
    place = "%s" if is_postgresql() else "?"
    with reader(empty) as connection:
        for number in range(120):
            connection.execute(
                "INSERT INTO web_keptanswer"
                " (principal, key, request_sha256, status, headers, body, kept_at)"
                f" VALUES ('x', '{number}', '', 200, '{{}}', {place}, '2019-06-25 00:00:00+00:00')",
                [os.urandom(1_000_000)],
            )
    large = tmp_path / "large.tar"
    assert peak_kb("export", large, empty) < small + 150_000
    assert large.stat().st_size > 160_000_000
    other = tmp_path / "other"
    other.mkdir()
    on_ours("manage", "migrate", "-v0", home=other)
    assert peak_kb("import", large, other) < small + 150_000


def peak_kb(act: str, file: Path, home: Path) -> int:
    """How much memory the command held at most."""
    started = subprocess.Popen(command("installation", act, file), env=environment(home))
    _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    assert started.returncode == 0
    return used.ru_maxrss
