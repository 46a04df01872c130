"""A program that others wrote agrees that our transactions balance, and sees a cent that does not.

The distribution is that of the research behind the design: gross income, less the cost of the
patent and a fee of 15 %, then in two marginal tiers (University of Michigan, 2004) to inventors,
department, school and the centre. The figures were computed once by hand.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.beancount_environment import bean_check
from unipact.agreement.engine.allocation import allocate
from unipact.agreement.engine.ledger import (
    AccountName,
    Entry,
    PostingLine,
    reversal,
    transfer,
    unbalanced,
)
from unipact.agreement.engine.money import Money
from unipact.agreement.formats.ledger import Exported, beancount_text

# Upper end of a tier in fen, None for the last, and basis points of each payee.
TIERS = ((20_000_000, (5000, 1700, 1800, 1500)), (None, (3000, 2000, 2500, 2500)))
PAYEES = ("inventors", "department", "school", "centre")


def in_tiers(net: int) -> list[int]:
    """The payees' shares of ``net`` fen; each tier shares out what lies in it."""
    shares, passed = [0] * len(PAYEES), 0
    for end, points in TIERS:
        part = (net if end is None else min(net, end)) - passed
        shares = [a + b for a, b in zip(shares, allocate(part, points), strict=True)]
        passed += part
    return shares


def distribution(gross: Money, cost: Money) -> dict[str, int]:
    """Payee → fen, of all that came in."""
    fee, _ = allocate(gross.minor, (1500, 8500))
    inventors, *others = in_tiers(gross.minor - cost.minor - fee)
    people = allocate(inventors, (1, 1, 1))
    return (
        {"patent-office": cost.minor, "fee": fee}
        | {f"inventor-{n}": share for n, share in enumerate(people, start=1)}
        | dict(zip(PAYEES[1:], others, strict=True))
    )


def entry(postings: tuple[PostingLine, ...], number: int = 1) -> Entry:
    return Entry(
        agreement="pact",
        terms_sha256="0" * 64,
        number=number,
        kind="benefit",
        subject="licence-income",
        party="uni",
        recorded_by="uni",
        happened_on=date(2023, 5, 4),
        recorded_at=datetime(2023, 5, 5, 8, tzinfo=UTC),
        postings=postings,
    )


def written(folder: Path, *entries: Entry) -> Path:
    file = folder / "ledger.beancount"
    exported = [Exported(each, "0" * 64, note='a "note" \\ of 备注') for each in entries]
    file.write_text(beancount_text(exported, title='Pact "协议"'), encoding="utf-8")
    return file


def golden() -> tuple[PostingLine, ...]:
    gross = Money.of("600000.01", "CNY")
    shares = distribution(gross, Money.of("41234.56", "CNY"))
    source = AccountName("licensee", "technology-transfer", "yielded", "CNY", 2)
    return (
        PostingLine(source, -gross.minor),
        *(
            PostingLine(AccountName(payee, "technology-transfer", "received", "CNY", 2), share)
            for payee, share in shares.items()
        ),
    )


def test_the_distribution_is_the_one_computed_by_hand():
    assert {each.account.party: each.amount for each in golden()} == {
        "licensee": "-600000.01",
        "patent-office": "41234.56",
        "fee": "90000.00",
        "inventor-1": "60209.88",
        "inventor-2": "60209.88",
        "inventor-3": "60209.88",
        "department": "87753.09",
        "school": "103191.36",
        "centre": "97191.36",
    }
    assert unbalanced(golden()) == {}


def test_beancount_agrees_that_it_balances(tmp_path):
    done = bean_check(written(tmp_path, entry(golden()), entry(reversal(golden()), 2)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("place", range(9))
def test_beancount_sees_a_fen_that_is_missing(tmp_path, place):
    postings = list(golden())
    postings[place] = replace(postings[place], steps=postings[place].steps - 1)
    assert unbalanced(postings) == {"CNY": -1}
    done = bean_check(written(tmp_path, entry(tuple(postings))))
    assert done.returncode == 1
    assert "does not balance" in done.stderr


UNITS = st.sampled_from(
    [
        *(("CNY", 2), ("JPY", 0), ("KWD", 3), ("person-month", 3), ("piece", 0), ("PIECE", 0)),
        *(("kg/kWh", 3), ("a" * 32, 3), ("cny", 3), ("x", 3)),
    ]
)
IDS = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True).filter(lambda each: len(each) < 64)
TRANSFERS = st.builds(
    lambda kind, party, field, unit, steps: transfer(
        kind, party=party, field=field, unit=unit[0], digits=unit[1], steps=steps
    ),
    st.sampled_from(["contribution", "benefit"]),
    IDS,
    IDS,
    UNITS,
    st.integers(1, 2**53 - 1),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(TRANSFERS, min_size=1, max_size=20))
def test_beancount_reads_every_unit_and_every_name(tmp_path, made):
    numbers = count(1)
    entries = [entry(postings, next(numbers)) for postings in made]
    entries += [entry(reversal(each.postings), next(numbers)) for each in entries]
    assert unbalanced(line for each in entries for line in each.postings) == {}
    done = bean_check(written(tmp_path, *entries))
    assert (done.returncode, done.stderr) == (0, "")
