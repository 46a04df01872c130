"""`unipact check`, `fmt` and `schema` as a person at the terminal meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from unipact.agreement import commands
from unipact.agreement.formats.agreement_toml import read_agreement, read_agreement_json
from unipact.agreement.formats.scope import KnownMetric, KnownParameter
from unipact.agreement.tests.specimen import SPECIMEN, spoiled
from unipact.errors import Invalid, NotFound, UnipactError
from unipact.exits import exit_for

KNOWN = {
    "campus": {
        "campus.energy_savings_share@1": KnownMetric(
            "1", {"meter": KnownParameter(str, required=True)}
        ),
        "campus.avoided_energy_kwh@1": KnownMetric("kW.h"),
    }
}


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.command("check")(commands.checker(lambda: KNOWN))
    app.command("fmt")(commands.fmt)
    app.command("schema")(commands.schema)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def error_of(result: Result) -> UnipactError:
    assert isinstance(result.exception, UnipactError), result.output
    return result.exception


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "agreement.toml"
    path.write_text(SPECIMEN)
    return path


def test_check_says_in_one_line_that_a_file_is_valid(file: Path) -> None:
    result = run("check", file)
    sha256 = read_agreement(SPECIMEN.encode()).sha256
    assert result.exit_code == 0
    assert result.output == f"{file} is valid: version 1, 2 commitments, {sha256}\n"


def test_check_refuses_with_every_finding(file: Path) -> None:
    file.write_bytes(spoiled("weight = 60", "weight = 50").replace(b'"80"', b'"8.5"'))
    error = error_of(run("check", file))
    assert exit_for(error) == 2
    assert len(error.findings) == 2
    assert all(str(f).startswith(f"{file}:") for f in error.findings)


def test_check_knows_the_metrics_of_running_fields(file: Path) -> None:
    file.write_bytes(spoiled("campus.avoided_energy_kwh@1", "campus.avoided_energy@1"))
    assert "Did you mean" in str(error_of(run("check", file)).findings[0])


def test_check_prints_findings_as_json(file: Path) -> None:
    file.write_bytes(spoiled('unit = "share"', 'unit = "kWh"'))
    result = run("check", file, "--json")
    report = json.loads(result.output)
    assert result.exit_code == 2
    assert (report["valid"], report["sha256"], len(report["findings"])) == (False, None, 1)
    assert set(report["findings"][0]) == {"where", "what", "mend"}


def test_check_prints_a_verdict_as_json(file: Path) -> None:
    report = json.loads(run("check", file, "--json").output)
    assert report == {
        "valid": True,
        "sha256": read_agreement(SPECIMEN.encode()).sha256,
        "findings": [],
    }


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    error = error_of(run("check", tmp_path / "none.toml"))
    assert isinstance(error, NotFound)
    assert exit_for(error) == 2


def test_fmt_prints_the_canonical_layout_and_leaves_the_file(file: Path) -> None:
    loose = SPECIMEN.replace("version = 1", "version   =   1")
    file.write_text(loose)
    result = run("fmt", file)
    assert result.stdout_bytes.decode() == SPECIMEN
    assert file.read_text() == loose


def test_fmt_check_answers_by_its_exit_code(file: Path) -> None:
    assert run("fmt", file, "--check").exit_code == 0
    file.write_text(SPECIMEN.replace("version = 1", "version   =   1"))
    result = run("fmt", file, "--check")
    assert result.exit_code == 1
    assert "not in the canonical layout" in result.output


def test_fmt_writes_in_place_and_keeps_comments_and_mode(file: Path) -> None:
    file.write_text("# ours\n" + SPECIMEN.replace("version = 1", "version   =   1 # one"))
    file.chmod(0o640)
    assert run("fmt", file, "--write").exit_code == 0
    assert file.read_text() == "# ours\n" + SPECIMEN.replace("version = 1", "version = 1  # one")
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(file.parent.iterdir()) == [file]


def test_fmt_leaves_comments_out_only_when_asked(file: Path) -> None:
    file.write_text("# ours\n" + SPECIMEN)
    assert run("fmt", file, "--drop-comments").stdout_bytes.decode() == SPECIMEN
    error = error_of(run("fmt", file, "--to", "json"))
    assert isinstance(error, Invalid)
    assert "--drop-comments" in str(error.findings[0])


def test_fmt_does_not_touch_a_file_that_is_not_valid(file: Path) -> None:
    data = spoiled("weight = 60", "weight = 50")
    file.write_bytes(data)
    assert isinstance(error_of(run("fmt", file, "--write")), Invalid)
    assert file.read_bytes() == data


def test_json_out_and_in_again_keeps_the_hash(file: Path, tmp_path: Path) -> None:
    printed = run("fmt", file, "--to", "json").stdout_bytes
    other = tmp_path / "agreement.json"
    other.write_bytes(printed)
    assert read_agreement_json(printed).sha256 == read_agreement(SPECIMEN.encode()).sha256
    assert run("check", other).exit_code == 0
    assert run("fmt", other).stdout_bytes.decode() == SPECIMEN


def test_write_keeps_the_form_of_the_file(file: Path) -> None:
    error = error_of(run("fmt", file, "--to", "json", "--write"))
    assert "keeps the form" in error.message
    assert file.read_text() == SPECIMEN


def test_schema_lists_names_and_prints_one() -> None:
    names = run("schema").output.split()
    assert {"agreement", "run", "sources"} <= set(names)
    for name in names:
        assert json.loads(run("schema", name).stdout_bytes)["$schema"]


def test_an_unknown_schema_is_bad_input() -> None:
    error = error_of(run("schema", "nothing"))
    assert exit_for(error) == 2
    assert "agreement" in error.message
