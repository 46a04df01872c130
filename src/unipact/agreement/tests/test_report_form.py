"""The report as JSON: held to its schema, the same for everybody, and nothing but text numbers."""

from __future__ import annotations

import json

import jsonschema
import pytest

from unipact.agreement.formats.structure import schema
from unipact.agreement.queries.report.form import report_json
from unipact.agreement.tests.kept import DAYS, run_document
from unipact.agreement.tests.reported import SAMPLE, document, earlier_document, edition


def _valid(data: bytes) -> dict:
    loaded = json.loads(data)
    checker = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator(schema("report"), format_checker=checker).validate(loaded)
    return loaded


@pytest.mark.parametrize(
    "made",
    [
        edition(),
        edition(earlier=earlier_document()),
        edition(json.loads(run_document(DAYS[0]))),
        edition(json.loads(run_document(DAYS[1])), json.loads(run_document(DAYS[0]))),
    ],
    ids=["sample", "compared", "nothing measured", "nothing changed"],
)
def test_a_report_is_valid_and_has_every_commitment(made):
    loaded = _valid(report_json(made))

    assert [each["id"] for each in loaded["commitments"]] == [
        each["id"] for each in made.document["commitments"]
    ]


def test_a_report_names_the_run_document_the_terms_and_the_snapshot():
    made = edition(earlier=earlier_document())
    loaded = _valid(report_json(made))

    assert loaded["run"]["sha256"] == f"sha256:{made.sha256}"
    assert loaded["compared_with"]["sha256"] == f"sha256:{made.earlier_sha256}"
    assert loaded["agreement"]["sha256"] == document()["agreement"]["sha256"]
    assert loaded["snapshot"] == document()["snapshot"]
    assert (loaded["year"], loaded["from"], loaded["until"]) == (2019, "2019-07-01", "2019-12-01")


def test_every_evidence_id_of_a_figure_is_in_the_list_of_evidence():
    loaded = _valid(report_json(edition()))
    listed = {each["id"] for each in loaded["evidence"]}
    named = {
        measured["evidence"]
        for measured in [
            *(period for each in loaded["commitments"] for period in each["periods"]),
            *loaded["benefits"],
        ]
    }

    assert named - {None} == listed


def test_the_same_run_documents_give_the_same_bytes():
    made = edition(earlier=earlier_document())

    assert report_json(made) == report_json(edition(earlier=earlier_document()))
    assert report_json(made) != report_json(edition())


def test_no_number_is_a_float():
    def refuse(text: str) -> float:
        raise AssertionError(text)

    json.loads(report_json(edition()), parse_float=refuse)


def test_a_report_of_another_format_is_refused_by_the_schema():
    loaded = {**json.loads(report_json(edition())), "surprise": 1}

    with pytest.raises(jsonschema.ValidationError):
        _valid(json.dumps(loaded).encode())


def test_the_published_sample_is_what_is_written_today():
    """A change of the format is seen here, and asks for another number of it."""
    assert report_json(edition(earlier=earlier_document())) == (
        SAMPLE.with_name("report.json").read_bytes()
    )
