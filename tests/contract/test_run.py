"""The main job on the shipped example: `unipact run`, twice, elsewhere, and proved again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from tests.contract.command import EXAMPLE, unipact
from unipact.agreement.formats.structure import schema_bytes


@pytest.fixture(scope="module")
def document(printed: bytes) -> dict:
    found: dict = json.loads(printed)
    return found


def periods(document: dict) -> list[tuple[str, dict]]:
    return [(each["id"], part) for each in document["commitments"] for part in each["periods"]]


def test_a_run_prints_a_document_of_the_published_schema(document):
    jsonschema.Draft202012Validator(json.loads(schema_bytes("run"))).validate(document)
    assert document["as_of"] == "2019-12-31"


def test_every_evidence_is_of_the_published_schema(document):
    validator = jsonschema.Draft202012Validator(json.loads(schema_bytes("evidence")))
    found = [part["evidence"] for _, part in periods(document) if part["evidence"]]
    assert len(found) >= 5
    for each in found:
        validator.validate(each)


def test_run_again_at_the_same_snapshot_it_prints_the_same_bytes(printed, home):
    again = unipact("run", EXAMPLE / "agreement.toml", "--json", home=home)
    assert again.stdout == printed


def test_another_party_in_another_folder_gets_the_same_bytes(printed, tmp_path):
    copy = tmp_path / "elsewhere"
    shutil.copytree(EXAMPLE, copy)
    other = unipact("run", copy / "agreement.toml", "--json", home=tmp_path / "home")
    assert other.stdout == printed


def test_the_story_has_met_missed_undecided_and_many_without_a_source(document):
    states = [part["state"] for _, part in periods(document)]
    statuses = [part["status"] for _, part in periods(document)]
    assert "met" in states
    assert "missed" in states
    assert "undecided" in statuses
    assert statuses.count("no_data") > 10


def test_the_energy_commitment_is_computed_from_the_meters_with_an_interval(document):
    energy = next(
        part
        for name, part in periods(document)
        if name == "campus-energy-savings-pool" and part["evidence"]
    )
    evidence = energy["evidence"]
    assert {"observed_kwh", "expected_kwh", "avoided_kwh"} <= set(evidence["intervals"]["sums"])
    sums = {name: float(value) for name, value in evidence["intervals"]["sums"].items()}
    assert sums["avoided_kwh"] / sums["expected_kwh"] == pytest.approx(
        float(energy["value"]), abs=1e-3
    )
    low, high = float(energy["interval"]["low"]), float(energy["interval"]["high"])
    assert low < float(energy["value"]) < high
    assert evidence["rows"]["count"] > 100_000


def test_every_reason_is_said_in_both_languages_and_nobody_typed_a_status(document):
    source = (EXAMPLE / "agreement.toml").read_text(encoding="utf-8")
    assert 'on_track"' not in source
    for _, part in periods(document):
        assert part["reason"]["en"].strip()
        assert part["reason"]["zh"].strip()
        assert part["reason"]["en"] != part["reason"]["zh"]


def test_either_party_verifies_every_value_from_the_rows(printed, home, tmp_path):
    kept = tmp_path / "run.json"
    kept.write_bytes(printed)
    done = unipact("verify", kept, home=home)
    assert (done.returncode, done.stderr) == (0, b"")


def forged(document: dict, tmp_path: Path, change: Callable[[dict], None]) -> Path:
    """The run document with something in it changed, as a file."""
    copy = json.loads(json.dumps(document))
    change(copy)
    kept = tmp_path / "run.json"
    kept.write_text(json.dumps(copy), encoding="utf-8")
    return kept


def with_evidence(document: dict, name: str = "campus-electricity-ceiling") -> dict:
    found: dict = next(part for known, part in periods(document) if known == name)
    return found


@pytest.mark.parametrize(
    "change",
    [
        lambda copy: with_evidence(copy)["evidence"].update(value="123456"),
        lambda copy: with_evidence(copy).update(value="21000000.0", state="met"),
        lambda copy: with_evidence(copy).update(target="99999999"),
        lambda copy: with_evidence(copy).update(until="2020-07-01"),
        lambda copy: copy["benefits"][0].update(value="9999999"),
        lambda copy: copy["benefits"][0]["evidence"]["rows"].update(count=1),
    ],
    ids=["evidence", "value", "target", "period", "benefit", "rows of a benefit"],
)
def test_a_forged_number_is_found_by_verify(change, document, home, tmp_path):
    done = unipact("verify", forged(document, tmp_path, change), home=home)
    assert done.returncode == 1
    assert done.stderr.startswith(b"unipact: ")
    assert b"Traceback" not in done.stderr


def test_a_forged_state_is_found_by_verify_with_the_agreement(document, home, tmp_path):
    kept = forged(document, tmp_path, lambda copy: with_evidence(copy).update(state="met"))
    file = EXAMPLE / "agreement.toml"
    assert unipact("verify", kept, home=home).returncode == 0
    done = unipact("verify", kept, "--agreement", file, home=home)
    assert done.returncode == 1
    assert b"campus-electricity-ceiling" in done.stderr


def test_the_whole_document_follows_from_the_agreement_and_the_rows(printed, home, tmp_path):
    kept = tmp_path / "run.json"
    kept.write_bytes(printed)
    done = unipact("verify", kept, "--agreement", EXAMPLE / "agreement.toml", home=home)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_earlier_day_sees_no_later_reading(home):
    done = unipact("run", EXAMPLE / "agreement.toml", "--as-of", "2019-09-30", "--json", home=home)
    document = json.loads(done.stdout)
    for _, part in periods(document):
        for step in part["series"]:
            assert step["from"] <= "2019-09-30"


def test_the_table_names_every_commitment(document, home):
    done = unipact("run", EXAMPLE / "agreement.toml", home=home)
    table = done.stdout.decode()
    assert done.returncode == 0
    assert table.count("\n") > len(document["commitments"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nowhere.toml"], "nowhere.toml"),
        (["run", EXAMPLE / "agreement.toml", "--as-of", "yesterday"], "--as-of"),
        (["run", EXAMPLE / "sources.toml"], "sources.toml:"),
        (["verify", "README.md"], "README.md"),
        (["evidence", "nowhere.json", "x"], "nowhere.json"),
    ],
)
def test_bad_input_ends_in_one_line_and_exit_2(arguments, said, home):
    done = unipact(*arguments, home=home)
    assert done.returncode == 2
    lines = done.stderr.decode().splitlines()
    assert said in lines[0]
    assert "Traceback" not in done.stderr.decode()


def test_a_file_without_sources_and_without_a_lake_asks_for_a_day(tmp_path):
    shutil.copy(EXAMPLE / "agreement.toml", tmp_path)
    done = unipact("run", tmp_path / "agreement.toml", home=tmp_path / "home")
    assert done.returncode == 2
    assert b"--as-of" in done.stderr


def test_a_source_with_other_bytes_is_refused_and_nothing_is_imported(tmp_path):
    copy = tmp_path / "example"
    shutil.copytree(EXAMPLE, copy)
    (copy / "data" / "buildings.csv").write_bytes(b"building_id\nb0\n")
    home = tmp_path / "home"
    done = unipact("run", copy / "agreement.toml", home=home)
    assert done.returncode == 2
    assert b"digest" in done.stderr
    assert not (home / "lake" / "campus.readings").exists()
