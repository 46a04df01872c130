"""Lake, metrics, evidence and the console's agreements from the command line."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.contract.command import EXAMPLE, unipact

ENERGY = "campus-energy-savings-pool"


@pytest.fixture(scope="module")
def run_file(printed, tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("run") / "run.json"
    path.write_bytes(printed)
    return path


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    home: Path = tmp_path_factory.mktemp("demo")
    done = unipact("demo", "--prepare-only", home=home)
    assert done.returncode == 0, done.stderr.decode()
    return home


def test_the_help_names_every_command_with_a_sentence(home):
    said = unipact("--help", home=home).stdout.decode()
    for name in (
        "check",
        "fmt",
        "schema",
        "run",
        "evidence",
        "verify",
        "demo",
        "serve",
        "campus",
        "lake",
        "metrics",
        "agreement",
        "people",
        "token",
        "tidy",
    ):
        assert f" {name} " in said


def test_the_lake_lists_the_tables_of_the_snapshot_that_the_run_names(printed, home):
    listed = json.loads(unipact("lake", "ls", "--json", home=home).stdout)
    assert listed["snapshot"] == json.loads(printed)["snapshot"]["id"]
    owners = {each["table"]: each["owner"] for each in listed["tables"]}
    assert owners["campus.readings"] == "usst"


def test_a_table_says_its_columns_units_and_whose_rows_it_holds(printed, home):
    said = json.loads(unipact("lake", "describe", "campus.readings", "--json", home=home).stdout)
    assert {"column": "kwh", "type": "decimal128(12, 3)", "unit": "kW.h", "key": ""} in said[
        "columns"
    ]
    assert "Langtry" in said["batches"][0]["attribution"]


def test_a_changed_file_in_the_lake_is_named_by_verify(tmp_path):
    done = unipact("run", EXAMPLE / "agreement.toml", home=tmp_path)
    assert done.returncode == 0
    assert unipact("lake", "verify", home=tmp_path).returncode == 0
    (weather,) = (tmp_path / "lake" / "campus.weather").glob("*.parquet")
    (carbon,) = (tmp_path / "lake" / "campus.grid_carbon").glob("*.parquet")
    weather.write_bytes(carbon.read_bytes())
    done = unipact("lake", "verify", home=tmp_path)
    assert done.returncode == 1
    assert b"campus.weather" in done.stderr
    assert b"Traceback" not in done.stderr
    weather.write_bytes(b"PAR1 and then nothing")
    done = unipact("run", EXAMPLE / "agreement.toml", home=tmp_path)
    assert done.returncode == 1
    assert b"unipact lake verify" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_metric_shows_its_definition_and_an_unknown_one_is_named(home):
    said = unipact("metrics", "show", "campus.energy_savings_share@1", home=home).stdout.decode()
    assert "ASHRAE Guideline 14" in said
    done = unipact("metrics", "show", "campus.luck@1", home=home)
    assert done.returncode == 2
    assert b"campus.luck@1" in done.stderr


def test_evidence_rows_are_paged_to_the_end_without_a_gap(run_file, home, printed):
    name = "campus-metered-buildings"
    document = json.loads(printed)
    found = next(each for each in document["commitments"] if each["id"] == name)
    counted = found["periods"][0]["evidence"]["rows"]["sets"][0]
    first = json.loads(
        unipact(
            "evidence", run_file, name, "--rows", counted["name"], "--limit", "3", home=home
        ).stdout
    )
    second = json.loads(
        unipact(
            "evidence",
            run_file,
            name,
            "--rows",
            counted["name"],
            "--limit",
            "3",
            "--cursor",
            first["cursor"],
            home=home,
        ).stdout
    )
    both = json.loads(
        unipact(
            "evidence", run_file, name, "--rows", counted["name"], "--limit", "6", home=home
        ).stdout
    )
    assert first["rows"] + second["rows"] == both["rows"]


def test_the_intervals_of_the_energy_commitment_sum_to_its_evidence(run_file, home):
    page = json.loads(
        unipact("evidence", run_file, ENERGY, "--intervals", "--limit", "1000", home=home).stdout
    )
    names = [each["name"] for each in page["columns"]]
    evidence = json.loads(unipact("evidence", run_file, ENERGY, home=home).stdout)
    total = sum(float(row[names.index("avoided_kwh")]) for row in page["rows"])
    assert page["cursor"] is None
    assert total == pytest.approx(float(evidence["intervals"]["sums"]["avoided_kwh"]), abs=1e-3)


def test_evidence_of_a_commitment_without_a_source_says_why_there_is_none(run_file, home, printed):
    silent = next(
        each["id"]
        for each in json.loads(printed)["commitments"]
        if each["periods"][0]["status"] == "no_data"
    )
    done = unipact("evidence", run_file, silent, home=home)
    assert done.returncode == 2
    assert b"no evidence" in done.stderr


@pytest.mark.db
def test_the_demo_loads_the_example_and_loads_it_again_without_a_change(demo):
    before = unipact("agreement", "ls", home=demo).stdout
    assert b"usst-huawei-2019  version 1" in before
    assert b"2019-12-31" in before
    again = unipact("demo", "--prepare-only", home=demo)
    assert again.returncode == 0
    assert again.stdout.decode().count("evaluated before") == 2
    assert unipact("agreement", "ls", home=demo).stdout == before


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_port_on_which_another_server_listens_is_refused(tmp_path, command):
    with socket.socket() as other:
        # As our own server does, which would share the port without a word.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = unipact(command, "--port", str(port), home=tmp_path)
    said = f"unipact: port {port} is in use. Name another: --port N\n"
    assert (done.returncode, done.stdout, done.stderr.decode()) == (3, b"", said)
    assert not list(tmp_path.iterdir())


@pytest.mark.db
def test_the_console_gives_back_the_bytes_that_it_was_given(demo):
    given = (EXAMPLE / "agreement.toml").read_bytes()
    assert unipact("agreement", "export", "usst-huawei-2019", home=demo).stdout == given


@pytest.mark.db
def test_other_terms_under_a_number_that_is_taken_are_refused(demo, tmp_path):
    text = (EXAMPLE / "agreement.toml").read_text(encoding="utf-8")
    changed = tmp_path / "agreement.toml"
    changed.write_text(text.replace("silence_days = 60", "silence_days = 61"), encoding="utf-8")
    assert changed.read_text(encoding="utf-8") != text
    done = unipact("agreement", "import", changed, home=demo)
    assert done.returncode == 3
    assert b"new version" in done.stderr


@pytest.mark.db
def test_a_member_of_an_unknown_party_is_refused(demo):
    done = unipact("agreement", "member", "li", "--party", "nobody", "--role", "analyst", home=demo)
    assert done.returncode == 2
    assert b"nobody" in done.stderr


@pytest.mark.db
def test_an_installation_without_tables_is_not_served_until_it_is_migrated(tmp_path):
    home = tmp_path / "new" / "home"
    refused = unipact("serve", "--port", "1", home=home)
    assert refused.returncode == 1
    assert b"has no tables yet" in refused.stderr
    assert b"`unipact manage migrate` first" in refused.stderr
    assert b"Traceback" not in refused.stderr
    done = unipact("manage", "migrate", home=home)
    assert done.returncode == 0, done.stderr.decode()
