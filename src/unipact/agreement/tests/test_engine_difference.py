"""Two versions compared: every change is seen, at its name, and nothing that only moved is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unipact.agreement.engine.difference import (
    Difference,
    SectionId,
    ValueChange,
    difference_lines,
    differences,
)
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.tests.specimen import FULL
from unipact.errors import Invalid

Document = dict[str, Any]
DOCUMENT: Document = dict(read_agreement(FULL.encode()).document)


def copied(document: Mapping[str, Any] = DOCUMENT) -> Document:
    made: Document = json.loads(json.dumps(document))
    return made


def after(change: Callable[[Document], object]) -> Difference:
    """The difference between the specimen and the specimen after a change."""
    new = copied()
    change(new)
    return differences(DOCUMENT, new)


def only(difference: Difference, section: SectionId) -> tuple[ValueChange, ...]:
    """The changed values of the only item that differs, which is in ``section``."""
    found = [(s.id, item) for s in difference.sections for item in s.changed]
    assert [name for name, _ in found] == [section]
    return found[0][1].values


def shown(change: ValueChange) -> tuple[str, str | None, str | None]:
    old, new = change.old, change.new
    return ".".join(change.path), old.text.en if old else None, new.text.en if new else None


def test_a_version_does_not_differ_from_itself() -> None:
    difference = differences(DOCUMENT, copied())
    assert difference.is_empty
    assert not difference.is_only_order
    assert difference.metadata == ()


def test_a_changed_target_is_shown_by_its_id_old_beside_new() -> None:
    (change,) = only(
        after(lambda d: d["commitment"][0]["targets"][1].update(value="0.070")), "commitment"
    )
    assert change.path == ("targets", "y2", "value")
    assert change.change == "changed"
    assert change.old is not None
    assert change.new is not None
    assert (change.old.typed, change.new.typed) == (Decimal("0.05"), Decimal("0.070"))
    # The decimals stay as they are written.
    assert change.new.text.en == "at least 7.0\N{NO-BREAK SPACE}%"
    assert change.new.text.zh == "不低于 7.0%"


def test_the_same_number_written_otherwise_is_a_change_that_can_be_read() -> None:
    new = copied()
    new["status"]["level"] = "0.900"
    (change,) = only(differences(DOCUMENT, new), "status")
    assert shown(change) == ("level", "90\N{NO-BREAK SPACE}%", "90.0\N{NO-BREAK SPACE}%")
    newer = copied(new)
    new["status"]["partly_from"], newer["status"]["partly_from"] = "1", "1.0"
    (change,) = only(differences(new, newer), "status")
    sides = ('100\N{NO-BREAK SPACE}% ("1")', '100\N{NO-BREAK SPACE}% ("1.0")')
    assert shown(change) == ("partly_from", *sides)


def test_days_are_typed_days_in_iso_form() -> None:
    (change,) = only(after(lambda d: d["term"].update(until="2023-07-01")), "terms")
    assert change.old is not None
    assert change.old.typed == date(2022, 7, 1)
    assert shown(change) == ("term.until", "2022-07-01", "2023-07-01")


def test_each_language_of_a_text_is_a_value_of_its_own() -> None:
    (change,) = only(
        after(lambda d: d["commitment"][0]["text"].update(zh="节约更多能源。")), "commitment"
    )
    assert shown(change) == ("text.zh", "节约能源。", "节约更多能源。")
    assert (change.label.en, change.label.zh) == ("Text (Chinese)", "条文（中文）")


def test_parties_are_shown_by_the_name_that_their_version_gives() -> None:
    def change(d: Document) -> None:
        d["commitment"][1]["owed_by"] = ["uni", "firm"]

    (value,) = only(after(change), "commitment")
    assert shown(value) == ("owed_by", "Firm", "Firm; University")
    assert value.new is not None
    assert value.new.typed == ("firm", "uni")


def test_a_field_is_not_taken_for_a_party_of_the_same_id() -> None:
    def change(d: Document) -> None:
        name = {"en": "A field called firm", "zh": "名为 firm 的领域"}
        d["field"].append({"id": "firm", "kind": "flow", "name": name, "app": "campus"})
        d["benefit"][0].update(party="firm", field="firm")

    party, field = after(change).section("benefit").changed[0].values
    assert shown(party) == ("party", "University", "Firm")
    assert shown(field) == ("field", "Smart campus", "A field called firm")


def test_an_added_target_is_one_entry_and_a_dropped_one_too() -> None:
    def change(d: Document) -> None:
        d["commitment"][1]["targets"] = [
            {
                "id": "y2",
                "from": "2020-07-01",
                "until": "2021-07-01",
                "due": "2021-07-31",
                "value": "90",
            }
        ]

    added, dropped = only(after(change), "commitment")
    words = "at least 90\N{NO-BREAK SPACE}people, from 2020-07-01 to before 2021-07-01, judged on "
    assert shown(added) == ("targets.y2", None, f"{words}2021-07-31")
    assert (added.change, dropped.change) == ("added", "removed")
    assert dropped.path == ("targets", "y1")


def test_instalments_are_matched_by_their_day_and_stand_in_time_order() -> None:
    def change(d: Document) -> None:
        d["contribution"][0]["schedule"] = [
            {"on": "2019-08-01", "amount": "50000.00"},
            {"on": "2019-09-01", "amount": "50000.00"},
            {"on": "2020-09-01", "amount": "200000.00"},
        ]

    assert [shown(each) for each in only(after(change), "contribution")] == [
        ("schedule.2019-08-01", None, "CNY\N{NO-BREAK SPACE}50,000.00"),
        (
            "schedule.2019-09-01.amount",
            "CNY\N{NO-BREAK SPACE}100,000.00",
            "CNY\N{NO-BREAK SPACE}50,000.00",
        ),
    ]


def test_an_added_or_removed_commitment_has_one_sided_values() -> None:
    difference = after(lambda d: d["commitment"].pop(0))
    (item,) = difference.section("commitment").changed
    assert (item.id, item.change, item.title.zh) == ("energy", "removed", "节能")
    assert all(value.new is None for value in item.values)
    back = differences({**copied(), "commitment": copied()["commitment"][1:]}, DOCUMENT)
    (item,) = back.section("commitment").changed
    assert item.change == "added"
    assert {value.path for value in item.values} >= {("text", "en"), ("owner", "role"), ("unit",)}


def test_a_part_that_is_no_list_can_come_and_go() -> None:
    old = copied()
    del old["renewal"]
    (item,) = differences(old, DOCUMENT).section("renewal").changed
    assert [shown(value) for value in item.values] == [
        ("months", None, "12"),
        ("most", None, "2"),
        ("notice_days", None, "90"),
    ]
    assert differences(DOCUMENT, old).section("renewal").changed[0].change == "removed"


def test_valuations_are_matched_by_their_party_and_shown_in_their_currency() -> None:
    def change(d: Document) -> None:
        first, second = d["contribution"][1]["valuations"]
        second["amount"] = "95000.00"
        d["contribution"][1]["valuations"] = [second, {**first, "currency": "EUR"}]

    amount, currency = only(after(change), "contribution")
    assert (amount.label.en, amount.label.zh) == ("Valuation by Firm: amount", "估值（公司）：金额")
    assert shown(amount) == (
        "valuations.firm.amount",
        "USD\N{NO-BREAK SPACE}90,000.00",
        "USD\N{NO-BREAK SPACE}95,000.00",
    )
    assert shown(currency) == ("valuations.uni.currency", "CNY", "EUR")


def test_an_exit_clause_is_called_by_its_id() -> None:
    difference = after(lambda d: d["exit"][0].update(notice_days=90))
    (value,) = only(difference, "exit")
    assert shown(value) == ("notice_days", "180", "90")
    assert difference.section("exit").changed[0].title.en == "Exit clause uni-leaves"


def test_version_and_previous_stand_apart_and_change_no_term() -> None:
    difference = after(lambda d: d.update(version=2, previous="sha256:" + "0" * 64))
    assert difference.is_empty
    assert not difference.is_only_order
    assert [".".join(change.path) for change in difference.metadata] == ["version", "previous"]


def test_what_only_changed_its_place_is_no_change_but_said() -> None:
    def turn(d: Document) -> None:
        for value in list(d.values()):
            if isinstance(value, list):
                value.reverse()
        d["governance"]["consent"].reverse()
        d["commitment"][0]["targets"].reverse()

    difference = after(turn)
    assert difference.is_empty
    assert difference.is_only_order
    assert "order" in difference_lines(difference, "en")[-1]


def test_items_stand_in_the_order_of_the_new_version() -> None:
    difference = after(lambda d: d["commitment"].reverse())
    assert [item.id for item in difference.section("commitment").items] == ["interns", "energy"]


def test_true_and_one_are_two_things() -> None:
    def changed(value: object) -> Document:
        new = copied()
        new["commitment"][0]["where"]["meter"] = value
        return new

    (change,) = only(differences(changed(1), changed(True)), "commitment")
    assert shown(change) == ("where.meter", "1", "true")
    assert change.label.en == "Parameter meter"


def test_a_key_that_nobody_named_yet_is_shown_by_its_path() -> None:
    (change,) = only(after(lambda d: d["term"].update(spare={"deep": [1, 2]})), "terms")
    assert shown(change) == ("term.spare.deep", None, "[1, 2]")
    assert change.label.zh == "term.spare.deep"


@pytest.mark.parametrize("key", ["id", "format"])
def test_two_agreements_are_not_compared(key: str) -> None:
    with pytest.raises(Invalid) as caught:
        differences(DOCUMENT, {**DOCUMENT, key: "other"})
    assert caught.value.findings[0].where == key


def test_the_lines_read_the_same_way_in_both_languages() -> None:
    def change(d: Document) -> None:
        d.update(version=2)
        d["commitment"][0]["targets"][1]["value"] = "0.06"
        d["commitment"][0]["text"]["en"] = "Save energy in every building.\nReport it every month."
        d["benefit"].pop()

    difference = after(change)
    assert difference_lines(difference, "en") == [
        "Version: 1 → 2",
        "",
        "Commitments",
        "  changed  Energy saved [energy]",
        "    Text (English):",
        "      - Save energy.",
        "      + Save energy in every building.",
        "      + Report it every month.",
        "    Target y2: at least 5\N{NO-BREAK SPACE}% → at least 6\N{NO-BREAK SPACE}%",
        "",
        "Benefits",
        "  removed  Energy that need not be bought [saved]",
        "    - Party: University",
        "    - Field: Smart campus",
        "    - Title (English): Energy that need not be bought",
        "    - Title (Chinese): 无需购买的能源",
        "    - Metric: campus.avoided_energy_kwh@1",
    ]
    chinese = difference_lines(difference, "zh-hans")
    assert chinese[0] == "版本：1 → 2"
    assert "    目标 y2：不低于 5% → 不低于 6%" in chinese
    assert len(chinese) == len(difference_lines(difference, "en"))


def test_no_difference_is_one_line() -> None:
    assert difference_lines(differences(DOCUMENT, DOCUMENT), "en") == ["No term differs."]


# --- any change -------------------------------------------------------------------------------


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value that is no table and no list of tables."""
    if isinstance(value, dict):
        return [p for key, item in value.items() for p in places(item, (*path, key))]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [p for index, item in enumerate(value) for p in places(item, (*path, index))]
    return [path]


