"""Each way to spoil an agreement file is named at its line and key path, with the mend."""

from __future__ import annotations

import re

import pytest

from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.scope import KnownMetric, KnownParameter
from unipact.agreement.tests.specimen import SPECIMEN, line_of, spoiled
from unipact.errors import Finding, Invalid

# (what to replace, by what, where the line is found, key path, words of the finding)
SPOILED = [
    (
        'direction = "at_least"',
        'direcion = "at_least"',
        "direcion",
        "commitment[0].direcion",
        "Did you mean `direction`?",
    ),
    (
        'direction = "at_least"',
        'direction = "at_lest"',
        "at_lest",
        "commitment[0].direction",
        "Did you mean `at_least`?",
    ),
    (
        'unit = "share"\n',
        "",
        '[[commitment]]\nid = "energy"',
        "commitment[0]",
        'the key "unit" is missing',
    ),
    ("version = 1", 'version = "1"', 'version = "1"', "version", "expected a whole number"),
    ("version = 1", "version = 1.0", "version = 1.0", "version", "decimal text in quotes"),
    ("version = 1", "version = 2", "version = 2", "version", "Add `previous`"),
    (
        "version = 1\n",
        'version = 1\nprevious = "sha256:' + "0" * 64 + '"\n',
        "previous =",
        "previous",
        "first version has no version before it",
    ),
    (
        'format = "unipact-agreement/1"',
        'format = "unipact-agreement/2"',
        "format =",
        "format",
        "the one format that is read",
    ),
    (
        'zone = "Asia/Shanghai"',
        'zone = "Asia/Shangai"',
        "zone =",
        "zone",
        "Did you mean `Asia/Shanghai`?",
    ),
    (
        "signed_on = 2019-06-25",
        'signed_on = "2019-06-25"',
        "signed_on",
        "signed_on",
        "Take the quotes off",
    ),
    (
        "signed_on = 2019-06-25",
        "signed_on = 2019-06-25T10:00:00Z",
        "signed_on",
        "signed_on",
        "a time of day is refused",
    ),
    (
        "signed_on = 2019-06-25",
        "signed_on = 2023-01-01",
        "signed_on",
        "signed_on",
        "when the term is over",
    ),
    (
        "until = 2022-07-01",
        "until = 2019-07-01",
        "until = 2019-07-01\n\n",
        "term.until",
        "not after it begins",
    ),
    (
        'consent = ["uni", "firm"]',
        'consent = ["uni"]',
        "consent =",
        "governance.consent",
        "no enterprise consents",
    ),
    (
        'propose = ["uni", "firm"]',
        'propose = ["uni", "frm"]',
        "propose =",
        "governance.propose[1]",
        "Did you mean `firm`?",
    ),
    ('level = "0.90"', 'level = "1"', 'level = "1"', "status.level", "no level of an interval"),
    (
        'off_track_below = "0.20"',
        'off_track_below = "0.85"',
        "off_track_below",
        "status.off_track_below",
        "is above on_track_from",
    ),
    (
        'role = "enterprise"',
        'role = "university"',
        "[[party]]",
        "party",
        "no party is the enterprise",
    ),
    (
        'value = "013meh722"',
        'value = "013meh723"',
        "013meh723",
        "party[0].legal_id.value",
        "the other characters give 22",
    ),
    (
        'value = "914403001922038216"',
        'value = "914403001922038217"',
        "914403001922038217",
        "party[1].legal_id.value",
        "the other 17 give 6",
    ),
    ("+444faff7+", "+444faff8+", "444faff8", "party[0].key", "name and key give 444faff7"),
    ("+AWeu8E00", "+BGeu8E00", "BGeu8E00", "party[0].key", "no Ed25519 key"),
    ('id = "firm"', 'id = "Firm"', 'id = "Firm"', "party[1].id", "does not fit"),
    (
        'field = "campus"',
        'field = "camps"',
        "camps",
        "commitment[0].field",
        "Did you mean `campus`?",
    ),
    (
        'owed_by = ["uni", "firm"]',
        'owed_by = ["uni", "uni"]',
        "owed_by",
        "commitment[0].owed_by",
        "stands twice",
    ),
    (
        'owed_by = ["uni", "firm"]',
        'owed_by = ["uni"]',
        "owed_to",
        "commitment[0].owed_to",
        "to nobody but itself",
    ),
    (
        'owner.party = "firm"',
        'owner.party = "uni"',
        'owner.party = "uni"\nowner.role = "educ',
        "commitment[1].owner.party",
        "does not owe it",
    ),
    (
        'text.zh = "节约能源。"',
        'text.zh = ""',
        "text.zh",
        "commitment[0].text.zh",
        "the text is empty",
    ),
    ('text.zh = "节约能源。"\n', "", "text.en", "commitment[0].text", 'the key "zh" is missing'),
    (
        'metric = "campus.energy_savings_share@1"',
        'metric = "campus.energy_savings_share"',
        "metric =",
        "commitment[0].metric",
        "the version that binds",
    ),
    (
        'value = "0.05"',
        'value = "5"',
        'value = "5"',
        "commitment[0].targets[1].value",
        'Write 3 % as "0.03"',
    ),
    (
        'value = "0.05"',
        'value = "+0.05"',
        "+0.05",
        "commitment[0].targets[1].value",
        "No exponent, no plus sign",
    ),
    (
        'value = "0.05"',
        "value = 0.05",
        "value = 0.05",
        "commitment[0].targets[1].value",
        "decimal text in quotes",
    ),
    (
        'value = "80"',
        'value = "80.5"',
        "80.5",
        "commitment[1].targets[0].value",
        "counted in whole numbers",
    ),
    (
        'value = "80"',
        "value = 80",
        "value = 80",
        "commitment[1].targets[0].value",
        'Put the number in quotes: "80"',
    ),
    (
        "from = 2020-07-01, until",
        "from = 2020-06-01, until",
        "2020-06-01",
        "commitment[0].targets[1].from",
        "before the one above it ends",
    ),
    (
        "until = 2021-07-01",
        "until = 2023-07-01",
        "until = 2023-07-01",
        "commitment[0].targets[1].until",
        "after the term",
    ),
    (
        "due = 2020-06-30",
        "due = 2020-06-29",
        "2020-06-29",
        "commitment[0].targets[0].due",
        "before the last day of the period",
    ),
    (
        "due = 2020-06-30",
        "due = 2029-06-30",
        "2029-06-30",
        "commitment[0].targets[0].due",
        "more than a year",
    ),
    (
        '{ id = "y2"',
        '{ id = "y1"',
        '{ id = "y1", from = 2020-07',
        "commitment[0].targets[1].id",
        "used twice in this commitment",
    ),
    (
        "weight = 60",
        "weight = 50",
        "milestones = [",
        "commitment[0].milestones",
        "the weights sum to 90",
    ),
    (
        "due = 2021-06-30, weight",
        "due = 2022-08-01, weight",
        "2022-08-01",
        "commitment[0].milestones[1].due",
        "outside the term",
    ),
    (
        "baseline.until = 2019-07-01",
        "baseline.until = 2019-08-01",
        "baseline.until",
        "commitment[0].baseline.until",
        "inside the first period",
    ),
    (
        "baseline.until = 2019-07-01\n",
        "",
        "baseline.from",
        "commitment[0].baseline",
        "given together or not at all",
    ),
    (
        'where.meter = "electricity"',
        "where.meter = 2019-07-01",
        "where.meter",
        "commitment[0].where.meter",
        "Put it in quotes",
    ),
    (
        'id = "interns"',
        'id = "energy"',
        'id = "energy"\nfield = "campus"\neffort = "talent',
        "commitment[1].id",
        "used twice",
    ),
    (
        'amount = "300000.00"',
        'amount = "300000.01"',
        "schedule = [",
        "contribution[0].schedule",
        "They differ by 0.01",
    ),
    (
        'amount = "300000.00"',
        'amount = "300000.001"',
        "300000.001",
        "contribution[0].amount",
        "has 3 decimals; CNY has 2",
    ),
    ('unit = "CNY"', 'unit = "CNX"', "CNX", "contribution[0].unit", "no ISO 4217 currency"),
    (
        'kind = "money"',
        'kind = "people"',
        'unit = "CNY"',
        "contribution[0].unit",
        "CNY is a currency",
    ),
    (
        "on = 2020-09-01",
        "on = 2019-09-01",
        'on = 2019-09-01, amount = "200',
        "contribution[0].schedule[1].on",
        "is not after the instalment before it",
    ),
    (
        'party = "uni"\nfield',
        'party = "huawei"\nfield',
        'party = "huawei"',
        "benefit[0].party",
        'there is no party "huawei"',
    ),
    (
        'metric = "campus.avoided_energy_kwh@1"',
        'metric = "campus.avoided_energy_kwh@0"',
        "kwh@0",
        "benefit[0].metric",
        "does not fit",
    ),
    (
        'title.en = "Fund"',
        'title.en = "Fund\\u0007"',
        "u0007",
        "contribution[0].title.en",
        "control character U+0007",
    ),
    (
        'title.en = "Fund"',
        'title.en = "Fund\\U000105d2\\u0307"',
        "U000105d2",
        "contribution[0].title.en",
        "the character U+105D2 is newer than Unicode 14.0",
    ),
    (
        'title.en = "Fund"',
        'title.en = "Fund\\uffff"',
        "uffff",
        "contribution[0].title.en",
        "U+FFFF",
    ),
    (
        "silence_days = 60",
        "silence_days = 99999999999999999999",
        "silence_days",
        "governance.silence_days",
        "beyond 2^53 - 1",
    ),
]


