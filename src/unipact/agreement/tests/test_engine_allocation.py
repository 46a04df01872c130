"""Sharing out: nothing is lost, and nobody is a whole unit away from the exact share."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unipact.agreement.engine.allocation import allocate
from unipact.errors import Invalid

TOTALS = st.integers(-(10**30), 10**30)
WEIGHTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=60).filter(any)


@given(TOTALS, WEIGHTS)
def test_the_shares_sum_to_the_total(total, weights):
    assert sum(allocate(total, weights)) == total


@given(TOTALS, WEIGHTS)
def test_each_share_is_less_than_one_unit_from_the_exact_one(total, weights):
    whole = sum(weights)
    for share, weight in zip(allocate(total, weights), weights, strict=True):
        assert abs(share - Fraction(total * weight, whole)) < 1
        assert weight or share == 0


@given(TOTALS, WEIGHTS)
def test_a_negative_total_is_the_mirror(total, weights):
    assert allocate(-total, weights) == [-share for share in allocate(total, weights)]


@given(TOTALS, WEIGHTS, st.integers(1, 1000))
def test_only_the_proportion_of_the_weights_counts(total, weights, factor):
    assert allocate(total, [factor * each for each in weights]) == allocate(total, weights)


@given(st.integers(0, 10**12), WEIGHTS, st.randoms(use_true_random=False))
def test_without_ties_the_order_does_not_matter(total, weights, random):
    # Only where remainders are equal the order decides who gains.
    assume(len({total * each % sum(weights) for each in weights}) == len(set(weights)))
    order = list(range(len(weights)))
    random.shuffle(order)
    moved = allocate(total, [weights[place] for place in order])
    assert sorted(zip([weights[place] for place in order], moved, strict=True)) == sorted(
        zip(weights, allocate(total, weights), strict=True)
    )


@given(st.integers(0, 10**12), WEIGHTS)
def test_a_larger_weight_never_gets_less(total, weights):
    shares = sorted(zip(weights, allocate(total, weights), strict=True))
    for (light, less), (heavy, more) in pairwise(shares):
        assert light == heavy or less <= more


def test_the_spare_units_go_by_remainder_and_not_to_whoever_stands_first():
    assert allocate(10, [1, 1, 7]) == [1, 1, 8]
    assert allocate(101, [50, 25, 25]) == [51, 25, 25]
    # dinero.js issue 144: the first must not get what belongs to the second.
    assert allocate(3, [1, 2]) == [1, 2]
    assert allocate(1, [1, 3]) == [0, 1]


def test_among_equals_the_earlier_comes_first():
    assert allocate(2, [1, 1, 1]) == [1, 1, 0]
    assert allocate(100, [0, 1, 1, 1]) == [0, 34, 33, 33]


@pytest.mark.parametrize(
    ("total", "weights"),
    [(1, []), (1, [0, 0]), (0, [0]), (1, [1, -1]), (1.0, [1]), (1, [0.5]), (True, [1])],
)
def test_what_cannot_be_shared_out_is_refused(total, weights):
    with pytest.raises(Invalid):
        allocate(total, weights)


def test_ten_thousand_shares_of_one_sum_are_exact():
    weights = [(place * 7919) % 9973 for place in range(10_000)]
    shares = allocate(123_456_789_012_345, weights)
    assert sum(shares) == 123_456_789_012_345
