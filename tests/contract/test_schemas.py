"""Every document that unipact reads or writes is held to its published JSON Schema."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.canonical import to_json_form
from unipact.agreement.formats.structure import schema, schema_names

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "usst-huawei-2019"
SAMPLES = Path(__file__).parent / "samples"


def valid(document: Any, name: str) -> None:
    checker = jsonschema.FormatChecker()
    jsonschema.Draft202012Validator(schema(name), format_checker=checker).validate(document)


def objects(value: Any) -> list[dict[str, Any]]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = [value] if isinstance(value, dict) else []
    return found + [each for item in inside for each in objects(item)]


@pytest.mark.parametrize("name", schema_names())
def test_a_published_schema_is_a_schema_with_title_and_description(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema(name)["title"]
    assert schema(name)["description"]


@pytest.mark.parametrize("name", ["agreement", "report", "run", "sources"])
def test_a_schema_of_ours_refuses_unknown_keys(name: str) -> None:
    """Each table says its keys; evidence of another maker and free options are left open."""
    free = [o for o in objects(schema(name)) if o.get("type") == "object" and "properties" in o]
    closed = [o for o in free if o.get("additionalProperties") is False]
    assert len(free) - len(closed) <= (1 if name == "run" else 0)
    with pytest.raises(jsonschema.ValidationError):
        valid({"format": f"unipact-{name}/1", "surprise": 1}, name)


def test_the_example_is_valid_by_the_schema_alone() -> None:
    valid(read_agreement((EXAMPLE / "agreement.toml").read_bytes()).document, "agreement")


def test_the_sources_of_the_example_are_valid() -> None:
    document, problems = to_json_form(tomllib.loads((EXAMPLE / "sources.toml").read_text()))
    assert problems == []
    valid(document, "sources")


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_sample_document_is_valid_by_the_schema_of_its_name(sample: Path) -> None:
    valid(json.loads(sample.read_bytes()), sample.stem.partition("-")[0])


def test_a_run_document_refuses_a_number_that_is_no_text() -> None:
    document = json.loads((SAMPLES / "run.json").read_bytes())
    document["commitments"][0]["periods"][0]["value"] = 0.012
    with pytest.raises(jsonschema.ValidationError):
        valid(document, "run")
