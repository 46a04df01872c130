"""`unipact campus savings`: answers, refusals and findings, by the command itself."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from unipact.campus.commands import app
from unipact.campus.engine.series import Hourly
from unipact.campus.tests.synthetic import meter_of, times_of, weather_of, write_csv
from unipact.errors import UnipactError
from unipact.exits import exit_for

DATES = {
    "baseline-start": "2017-01-01",
    "baseline-end": "2018-01-01",
    "reporting-end": "2019-01-01",
}


@dataclass(frozen=True)
class Said:
    """What a run of the command left behind."""

    code: int
    out: str
    findings: list[str]

    @property
    def answer(self) -> dict[str, object]:
        return json.loads(self.out)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("files")
    weather = weather_of()
    meter = meter_of(weather)
    return (
        write_csv(folder / "meter.csv", "kwh", meter),
        write_csv(folder / "weather.csv", "temp_c", weather),
    )


def _run(files: tuple[Path, Path], *more: str, **dates: str) -> Said:
    meter, weather = files
    arguments = ["savings", "--meter", str(meter), "--weather", str(weather)]
    for name, value in (DATES | {k.replace("_", "-"): v for k, v in dates.items()}).items():
        arguments += [f"--{name}", value]
    done = CliRunner().invoke(app, [*arguments, *more])
    if isinstance(done.exception, UnipactError):
        findings = [str(each) for each in done.exception.findings]
        return Said(int(exit_for(done.exception)), done.stdout, findings)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, done.stderr.splitlines())


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _written(folder: Path, lines: list[str]) -> Path:
    path = folder / "changed.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_answer_has_what_was_promised(files):
    said = _run(files, "--json")
    assert said.code == 0
    answer = said.answer
    assert answer["refused"] is None
    assert answer["avoided_energy_kwh"] == pytest.approx(
        answer["expected_energy_kwh"] - answer["observed_energy_kwh"], abs=0.002
    )
    assert answer["uncertainty_kwh_90"] == pytest.approx(
        (answer["savings_share_high_90"] - answer["savings_share"]) * answer["expected_energy_kwh"],
        rel=1e-4,
    )
    assert 0 < answer["cv_rmse"] < 0.2
    assert abs(answer["nmbe"]) < 0.005
    assert answer["model"] == "daily change-point 3PH/3PH"
    assert answer["units"]["energy"] == "kWh"
    assert answer["zone"] == "UTC"
    assert answer["meter"]["rows_accepted"] == 17520


@pytest.mark.parametrize("method", ["daily", "hourly"])
def test_twice_the_same_question_has_the_same_bytes(files, method):
    one, other = (_run(files, "--json", "--method", method) for _ in range(2))
    assert one.out == other.out
    assert one.answer["method"] == method


@pytest.mark.parametrize("method", ["daily", "hourly"])
def test_a_planted_saving_is_found_to_a_thousandth(files, tmp_path, method):
    lines = _lines(files[0])
    planted = 0.0
    for k in range(1 + 8760, len(lines)):
        time, value = lines[k].split(",")
        lines[k] = f"{time},{float(value) * 0.9:.4f}"
        planted += float(value) - float(lines[k].split(",")[1])
    changed = (_written(tmp_path, lines), files[1])
    before = _run(files, "--json", "--method", method).answer["avoided_energy_kwh"]
    after = _run(changed, "--json", "--method", method).answer["avoided_energy_kwh"]
    assert after - before == pytest.approx(planted, rel=1e-3)


def test_a_large_saving_is_called_one(files, tmp_path):
    lines = _lines(files[0])
    lines[8761:] = [f"{t},{float(v) * 0.5:.4f}" for t, v in (x.split(",") for x in lines[8761:])]
    answer = _run((_written(tmp_path, lines), files[1]), "--json").answer
    assert answer["verdict"]["code"] == "saving"
    assert answer["savings_share"] == pytest.approx(0.5, abs=0.02)


def test_the_table_says_the_same_in_both_languages(files):
    english, chinese = _run(files).out, _run(files, "--language", "zh").out
    assert "Cannot be decided" in english
    assert "2018-12" in english
    assert "无法判定" in chinese
    assert "避免的能耗" in chinese


def test_rows_after_the_reporting_end_and_before_the_baseline_change_nothing(files, tmp_path):
    lines = _lines(files[0])
    answer = _run(files, "--json", baseline_start="2017-02-01", reporting_end="2018-10-01").answer
    kept = [lines[0]] + [x for x in lines[1:] if "2017-02-01" <= x[:10] < "2018-10-01"]
    cut = _run(
        (_written(tmp_path, kept), files[1]),
        "--json",
        baseline_start="2017-02-01",
        reporting_end="2018-10-01",
    ).answer
    for name in ("avoided_energy_kwh", "expected_energy_kwh", "cv_rmse", "uncertainty_kwh_90"):
        assert cut[name] == answer[name]


def test_a_short_baseline_is_refused_with_the_answer_still_printed(files):
    said = _run(files, "--json", baseline_start="2017-06-01")
    assert said.code == 3
    assert "214 days" in said.answer["refused"]
    assert said.answer["refused_zh"]
    assert said.answer["avoided_energy_kwh"] is None
    assert any("214 days" in line for line in said.findings)


def test_weather_that_does_not_reach_is_refused(files, tmp_path):
    short = _written(tmp_path, _lines(files[1])[:9000])
    said = _run((files[0], short), "--json")
    assert said.code == 3
    assert "reporting period" in said.answer["refused"]


def test_a_patchy_baseline_is_refused(files, tmp_path):
    lines = _lines(files[0])
    del lines[1000:2500]
    said = _run((_written(tmp_path, lines), files[1]), "--json")
    assert said.code == 3
    assert "baseline days count" in said.answer["refused"]


@pytest.mark.parametrize(
    ("dates", "place", "what"),
    [
        ({"baseline_end": "2016-01-01"}, "--baseline-end", "not after"),
        ({"reporting_end": "2018-01-01"}, "--reporting-end", "not after"),
        ({"baseline_start": "01/01/2017"}, "--baseline-start", "no day"),
    ],
)
def test_dates_that_make_no_sense_are_named(files, dates, place, what):
    said = _run(files, "--json", **dates)
    assert said.code == 2
    assert said.out == ""
    assert said.findings[0].startswith(place)
    assert what in said.findings[0]


def test_an_unknown_zone_is_named(files):
    said = _run(files, "--zone", "Europe/Camford")
    assert said.code == 2
    assert "no IANA zone" in said.findings[0]


def test_a_file_that_is_not_there_is_named(files, tmp_path):
    said = _run((tmp_path / "none.csv", files[1]))
    assert said.code == 2
    assert "no such file" in said.findings[0]


def test_few_bad_rows_are_told_on_the_way_and_in_the_answer(files, tmp_path):
    lines = _lines(files[0])
    lines[100] = lines[100].split(",")[0] + ",many"
    lines[200] = "soon,5"
    said = _run((_written(tmp_path, lines), files[1]), "--json")
    assert said.code == 0
    assert said.answer["meter"]["rows_bad"] == 2
    assert [":line 101:" in said.findings[0], ":line 201:" in said.findings[1]] == [True, True]
    assert said.answer["meter"]["findings"] == [
        line.removeprefix("unipact: ") for line in said.findings
    ]


def test_many_bad_rows_end_the_command(files, tmp_path):
    lines = _lines(files[0])
    lines[1:] = [x.split(",")[0] + ",?" for x in lines[1:]]
    said = _run((_written(tmp_path, lines), files[1]), "--json")
    assert said.code == 2
    assert said.out == ""
    assert len(said.findings) == 22


def test_zeros_are_missing_unless_they_are_kept(files, tmp_path):
    lines = _lines(files[0])
    for k in range(9000, 9100):
        lines[k] = lines[k].split(",")[0] + ",0"
    changed = (_written(tmp_path, lines), files[1])
    missing = _run(changed, "--json").answer
    kept = _run(changed, "--json", "--zeros", "keep").answer
    assert missing["meter"]["zero_hours"] == kept["meter"]["zero_hours"] == 100
    assert missing["coverage_share"] < kept["coverage_share"] == 1
    assert kept["avoided_energy_kwh"] > missing["avoided_energy_kwh"] + 2000


def test_quarter_hours_have_the_answer_of_their_hours(files, tmp_path):
    weather = weather_of()
    meter = meter_of(weather)
    times = times_of(Hourly(meter.start, meter.values))
    lines = ["ts_utc,kwh"]
    for time, value in zip(times, meter.values.tolist(), strict=True):
        lines += [f"{time[:14]}{minute:02}:00Z,{value / 4!r}" for minute in (0, 15, 30, 45)]
    fine = _run((_written(tmp_path, lines), files[1]), "--json").answer
    plain = _run(files, "--json").answer
    assert fine["meter"]["minutes_between_readings"] == 15
    assert fine["avoided_energy_kwh"] == pytest.approx(plain["avoided_energy_kwh"], abs=0.5)


def test_the_intervals_written_add_up_to_the_answer(files, tmp_path):
    out = tmp_path / "intervals.csv"
    answer = _run(files, "--json", "--out", str(out), "--zone", "Europe/London").answer
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["day"] == "2018-01-01"
    total = sum(float(row["avoided_kwh"]) for row in rows)
    assert total == pytest.approx(answer["avoided_energy_kwh"], abs=1)
    assert not list(tmp_path.glob(".intervals*"))


def test_the_zone_moves_the_days_and_is_named_in_the_answer(files):
    london = _run(files, "--json", "--zone", "Europe/London").answer
    shanghai = _run(files, "--json", "--zone", "Asia/Shanghai").answer
    assert shanghai["zone"] == "Asia/Shanghai"
    assert shanghai["observed_energy_kwh"] != london["observed_energy_kwh"]


def test_a_constant_meter_has_an_answer(files, tmp_path):
    constant = Hourly(weather_of().start, np.full(17520, 5.0))
    path = write_csv(tmp_path / "constant.csv", "kwh", constant)
    answer = _run((path, files[1]), "--json").answer
    assert answer["avoided_energy_kwh"] == pytest.approx(0, abs=0.01)
    assert answer["model"] == "daily change-point 1P/1P"
