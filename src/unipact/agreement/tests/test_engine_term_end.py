"""When an agreement ends: renewals, notices in time and too late, exits, ends of months."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unipact.agreement.engine.term_end import (
    NOTICE_FAULTS,
    RENEWAL,
    Notice,
    NoticeFault,
    end_of,
    latest_notice,
    months_after,
    notice_fault,
)
from unipact.agreement.engine.terms import Agreement, Exit, Renewal, Span, Text
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.tests.specimen import FULL, SPECIMEN

# The term is 2019-07-01 to before 2022-07-01; it renews twice for 12 months, with 90 days; the
# university may leave with 180 days, either party with 365.
TERMS = read_agreement(FULL.encode()).agreement
PLAIN = read_agreement(SPECIMEN.encode()).agreement
FIRST, SECOND, THIRD = date(2022, 7, 1), date(2023, 7, 1), date(2024, 7, 1)
BY_FIRST, BY_SECOND = date(2022, 4, 2), date(2023, 4, 2)
DAY = timedelta(days=1)


def stop(end: date, given_on: date, party: str = "uni") -> Notice:
    return Notice(party, RENEWAL, given_on, end)


def leave(effective_on: date, given_on: date, party: str = "uni") -> Notice:
    return Notice(party, "uni-leaves", given_on, effective_on)


def renewing(months: int, notice_days: int, most: int | None, until: date) -> Agreement:
    term = Span(date(2019, 7, 1), until)
    return dataclasses.replace(TERMS, term=term, renewal=Renewal(months, notice_days, most))


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2019, 6, 30), "agreed"),
        (date(2019, 7, 1), "in_force"),
        (date(2022, 6, 30), "in_force"),
        (date(2022, 7, 1), "expired"),
    ],
)
def test_without_renewal_it_ends_with_its_term(day: date, state: str) -> None:
    end = end_of(PLAIN, [], day)
    assert (end.state, end.until, end.renewals, end.notice_by) == (state, FIRST, 0, None)


@pytest.mark.parametrize(
    ("day", "until", "renewals", "notice_by"),
    [
        (date(2019, 7, 1), FIRST, 0, BY_FIRST),
        (BY_FIRST, FIRST, 0, BY_FIRST),
        # Nobody can stop the first renewal any more.
        (BY_FIRST + DAY, SECOND, 1, BY_SECOND),
        (FIRST, SECOND, 1, BY_SECOND),
        (BY_SECOND + DAY, THIRD, 2, None),
        (THIRD - DAY, THIRD, 2, None),
    ],
)
def test_it_renews_by_itself_as_often_as_it_says(
    day: date, until: date, renewals: int, notice_by: date | None
) -> None:
    end = end_of(TERMS, [], day)
    assert (end.state, end.until, end.renewals) == ("in_force", until, renewals)
    assert end.notice_by == notice_by


def test_after_the_last_renewal_it_expires() -> None:
    end = end_of(TERMS, [], THIRD)
    assert (end.state, end.until, end.renewals, end.decided_by) == ("expired", THIRD, 2, None)


def test_a_notice_on_its_last_day_keeps_it_from_renewing() -> None:
    notice = stop(FIRST, BY_FIRST, "firm")
    before, last, over = (end_of(TERMS, [notice], d) for d in (BY_FIRST, FIRST - DAY, FIRST))
    assert (before.state, before.until, before.notice_by) == ("in_force", FIRST, None)
    assert (last.state, over.state) == ("in_force", "expired")
    assert over.decided_by == notice


def test_a_notice_that_comes_a_day_too_late_is_void_for_good() -> None:
    notice = stop(FIRST, BY_FIRST + DAY)
    for day in (BY_FIRST + DAY, FIRST, THIRD):
        end = end_of(TERMS, [notice], day)
        assert end.void == ((notice, "too_late"),)
        assert end.decided_by is None
    assert end_of(TERMS, [notice], FIRST).state == "in_force"


def test_a_notice_may_be_given_long_before_a_later_end() -> None:
    notice = stop(SECOND, date(2020, 1, 1))
    assert end_of(TERMS, [notice], date(2020, 1, 1)).until == FIRST
    assert end_of(TERMS, [notice], FIRST).until == SECOND
    assert end_of(TERMS, [notice], SECOND).state == "expired"


def test_a_notice_that_is_given_later_is_not_known_yet() -> None:
    notice = stop(FIRST, BY_FIRST)
    assert end_of(TERMS, [notice], BY_FIRST - DAY) == end_of(TERMS, [], BY_FIRST - DAY)


def test_an_exit_ends_it_on_its_day() -> None:
    notice = leave(date(2020, 7, 1), date(2020, 1, 3))
    end = end_of(TERMS, [notice], date(2020, 6, 30))
    assert (end.state, end.until, end.renewals) == ("in_force", date(2020, 7, 1), 0)
    assert end.notice_by is None
    end = end_of(TERMS, [notice], date(2020, 7, 1))
    assert (end.state, end.decided_by) == ("ended", notice)


def test_an_exit_after_a_renewal_counts_the_renewal() -> None:
    notice = leave(date(2023, 1, 1), date(2022, 5, 1))
    end = end_of(TERMS, [notice], date(2022, 12, 31))
    assert (end.until, end.renewals) == (date(2023, 1, 1), 1)


def test_an_exit_at_the_end_of_a_term_that_would_renew_ends_it_there() -> None:
    end = end_of(TERMS, [leave(FIRST, date(2021, 1, 1))], FIRST)
    assert (end.state, end.until, end.renewals) == ("ended", FIRST, 0)


def test_an_exit_far_ahead_leaves_the_next_notice_possible() -> None:
    notice = leave(date(2023, 1, 1), date(2021, 1, 1))
    end = end_of(TERMS, [notice], date(2021, 1, 2))
    assert (end.until, end.notice_by) == (FIRST, BY_FIRST)
    both = end_of(TERMS, [notice, stop(FIRST, date(2021, 2, 1))], FIRST)
    assert (both.state, both.until) == ("expired", FIRST)


def test_the_first_of_several_ends_counts_in_whatever_order_they_come() -> None:
    late, early = (
        leave(date(2021, 7, 1), date(2020, 1, 1)),
        leave(date(2021, 1, 1), date(2020, 2, 1)),
    )
    one = end_of(TERMS, [late, early], date(2020, 3, 1))
    other = end_of(TERMS, [early, late], date(2020, 3, 1))
    assert one == other
    assert (one.until, one.decided_by) == (date(2021, 1, 1), early)


def test_an_exit_after_the_end_changes_nothing() -> None:
    notice = leave(date(2025, 1, 1), date(2024, 1, 1))
    assert end_of(TERMS, [notice], THIRD).state == "expired"
    assert end_of(TERMS, [notice], THIRD).decided_by is None


@pytest.mark.parametrize(
    ("notice", "fault"),
    [
        (Notice("third", RENEWAL, date(2020, 1, 1), FIRST), "unknown_party"),
        (Notice("uni", "no-such", date(2020, 1, 1), FIRST), "unknown_clause"),
        (leave(FIRST, date(2020, 1, 1), "firm"), "not_entitled"),
        (Notice("firm", "either-leaves", date(2020, 1, 1), FIRST), None),
        (stop(FIRST - DAY, date(2020, 1, 1)), "no_such_end"),
        (stop(THIRD, date(2020, 1, 1)), "no_such_end"),
        (stop(date(2040, 7, 1), date(2020, 1, 1)), "no_such_end"),
        (stop(SECOND, BY_SECOND), None),
        (stop(SECOND, BY_SECOND + DAY), "too_late"),
        (leave(date(2019, 7, 1), date(2019, 1, 1)), "not_in_term"),
        (leave(date(2019, 7, 2), date(2019, 1, 1)), None),
        (leave(date(2020, 7, 1), date(2020, 1, 3)), None),
        (leave(date(2020, 7, 1), date(2020, 1, 4)), "too_late"),
    ],
)
def test_a_notice_without_effect_has_its_fault(notice: Notice, fault: NoticeFault | None) -> None:
    assert notice_fault(TERMS, notice) == fault
    assert fault is None or NOTICE_FAULTS[fault].zh


def test_without_the_clause_there_is_nothing_to_give_notice_under() -> None:
    assert notice_fault(PLAIN, stop(FIRST, date(2020, 1, 1))) == "unknown_clause"
    assert notice_fault(PLAIN, leave(FIRST, date(2020, 1, 1))) == "unknown_clause"


def test_the_day_of_a_notice_is_always_still_in_the_agreement() -> None:
    terms = dataclasses.replace(TERMS, exits=(Exit("uni-leaves", ("uni",), 0, Text("x", "x")),))
    today = date(2020, 1, 1)
    assert notice_fault(terms, leave(today, today)) == "too_late"
    assert notice_fault(terms, leave(today + DAY, today)) is None
    assert end_of(terms, [leave(today + DAY, today)], today).state == "in_force"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2021, 1, 31), 1, date(2021, 2, 28)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 2, 29), 48, date(2024, 2, 29)),
        (date(2020, 12, 1), 1, date(2021, 1, 1)),
        (date(2020, 12, 31), 0, date(2020, 12, 31)),
        (date(9999, 7, 1), 6, date.max),
    ],
)
def test_months_are_clipped_to_their_last_day(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


def test_the_ends_of_renewals_do_not_drift_after_a_short_month() -> None:
    terms = renewing(1, 5, None, date(2020, 1, 31))
    ends = [end_of(terms, [], date(2020, month, 2)).until for month in (1, 2, 3, 4)]
    assert ends == [date(2020, 1, 31), date(2020, 2, 29), date(2020, 3, 31), date(2020, 4, 30)]
    assert notice_fault(terms, stop(date(2020, 2, 29), date(2020, 2, 24))) is None
    assert notice_fault(terms, stop(date(2020, 3, 29), date(2020, 2, 24))) == "no_such_end"


def test_renewals_without_a_limit_go_on_to_the_end_of_the_calendar() -> None:
    terms = renewing(120, 30, None, date(2022, 7, 1))
    assert end_of(terms, [], date(3001, 1, 1)).until == date(3002, 7, 1)
    end = end_of(terms, [], date.max)
    assert (end.until, end.notice_by) == (date.max, None)


days = st.dates(date(2019, 1, 1), date(2026, 12, 31))
ends = st.sampled_from([FIRST, SECOND, THIRD, FIRST - DAY]) | days
notices = st.lists(
    st.builds(
        Notice,
        st.sampled_from(["uni", "firm", "third"]),
        st.sampled_from([RENEWAL, "uni-leaves", "either-leaves"]),
        days,
        ends,
    ),
    max_size=4,
)
terms_of = st.builds(
    renewing,
    st.integers(1, 14),
    st.integers(0, 100),
    st.none() | st.integers(1, 3),
    st.dates(date(2021, 1, 25), date(2021, 3, 5)),
)


@given(terms_of, notices, days)
def test_it_is_in_force_exactly_from_its_begin_to_before_its_end(
    terms: Agreement, given: list[Notice], day: date
) -> None:
    end = end_of(terms, given, day)
    assert (end.state == "agreed") == (day < terms.term.start)
    assert (end.state == "in_force") == (terms.term.start <= day < end.until)
    assert end.notice_by is None or day <= end.notice_by < end.until
    assert len(end.void) <= len(given)


@given(terms_of, notices, days)
@example(TERMS, [leave(date(2023, 1, 1), date(2021, 1, 1))], BY_FIRST)
def test_what_was_over_stays_over_and_an_end_only_moves_where_it_may(
    terms: Agreement, given: list[Notice], day: date
) -> None:
    """With the same notices the next day moves the end only past a day for notice that is over."""
    given = [notice for notice in given if notice.given_on <= day]
    today, tomorrow = end_of(terms, given, day), end_of(terms, given, day + DAY)
    if today.until != tomorrow.until:
        assert today.notice_by == day
        assert today.until < tomorrow.until
    if today.state in ("expired", "ended"):
        assert tomorrow.state == today.state


@given(terms_of, notices, days)
def test_the_order_of_the_notices_decides_nothing(
    terms: Agreement, given: list[Notice], day: date
) -> None:
    one, other = end_of(terms, given, day), end_of(terms, given[::-1], day)
    assert dataclasses.replace(one, void=()) == dataclasses.replace(other, void=())


@given(terms_of, notices, days)
def test_a_day_named_for_notice_is_the_last_one_in_time(
    terms: Agreement, given: list[Notice], day: date
) -> None:
    end = end_of(terms, given, day)
    if end.notice_by is not None:
        assert notice_fault(terms, stop(end.until, end.notice_by)) is None
        assert notice_fault(terms, stop(end.until, end.notice_by + DAY)) == "too_late"
        assert latest_notice(end.until, 0) >= end.notice_by