def findings_of(data: bytes, **known: object) -> tuple[Finding, ...]:
    with pytest.raises(Invalid) as caught:
        read_agreement(data, **known)  # type: ignore[arg-type]
    return caught.value.findings


def test_the_specimen_itself_is_valid() -> None:
    assert read_agreement(SPECIMEN.encode()).agreement.id == "pact"


@pytest.mark.parametrize(
    ("old", "new", "passage", "path", "words"),
    SPOILED,
    ids=[f"{s[3]}-{i}" for i, s in enumerate(SPOILED)],
)
def test_a_spoiled_place_is_named_with_line_path_and_mend(
    old: str, new: str, passage: str, path: str, words: str
) -> None:
    data = spoiled(old, new)

    findings = findings_of(data)

    place = re.compile(rf"agreement\.toml:{line_of(data, passage)} {re.escape(path)}( \(.*\))?")
    assert any(place.fullmatch(f.where) and words in str(f) for f in findings), findings
    assert all("\n" not in str(f) for f in findings)


def test_one_spoiled_place_gives_one_finding() -> None:
    """Where nothing else depends on the place, nothing else is reported."""
    for old, new, *_ in SPOILED[:12]:
        assert len(findings_of(spoiled(old, new))) == 1, (old, new)


def test_all_findings_come_at_once_in_line_order() -> None:
    data = spoiled('zone = "Asia/Shanghai"', 'zone = "Mars/Olympus"')
    data = data.replace(b'unit = "CNY"', b'unit = "XXQ"').replace(b"weight = 60", b"weight = 61")

    places = [finding.where for finding in findings_of(data)]

    assert [place.partition(" ")[2].partition(" ")[0] for place in places] == [
        "zone",
        "commitment[0].milestones",
        "contribution[0].unit",
    ]
    lines = [int(place.split(":")[1].split()[0]) for place in places]
    assert lines == sorted(lines)


