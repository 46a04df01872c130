"""What a change does: exact plans, stricter and looser periods, duties, grave changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unipact.agreement.engine.difference import (
    Consequences,
    DutyEffect,
    Grave,
    consequences,
    differences,
)
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.build import agreement_from
from unipact.agreement.tests.specimen import SPECIMEN

Document = dict[str, Any]
Change = Callable[[Document], object]
DOCUMENT: Document = dict(read_agreement(SPECIMEN.encode()).document)


def copied() -> Document:
    made: Document = json.loads(json.dumps(DOCUMENT))
    return made


def between(old: Document, new: Document) -> Consequences:
    return consequences(differences(old, new), agreement_from(old), agreement_from(new))


def of(change: Change) -> Consequences:
    new = copied()
    change(new)
    return between(DOCUMENT, new)


def engineers(identity: str, unit: str, amount: str, kind: str = "people") -> Document:
    title = {"en": identity, "zh": identity}
    schedule = [{"on": "2019-09-01", "amount": amount}]
    return {
        "id": identity,
        "party": "firm",
        "field": "campus",
        "kind": kind,
        "title": title,
        "amount": amount,
        "unit": unit,
        "schedule": schedule,
    }


def test_nothing_follows_from_no_change() -> None:
    found = of(lambda d: d)
    assert (found.targets, found.duties, found.grave, found.affected) == ((), (), (), ())
    assert [(p.before, p.after, p.has_changed) for p in found.plans] == [
        (Decimal("300000.00"), Decimal("300000.00"), False)
    ]


def test_money_of_one_party_and_currency_is_added_up_by_day() -> None:
    new = copied()
    more = {**copied()["contribution"][0], "id": "more", "amount": "0.01"}
    more["schedule"] = [{"on": "2020-09-01", "amount": "0.01"}]
    new["contribution"].append(more)
    (plan,) = between(DOCUMENT, new).plans
    assert (plan.party, plan.unit, plan.contribution) == ("firm", "CNY", None)
    assert (plan.before, plan.after) == (Decimal("300000.00"), Decimal("300000.01"))
    assert [(str(d.on), d.before, d.after) for d in plan.schedule] == [
        ("2019-09-01", Decimal(100000), Decimal(100000)),
        ("2020-09-01", Decimal(200000), Decimal("200000.01")),
    ]
    assert plan.has_changed


def test_a_sum_keeps_every_digit() -> None:
    new = copied()
    new["contribution"][0]["amount"] = "1" + "0" * 35 + ".00"
    new["contribution"].append({**copied()["contribution"][0], "id": "more", "amount": "0.01"})
    (plan,) = between(DOCUMENT, new).plans
    assert str(plan.after) == "1" + "0" * 35 + ".01"


def test_what_may_not_be_added_stands_apart() -> None:
    def change(d: Document) -> None:
        d["contribution"] += [
            {**copied()["contribution"][0], "id": "dollars", "unit": "USD"},
            {**copied()["contribution"][0], "id": "own", "party": "uni"},
            engineers("teachers", "person-month", "20"),
            engineers("mentors", "person-month", "5"),
            engineers("days", "person-day", "7"),
            engineers("gateways", "piece", "240", "equipment"),
            engineers("servers", "piece", "8", "equipment"),
        ]

    assert [(p.party, p.unit, p.contribution, str(p.after)) for p in of(change).plans] == [
        ("firm", "CNY", None, "300000.00"),
        ("firm", "USD", None, "300000.00"),
        ("uni", "CNY", None, "300000.00"),
        ("firm", "person-month", None, "25"),
        ("firm", "person-day", None, "7"),
        ("firm", "piece", "gateways", "240"),
        ("firm", "piece", "servers", "8"),
    ]


def test_money_that_another_party_takes_over_leaves_the_first() -> None:
    found = of(lambda d: d["contribution"][0].update(party="uni"))
    assert {(p.party, str(p.before), str(p.after)) for p in found.plans} == {
        ("uni", "0", "300000.00"),
        ("firm", "300000.00", "0"),
    }


@pytest.mark.parametrize(
    ("direction", "value", "effect"),
    [
        ("at_least", "0.06", "stricter"),
        ("at_least", "0.04", "looser"),
        ("at_most", "0.06", "looser"),
        ("at_most", "0.04", "stricter"),
    ],
)
def test_a_target_is_stricter_or_looser_by_its_direction(
    direction: str, value: str, effect: str
) -> None:
    old = copied()
    old["commitment"][0]["direction"] = direction
    new = json.loads(json.dumps(old))
    new["commitment"][0]["targets"][1]["value"] = value
    (found,) = between(old, new).targets
    assert (found.commitment, found.target, found.effect) == ("energy", "y2", effect)
    assert found.old is not None
    assert found.old.value == Decimal("0.05")


def test_the_same_value_with_other_decimals_is_neither() -> None:
    found = of(lambda d: d["commitment"][0]["targets"][1].update(value="0.050"))
    assert found.targets == ()
    assert found.affected == ("energy",)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("direction", "at_most"),
        ("metric", "campus.energy_savings_share@2"),
        ("where", {"meter": "gas"}),
        ("baseline", {"value": "0.01"}),
    ],
)
def test_values_that_mean_another_thing_are_not_compared(key: str, value: object) -> None:
    found = of(lambda d: d["commitment"][0].update({key: value}))
    assert [(t.target, t.effect) for t in found.targets] == [
        ("y1", "redefined"),
        ("y2", "redefined"),
    ]


@pytest.mark.parametrize(
    "change", [{"until": "2021-06-01", "value": "0.09"}, {"due": "2021-07-30"}]
)
def test_another_period_or_day_of_judgement_is_a_move(change: dict[str, str]) -> None:
    found = of(lambda d: d["commitment"][0]["targets"][1].update(change))
    assert [(t.target, t.effect) for t in found.targets] == [("y2", "moved")]


def test_a_dropped_commitment_drops_its_periods_and_its_duty() -> None:
    found = of(lambda d: d["commitment"].pop(1))
    (target,) = found.targets
    assert (target.commitment, target.effect, target.new) == ("interns", "dropped", None)
    assert found.duties == (DutyEffect("interns", ("firm",), (), ("uni",), ()),)
    assert found.affected == ("interns",)


def test_who_owes_it_is_a_set() -> None:
    found = of(lambda d: d["commitment"][0]["owed_by"].reverse())
    assert found.duties == ()
    found = of(lambda d: d["commitment"][0].update(owed_by=["uni"]))
    assert found.duties == (DutyEffect("energy", ("firm", "uni"), ("uni",), ("uni",), ("uni",)),)


def third_party(d: Document) -> None:
    d["party"].append({**copied()["party"][0], "id": "third"})


def leaving(d: Document) -> None:
    text = {"en": "Either may leave.", "zh": "任何一方均可退出。"}
    d["exit"] = [{"id": "out", "may": ["uni"], "notice_days": 30, "text": text}]


@pytest.mark.parametrize(
    ("change", "grave"),
    [
        (lambda d: d["governance"].update(consent=["uni"]), Grave("governance", "")),
        (lambda d: d["governance"].update(silence_days=5), Grave("governance", "")),
        (lambda d: d["party"][1].update(key="other"), Grave("key", "firm")),
        (lambda d: d["party"][1].update(role="university"), Grave("party", "firm")),
        (lambda d: d["party"][0]["legal_id"].update(value="x"), Grave("party", "uni")),
        (third_party, Grave("party", "third")),
        (lambda d: d["term"].update(until="2023-07-01"), Grave("ending", "")),
        (
            lambda d: d.update(renewal={"months": 12, "notice_days": 90}),
            Grave("ending", "renewal"),
        ),
        (leaving, Grave("ending", "out")),
    ],
)
def test_grave_changes_are_marked(change: Change, grave: Grave) -> None:
    assert grave in of(change).grave


def test_a_change_of_a_text_is_not_grave() -> None:
    assert of(lambda d: d["summary"].update(en="Other")).grave == ()
    assert of(lambda d: d["summary"].update(en="Other")).affected == ()


@pytest.mark.parametrize(
    "change",
    [lambda d: d["status"].update(partly_from="0.60"), lambda d: d.update(zone="Europe/Paris")],
)
def test_rules_and_zone_bear_on_every_commitment(change: Change) -> None:
    assert of(change).affected == ("energy", "interns")


def test_another_app_bears_on_the_commitments_of_its_field() -> None:
    assert of(lambda d: d["field"][0].update(app="college")).affected == ("energy", "interns")
    assert of(lambda d: d["field"][0]["name"].update(en="Park")).affected == ()


amounts = st.integers(1, 10**30).map(lambda minor: Decimal(minor).scaleb(-2))


@given(st.lists(st.tuples(st.dates(date(2019, 1, 1), date(2019, 1, 9)), amounts), max_size=9))
def test_the_days_of_a_plan_sum_to_its_whole(parts: list[tuple[date, Decimal]]) -> None:
    new = copied()
    for number, (on, amount) in enumerate(parts):
        money = engineers(f"m{number}", "CNY", f"{amount:f}", "money")
        money["schedule"][0]["on"] = str(on)
        new["contribution"].append(money)
    (plan,) = between(DOCUMENT, new).plans
    # Fractions know no precision, so they are what the decimals are held against.
    whole = 300_000 + sum(Fraction(amount) for _, amount in parts)
    assert Fraction(plan.after) == whole
    assert sum(Fraction(day.after) for day in plan.schedule) == whole