PLACES = [path for path in places(copied()) if path not in (("id",), ("format",))]
days = st.dates(date(2019, 1, 1), date(2025, 1, 1)).map(str)
decimals = st.decimals(-1000, 1000, places=2, allow_nan=False).map(
    lambda d: str(d.copy_abs() if d == 0 else d)
)
# Mapping keys of a document, of the values that may stand there.
_CHOICES = {
    "currency": st.sampled_from(["CNY", "EUR", "USD"]),
    "direction": st.sampled_from(["at_least", "at_most"]),
    "unit": st.sampled_from(["share", "count", "CNY", "kWh", "person"]),
    "id": st.text("vwxyz", min_size=3, max_size=9),
}


def other_value(path: tuple[Any, ...], old: Any) -> st.SearchStrategy[Any]:
    """Another value of the same kind: what a checked document could have there."""
    if path[-1] in _CHOICES:
        return _CHOICES[path[-1]]
    if isinstance(old, list):
        return st.lists(st.sampled_from(["uni", "firm", "third"]), min_size=1, unique=True)
    if isinstance(old, int):
        return st.integers(0, 99)
    if path[-1] in ("from", "until", "due", "on", "signed_on"):
        return days
    if (path[-1] in ("value", "amount") and path[-2] != "legal_id") or path[0] == "status":
        return decimals
    return st.text("ab数\n-1", min_size=1, max_size=9)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """The specimen after a few changes, with items added, left out and moved."""
    document = copied()
    for path in draw(st.lists(st.sampled_from(PLACES), max_size=4)):
        here = document
        for key in path[:-1]:
            here = here[key]
        here[path[-1]] = draw(other_value(path, here[path[-1]]))
    for key in draw(st.lists(st.sampled_from(["commitment", "contribution", "benefit", "field"]))):
        entries = document[key]
        if draw(st.booleans()) and len(entries) > 1:
            entries.pop(draw(st.integers(0, len(entries) - 1)))
        elif entries:
            entries.append({**copied(entries[0]), "id": draw(st.sampled_from("pqrs"))})
        by_id = {entry["id"]: entry for entry in entries}
        document[key] = draw(st.permutations(list(by_id.values())))
    return document