def test_a_finding_carries_the_ids_on_its_way() -> None:
    (finding,) = findings_of(spoiled('value = "0.05"', 'value = "5"'))
    assert finding.where.endswith("commitment[0].targets[1].value (energy, y2)")


@pytest.mark.parametrize(
    ("data", "where", "words"),
    [
        (b"\xef\xbb\xbfid = 1", "agreement.toml:1:1", "byte order mark"),
        (b"id = 1\nx = '\xff'\n", "agreement.toml:2:6", "0xff is not UTF-8"),
        (b"id = 1\nid = 2\n", "agreement.toml:2:7", "stands twice"),
        (b'id = "x\n', "agreement.toml:1:8", "this is no TOML"),
        (b"id = ", "agreement.toml:1", "this is no TOML"),
        (b"x = " + b"[" * 5000, "agreement.toml", "nested too deeply"),
        (b"x = " + b"9" * 5000, "agreement.toml", "cannot be read"),
        (b"x = 2019-02-30", "agreement.toml", ""),
        (b"x = \x00", "agreement.toml:1:5", "this is no TOML"),
        (b"#" * (4 * 1024 * 1024 + 1), "agreement.toml", "are read at most"),
    ],
)
def test_bytes_that_are_no_toml_are_refused_with_their_place(
    data: bytes, where: str, words: str
) -> None:
    (finding,) = findings_of(data)
    assert finding.where.startswith(where)
    assert words in str(finding)


