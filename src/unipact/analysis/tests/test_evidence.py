"""Evidence: anyone with the rows gets the same value and the same digests, and sees a change."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unipact.agreement.engine.terms import Span
from unipact.analysis.evaluation import Evaluator, Page
from unipact.analysis.lake import SnapshotGone
from unipact.analysis.registry import Computed, ComputedResult, Scope
from unipact.analysis.tests import plant, worlds
from unipact.errors import Invalid, NotFound

BASE = Span(date(2018, 1, 1), date(2018, 3, 1))
PERIOD = Span(date(2018, 3, 1), date(2018, 9, 1))
SCHEMA = json.loads(
    (files("unipact.agreement") / "schemas" / "evidence.schema.json").read_text(encoding="utf-8")
)
VALUES: Mapping[str, Callable[[list[dict[str, Any]]], Decimal]] = {
    "plant.energy": lambda rows: sum((Decimal(row["kwh"]) for row in rows), Decimal(0)),
    "plant.hours": lambda rows: Decimal(len(rows)),
    "plant.loads": lambda rows: Decimal(len({row["kwh"] for row in rows})),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence")
    rows = worlds.readings(3, 24 * 200)
    worlds.lake(folder).publish(worlds.batch("a", readings=rows, meters=worlds.meters(3)))
    return folder


@pytest.fixture(scope="module")
def source(root: Path) -> Evaluator:
    return plant.evaluator(root)


def evidence_of(source: Evaluator, metric: str, **said: Any) -> dict[str, Any]:
    asked = plant.request(
        metric, period=PERIOD, as_of=date(2018, 6, 5), zone="UTC", baseline=BASE, **said
    )
    (answer,) = source.evaluate([asked])
    assert answer.evidence is not None, answer.gap
    return dict(answer.evidence)


def all_rows(source: Evaluator, document: Mapping[str, Any], limit: int = 1_000) -> list[Page]:
    pages = [source.evidence_rows(document, limit=limit)]
    while pages[-1].cursor:
        pages.append(source.evidence_rows(document, cursor=pages[-1].cursor, limit=limit))
    return pages


def as_dicts(pages: list[Page]) -> list[dict[str, Any]]:
    names = [name for name, _ in pages[0].columns]
    return [dict(zip(names, row, strict=True)) for page in pages for row in page.rows]


def digest_by_hand(pages: list[Page]) -> str:
    """As docs/reference/metrics.md describes it, from what the pages show."""
    kinds = [kind for _, kind in pages[0].columns]
    lines = ["\t".join(map(_text, row, kinds)) + "\n" for page in pages for row in page.rows]
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def _text(value: Any, kind: str) -> str:
    if value is None:
        return "\\N"
    if kind.startswith("timestamp"):
        moment = datetime.fromisoformat(value) - datetime(1970, 1, 1, tzinfo=UTC)
        return str(moment // timedelta(microseconds=1))
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


@pytest.mark.parametrize("metric", [each.name for each in plant.ALL])
def test_every_document_fits_its_schema_and_holds(source: Evaluator, metric: str) -> None:
    document = evidence_of(source, metric)
    jsonschema.validate(document, SCHEMA)
    again = source.verify(document)
    assert again.findings == ()
    assert again.evidence == document


@pytest.mark.parametrize("metric", sorted(VALUES))
def test_the_rows_give_the_value_and_the_digest(source: Evaluator, metric: str) -> None:
    document = evidence_of(source, metric, where={"meter": "m001"})
    pages = all_rows(source, document)
    rows = as_dicts(pages)
    assert VALUES[metric](rows) == Decimal(document["value"])
    assert len(rows) == document["rows"]["count"]
    assert digest_by_hand(pages) == document["rows"]["digest"]
    assert {row["meter"] for row in rows} == {"m001"}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(limit=st.integers(1, 1_000))
def test_pages_of_any_size_give_every_row_once_and_in_order(source: Evaluator, limit: int) -> None:
    period = Span(date(2018, 3, 1), date(2018, 3, 5))
    asked = plant.request("plant.energy", period=period, zone="UTC")
    document = source.evaluate([asked])[0].evidence
    assert document is not None
    rows = [row for page in all_rows(source, document, limit) for row in page.rows]
    keys = [(row[0], row[1]) for row in rows]
    assert keys == sorted(set(keys))
    assert len(keys) == document["rows"]["count"]


def test_text_with_tabs_newlines_and_gaps_has_the_digest_of_the_docs(tmp_path: Path) -> None:
    rows = worlds.readings(1, 24).to_pylist()
    for number, row in enumerate(rows):
        row["meter"] = ["a\tb", "a\\tb", "line\nline", "后"][number % 4]
        row["temp"] = [None, 0.1, 1e300, -2.5][number % 4]
        row["kwh"] += 1
    table = pa.Table.from_pylist(rows, schema=worlds.READINGS.schema)
    worlds.lake(tmp_path).publish(worlds.batch("odd", readings=table))
    source = plant.evaluator(tmp_path)
    asked = plant.request("plant.energy", period=plant.YEAR, zone="UTC")
    document = source.evaluate([asked])[0].evidence
    assert document is not None
    assert digest_by_hand(all_rows(source, document)) == document["rows"]["digest"]


def test_the_intervals_of_a_computed_value_give_it(source: Evaluator) -> None:
    document = evidence_of(source, "plant.saved_share")
    page = source.evidence_intervals(document, limit=1_000)
    rows = as_dicts([page])
    avoided = sum((Decimal(row["avoided"]) for row in rows), Decimal(0))
    expected = sum((Decimal(row["expected"]) for row in rows), Decimal(0))
    value = Decimal(float(avoided) / float(expected)).quantize(Decimal("0.0001"))
    assert value == Decimal(document["value"])
    assert f"{avoided:f}" == document["intervals"]["sums"]["avoided"]
    assert len(rows) == document["intervals"]["count"] == 97
    assert digest_by_hand([page]) == document["intervals"]["digest"]
    assert document["quality"] == {"baseline_days": "59"}


def test_the_rows_of_a_computed_value_are_those_of_baseline_and_period(source: Evaluator) -> None:
    document = evidence_of(source, "plant.saved_share")
    days = {row["ts"][:10] for row in as_dicts(all_rows(source, document))}
    assert (min(days), max(days), len(days)) == ("2018-01-01", "2018-06-05", 59 + 97)


def test_a_computed_answer_has_history_interval_and_forecast(source: Evaluator) -> None:
    asked = plant.request(
        "plant.saved_share",
        period=PERIOD,
        as_of=date(2018, 6, 5),
        zone="UTC",
        baseline=BASE,
        target="0.5",
    )
    (answer,) = source.evaluate([asked])
    assert answer.interval is not None
    assert answer.series[-1].cumulative == answer.value
    assert answer.forecast is not None
    assert "uncertainty" in answer.forecast.method.en
    assert answer.forecast.probability == 0


def test_a_function_whose_value_is_not_that_of_its_intervals_is_refused(root: Path) -> None:
    def wrong(rows: Mapping[str, Any], scope: Scope) -> ComputedResult:
        right = plant.saved(rows, scope)
        assert right.value is not None
        return ComputedResult(value=right.value + 1, intervals=right.intervals)

    metric = plant.declared(
        Computed,
        name="plant.saved_share",
        inputs=plant.SAVED.inputs,
        compute=wrong,
        engine="wrong/1",
        numerator="avoided",
        denominator="expected",
    )
    with pytest.raises(Invalid, match="cannot be computed"):
        evidence_of(plant.evaluator(root, metric), "plant.saved_share")


@pytest.mark.parametrize("place", ["value", "rows", "metric", "parameters", "id"])
def test_a_document_that_was_changed_does_not_hold(source: Evaluator, place: str) -> None:
    document = deepcopy(evidence_of(source, "plant.energy"))
    if place == "value":
        document["value"] = "1.000"
    elif place == "rows":
        document["rows"]["count"] += 1
    elif place == "metric":
        document["metric"]["sha256"] = "sha256:" + "0" * 64
    elif place == "parameters":
        document["parameters"]["where"] = {"meter": "m002"}
    else:
        document["id"] = "sha256:" + "0" * 64
    places = {each.where for each in source.verify(document).findings}
    assert "id" in places
    if place != "id":
        assert places & {place, "value", "rows"}


def test_evidence_holds_after_more_batches_and_not_after_erasure(tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path)
    lake.publish(worlds.batch("a", readings=worlds.readings(2, 24 * 200)))
    document = evidence_of(plant.evaluator(tmp_path), "plant.energy")
    for number in range(3):
        more = worlds.readings(1, 24 * 200, first=10 + number)
        lake.publish(worlds.batch(f"later {number}", readings=more))
    later = plant.evaluator(tmp_path)
    assert later.verify(document).holds
    assert later.evidence_rows(document, limit=5).rows[0][0] == "m000"
    assert evidence_of(later, "plant.energy")["value"] != document["value"]

    Path(lake.files(lake.at(document["snapshot"]), "plant.readings")[0]).unlink()
    erased = plant.evaluator(tmp_path)
    with pytest.raises(SnapshotGone, match="has lost"):
        erased.verify(document)
    with pytest.raises(SnapshotGone):
        erased.evidence_rows(document)


def test_two_parties_with_the_same_files_get_the_same_evidence(root: Path, tmp_path: Path) -> None:
    lake = worlds.lake(tmp_path / "theirs")
    lake.publish(worlds.batch("theirs: meters", meters=worlds.meters(3)))
    lake.publish(worlds.batch("theirs: readings", readings=worlds.readings(3, 24 * 200)))
    theirs = evidence_of(plant.evaluator(tmp_path / "theirs"), "plant.energy")
    ours = evidence_of(plant.evaluator(root), "plant.energy")
    assert theirs["rows"] == ours["rows"]
    assert (
        theirs["snapshot"]["tables"]["plant.readings"]
        == (ours["snapshot"]["tables"]["plant.readings"])
    )


def test_a_snapshot_that_never_was_here_is_refused(source: Evaluator) -> None:
    document = deepcopy(evidence_of(source, "plant.energy"))
    document["snapshot"]["id"] = "sha256:" + "0" * 64
    with pytest.raises(SnapshotGone):
        source.verify(document)


def test_a_version_that_the_snapshot_does_not_have_does_not_hold(source: Evaluator) -> None:
    document = deepcopy(evidence_of(source, "plant.energy"))
    document["snapshot"]["tables"]["plant.readings"]["version"] = 7
    assert not source.verify(document).holds


@pytest.mark.parametrize(
    "cursor", ["", "x", "WzFd", "bm90IGpzb24=", "W251bGwsIG51bGxd", "é", "WyJhIiwgImIiXQ=="]
)
def test_a_cursor_that_no_page_gave_is_refused(source: Evaluator, cursor: str) -> None:
    with pytest.raises(Invalid):
        source.evidence_rows(evidence_of(source, "plant.energy"), cursor=cursor)


def test_a_cursor_beyond_the_last_interval_is_refused(source: Evaluator) -> None:
    cursor = base64.urlsafe_b64encode(str([10**30]).encode()).decode()
    with pytest.raises(Invalid):
        source.evidence_intervals(evidence_of(source, "plant.saved_share"), cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 1_001])
def test_a_page_size_out_of_range_is_refused(source: Evaluator, limit: int) -> None:
    with pytest.raises(Invalid):
        source.evidence_rows(evidence_of(source, "plant.energy"), limit=limit)
    with pytest.raises(Invalid):
        source.evidence_intervals(evidence_of(source, "plant.saved_share"), limit=limit)


def test_rows_and_intervals_that_do_not_exist_are_not_found(source: Evaluator) -> None:
    document = evidence_of(source, "plant.energy")
    with pytest.raises(NotFound):
        source.evidence_rows(document, rows="weather")
    with pytest.raises(NotFound):
        source.evidence_intervals(document)