def facts(difference: Difference, *, mirrored: bool = False) -> Any:
    """Everything that a difference says, without order; ``mirrored`` with the sides exchanged."""
    turn = {"added": "removed", "removed": "added"} if mirrored else {}

    def sides(change: ValueChange) -> Any:
        pair = (change.new, change.old) if mirrored else (change.old, change.new)
        return change.path, *(None if v is None else (v.kind, repr(v.raw), v.text) for v in pair)

    return {
        (section.id, item.id): (
            turn.get(item.change, item.change),
            frozenset(sides(change) for change in item.values),
        )
        for section in difference.sections
        for item in section.items
    }


@settings(max_examples=150, deadline=None)
@given(documents(), documents())
def test_the_difference_the_other_way_round_is_its_mirror(one: Document, other: Document) -> None:
    assert facts(differences(one, other), mirrored=True) == facts(differences(other, one))


@settings(max_examples=100, deadline=None)
@given(documents())
def test_no_document_differs_from_itself(document: Document) -> None:
    difference = differences(document, copied(document))
    assert difference.is_empty
    assert not difference.is_only_order


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_change_of_a_single_value_is_left_out(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(PLACES))
    new = copied()
    here = new
    for key in path[:-1]:
        here = here[key]
    old = here[path[-1]]
    here[path[-1]] = data.draw(
        other_value(path, old).filter(
            lambda v: sorted(v) != sorted(old) if isinstance(v, list) else v != old
        )
    )
    difference = differences(DOCUMENT, new)
    assert bool(difference.metadata) or not difference.is_empty
    changed = [v for s in difference.sections for item in s.changed for v in item.values]
    for change in (*difference.metadata, *changed):
        sides = [side.text for side in (change.old, change.new) if side]
        assert len({text.en for text in sides}) == len(sides) == len({t.zh for t in sides})


@settings(max_examples=100, deadline=None)
@given(documents(), documents(), st.sampled_from(["en", "zh"]))
def test_every_change_has_its_line(one: Document, other: Document, language: str) -> None:
    difference = differences(one, other)
    lines = difference_lines(difference, language)
    assert all("\n" not in line for line in lines)
    for section in difference.sections:
        for item in section.changed:
            assert any(line.endswith(f"[{item.id}]") for line in lines)
            for change in item.values:
                label = " ".join(change.label.to(language).split())
                assert any(label in line for line in lines)
