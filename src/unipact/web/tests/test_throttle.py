"""A limit holds for all workers together, comes back evenly, and a refusal costs nothing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from unipact.errors import TooMany
from unipact.web.models import Rate
from unipact.web.throttle import Limit, give_back, sweep, take

NOW = datetime(2020, 1, 2, 8, tzinfo=UTC)
FIVE = Limit("five", 5, 60)


def _taken(limit: Limit, subject: str, tries: int, *, now: datetime = NOW) -> int:
    done = 0
    for _ in range(tries):
        try:
            take(limit, subject, now=now)
        except TooMany:
            continue
        done += 1
    return done


@pytest.mark.django_db
def test_as_many_as_allowed_go_through_and_no_more() -> None:
    assert _taken(FIVE, "li", 9) == 5
    assert _taken(FIVE, "wang", 1) == 1


@pytest.mark.django_db
def test_permits_come_back_one_after_the_other() -> None:
    _taken(FIVE, "li", 5)
    assert _taken(FIVE, "li", 3, now=NOW + timedelta(seconds=11)) == 0
    assert _taken(FIVE, "li", 3, now=NOW + timedelta(seconds=12)) == 1
    assert _taken(FIVE, "li", 9, now=NOW + timedelta(seconds=600)) == 5


@pytest.mark.django_db
def test_a_refusal_says_when_to_come_again() -> None:
    _taken(FIVE, "li", 5)
    with pytest.raises(TooMany) as refused:
        take(FIVE, "li", now=NOW)
    assert refused.value.retry_after_s == 12
    assert _taken(FIVE, "li", 1, now=NOW + timedelta(seconds=12)) == 1


@pytest.mark.django_db
def test_what_is_given_back_may_be_taken_again() -> None:
    _taken(FIVE, "li", 5)
    give_back(FIVE, "li")
    assert _taken(FIVE, "li", 3) == 1


@pytest.mark.django_db
def test_of_somebody_silent_twice_as_many_fit_into_one_period_and_no_more() -> None:
    done = sum(_taken(FIVE, "li", 9, now=NOW + timedelta(seconds=each)) for each in range(61))
    assert done == 10


@pytest.mark.django_db
def test_when_the_clock_goes_back_nobody_waits_for_the_old_time() -> None:
    _taken(FIVE, "li", 5, now=NOW + timedelta(days=365))
    with pytest.raises(TooMany) as refused:
        take(FIVE, "li", now=NOW)
    assert refused.value.retry_after_s == 12
    assert _taken(FIVE, "li", 3, now=NOW + timedelta(seconds=11)) == 0
    assert _taken(FIVE, "li", 3, now=NOW + timedelta(seconds=12)) == 1


@pytest.mark.django_db
def test_several_permits_are_taken_whole_or_not_at_all() -> None:
    take(FIVE, "li", now=NOW, permits=3)
    with pytest.raises(TooMany):
        take(FIVE, "li", now=NOW, permits=3)
    assert _taken(FIVE, "li", 9) == 2


@pytest.mark.django_db
def test_neither_name_nor_address_is_kept_and_the_sweep_forgets_the_rest() -> None:
    take(FIVE, "203.0.113.7", now=NOW)
    assert not Rate.objects.filter(key__contains="203").exists()
    assert sweep(NOW) == 0
    assert sweep(NOW + timedelta(minutes=2)) == 1


# SQLite's test database lives in the memory of one connection; tests/browser asks real workers.
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_workers_that_ask_at_once_share_one_limit() -> None:
    wide = Limit("wide", 40, 60)
    found: list[int] = []

    def work() -> None:
        found.append(_taken(wide, "li", 15))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sum(found) == 40
