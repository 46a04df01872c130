"""What holds of every forecast, and how well it does on years that it has not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unipact.agreement.engine.terms import Direction
from unipact.analysis.engine.forecast import Course, Outcome, TooLittle, forecast, seed_of

NOTHING = np.empty(0)


def course(days: int, remaining: int, seed: int = 3, history: bool = True) -> Course:
    rng = np.random.default_rng(seed)
    amounts = rng.poisson(5.0, 364 + days).astype(np.float64)
    before = amounts[:364] if history else NOTHING
    return Course(amounts[364:], None, before, None, remaining)


def ahead(given_course: Course, target: float, direction: Direction = "at_least") -> Outcome:
    found = forecast(given_course, target=target, direction=direction, level=0.9, seed=11)
    assert isinstance(found, Outcome)
    return found


courses = st.builds(
    course,
    days=st.integers(14, 300),
    remaining=st.integers(1, 400),
    seed=st.integers(0, 1_000),
    history=st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(given_course=courses, factors=st.lists(st.floats(0.1, 3.0), min_size=2, max_size=4))
def test_a_higher_target_is_never_more_likely_to_be_reached(
    given_course: Course, factors: list[float]
) -> None:
    scale = float(given_course.num.sum())
    chances = [ahead(given_course, scale * each).probability for each in sorted(factors)]
    assert chances == sorted(chances, reverse=True)
    below = [ahead(given_course, scale * each, "at_most").probability for each in sorted(factors)]
    assert below == sorted(below)


@settings(max_examples=40, deadline=None)
@given(given_course=courses)
def test_a_total_that_is_reached_already_is_certain(given_course: Course) -> None:
    reached = float(given_course.num.sum())
    assert ahead(given_course, reached).probability == 1.0
    assert ahead(given_course, reached - 1, "at_most").probability == 0.0
    assert ahead(given_course, reached).low >= reached


@settings(max_examples=20, deadline=None)
@given(given_course=courses)
def test_the_same_seed_gives_the_same_bits_and_an_ordered_fan(given_course: Course) -> None:
    first, second = ahead(given_course, 100.0), ahead(given_course, 100.0)
    assert first.fan.tobytes() == second.fan.tobytes()
    assert (first.low, first.high) == (second.low, second.high)
    assert np.all(np.diff(first.fan[:, 1:], axis=1) >= 0)
    assert first.fan[-1, 0] == given_course.num.size + given_course.remaining
    assert tuple(first.fan[-1, 1:]) == (first.low, first.middle, first.high)


@pytest.mark.parametrize("target", [699.0, 700.0, 701.0])
@pytest.mark.parametrize("direction", ["at_least", "at_most"])
def test_a_period_that_is_over_was_met_or_was_not(target: float, direction: Direction) -> None:
    over = Course(np.full(100, 7.0), None, NOTHING, None, remaining=0)
    met = target <= 700 if direction == "at_least" else target >= 700
    assert ahead(over, target, direction).probability == float(met)


def test_a_constant_series_has_no_spread() -> None:
    found = ahead(Course(np.full(100, 2.0), None, NOTHING, None, remaining=50), 300.0)
    assert (found.low, found.middle, found.high, found.probability) == (300.0, 300.0, 300.0, 1.0)


def test_nothing_but_zeros_stays_zero() -> None:
    found = ahead(Course(np.zeros(100), None, NOTHING, None, remaining=50), 1.0)
    assert (found.high, found.probability) == (0.0, 0.0)


@pytest.mark.parametrize("days", [0, 1, 13])
def test_fewer_than_two_blocks_are_too_little(days: int) -> None:
    found = forecast(course(days, 100), target=1, direction="at_least", level=0.9, seed=1)
    assert isinstance(found, TooLittle)
    assert "14" in found.reason.en
    assert "14" in found.reason.zh


def test_a_ratio_without_a_denominator_is_too_little() -> None:
    empty = Course(np.zeros(50), np.zeros(50), NOTHING, NOTHING, remaining=50)
    found = forecast(empty, target=1, direction="at_least", level=0.9, seed=1)
    assert isinstance(found, TooLittle)


def test_measurement_noise_widens_the_interval_and_is_named() -> None:
    known = course(200, 100)
    without = ahead(known, 1_500.0)
    found = forecast(known, target=1_500, direction="at_least", level=0.9, seed=11, noise=200.0)
    assert isinstance(found, Outcome)
    assert found.high - found.low > 2 * 1.6 * 200 * 0.9
    assert found.high - found.low > without.high - without.low
    assert np.all(found.fan[:, 3] - found.fan[:, 1] > without.fan[:, 3] - without.fan[:, 1])
    assert "uncertainty" in found.method.en
    assert "不确定度" in found.method.zh


def test_last_years_season_is_used_where_it_is_known() -> None:
    day = np.arange(728)
    season = 10 + 8 * np.sin(2 * np.pi * day / 364)
    known = Course(season[364:546], None, season[:364], None, remaining=182)
    truth = season[364:].sum()
    assert ahead(known, 1.0).middle == pytest.approx(truth, rel=0.001)
    blind = ahead(replace(known, before_num=NOTHING), 1.0)
    assert abs(blind.middle - truth) > 0.2 * truth


@pytest.mark.parametrize(("drift", "least"), [(0.0, 0.85), (0.3, 0.75)])
def test_the_interval_covers_about_what_it_says(drift: float, least: float) -> None:
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(200):
        day = np.arange(728)
        walk = np.exp(np.cumsum(rng.normal(0, drift / np.sqrt(364), day.size)))
        gap = np.where((day % 364 > 190) & (day % 364 < 245), 0.05, 1.0)
        counts = rng.poisson(4 * gap * walk).astype(np.float64)
        found = ahead(Course(counts[364:546], None, counts[:364], None, 182), 1.0)
        inside += found.low <= counts[364:].sum() <= found.high
    assert inside / 200 >= least


def test_the_seed_follows_from_what_is_asked() -> None:
    seeds = {seed_of(*each) for each in [("s", "c", "t"), ("s", "c", "u"), ("s", "d", "t")]}
    assert len(seeds) == 3
    assert seed_of("s", "c", "t") == seed_of("s", "c", "t") < 2**53


def test_a_level_outside_of_zero_to_one_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        forecast(course(50, 10), target=1, direction="at_least", level=1.0, seed=1)


def test_a_share_that_never_passed_one_is_not_drawn_above_it() -> None:
    rng = np.random.default_rng(2)
    whole = np.full(120, 24.0)
    part = np.minimum(whole, rng.normal(23.5, 2.0, 120).clip(0))
    found = forecast(
        Course(part, whole, NOTHING, NOTHING, remaining=200),
        target=1.0,
        direction="at_most",
        level=0.99,
        seed=4,
    )
    assert isinstance(found, Outcome)
    assert found.high <= 1.0
    assert found.probability == 1.0


def test_a_level_that_stands_still_stays_where_it_is() -> None:
    still = Course(np.zeros(26), None, NOTHING, None, remaining=26, block=2, stock=31.0)
    found = ahead(still, 31.0)
    assert (found.low, found.high, found.burn) == (31.0, 31.0, 31.0)
