"""A turn is one thread's; the next one gets it, or is told that it took too long."""

from __future__ import annotations

import threading

import pytest

from unipact.errors import Unavailable
from unipact.turns import OneAtATime


def test_one_at_a_time_and_the_next_after_it() -> None:
    turns, inside, most = OneAtATime(), [], []

    def work() -> None:
        with turns:
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert most == [1] * 8


def test_whoever_waits_too_long_is_told_to_try_again() -> None:
    turns = OneAtATime(wait_s=0.01)
    with turns, pytest.raises(Unavailable, match="try again"), turns:
        raise AssertionError("two at a time")
    with turns:
        pass


def test_a_turn_that_fails_is_over() -> None:
    turns = OneAtATime(wait_s=0.01)
    with pytest.raises(ZeroDivisionError), turns:
        raise ZeroDivisionError
    with turns:
        pass