METER = {"meter": KnownParameter(str, required=False, choices=("electricity", "gas"))}
KNOWN = {
    "campus": {
        "campus.energy_savings_share@1": KnownMetric("1", METER),
        "campus.avoided_energy_kwh@1": KnownMetric("kW.h", METER),
    }
}


def test_metrics_that_running_fields_declare_are_accepted() -> None:
    assert read_agreement(SPECIMEN.encode(), known_metrics=KNOWN).sha256


def test_a_metric_of_a_running_field_must_be_declared() -> None:
    data = spoiled("campus.energy_savings_share@1", "campus.energy_saving_share@1")
    (finding,) = findings_of(data, known_metrics=KNOWN)
    assert "Did you mean `campus.energy_savings_share@1`?" in str(finding)


def test_a_metric_of_a_field_that_does_not_run_is_no_fault() -> None:
    data = spoiled("college.placements_completed@1", "college.anything@7")
    assert read_agreement(data, known_metrics=KNOWN).agreement.commitments[1].metric_version == 7


def test_the_unit_must_be_the_metrics() -> None:
    data = spoiled('unit = "share"', 'unit = "kWh"')
    (finding,) = findings_of(data, known_metrics=KNOWN)
    assert finding.where.endswith("commitment[0].unit (energy)")
    assert 'counts in "1"' in finding.what


def test_a_parameter_that_the_metric_does_not_take_is_named_with_its_line() -> None:
    metric = 'metric = "campus.avoided_energy_kwh@1"'
    data = spoiled(metric, f'{metric}\nwhere.metre = "gas"')
    (finding,) = findings_of(data, known_metrics=KNOWN)
    assert finding.where.endswith("benefit[0].where.metre (saved)")
    assert "Did you mean `meter`?" in str(finding)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ('where.meter = "water"', '"water" is not one of electricity, gas'),
        ("where.meter = 3", "3 is not text"),
    ],
)
def test_a_parameter_of_another_kind_or_choice_is_named(said: str, what: str) -> None:
    metric = 'metric = "campus.avoided_energy_kwh@1"'
    (finding,) = findings_of(spoiled(metric, f"{metric}\n{said}"), known_metrics=KNOWN)
    assert finding.what == what


def test_a_parameter_that_the_metric_needs_is_missed() -> None:
    needed = {"meter": KnownParameter(str, required=True)}
    known = {
        "campus": {**KNOWN["campus"], "campus.avoided_energy_kwh@1": KnownMetric("kW.h", needed)}
    }
    (finding,) = findings_of(SPECIMEN.encode(), known_metrics=known)
    assert finding.where.endswith("benefit[0].where (saved)")
    assert "needs the parameter meter" in finding.what
