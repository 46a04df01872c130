"""Limits that hold across workers: one row a limit and subject, moved in one statement.

The rate is a leaky bucket (generic cell rate algorithm, ITU-T I.371): a row says until when the
limit is used up. Taking moves that time on, unless it would then lie further ahead than the
limit's whole period. The database does it in one statement, so two workers never both take the
last permit; a refused attempt moves nothing. A row further ahead than the period was written
before the clock went back; it counts as one of the period, so that nobody waits for the old time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from unipact.errors import TooMany

_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """``permits`` at once, which come back evenly over ``period_s`` seconds.

    So in the long run it is that many in a period; but of somebody who was silent before, up to
    twice as many fit into one: all at once, and then each as it comes back.
    """

    name: str
    permits: int
    period_s: int


#: A person guesses a password: for one account from one network, for one account, from one network.
SIGN_IN_HERE = Limit("sign-in-here", 5, 15 * 60)
SIGN_IN_ACCOUNT = Limit("sign-in-account", 30, 60 * 60)
SIGN_IN_ADDRESS = Limit("sign-in-address", 100, 60 * 60)
#: Codes of a second factor, for one account.
SECOND_FACTOR = Limit("second-factor", 5, 15 * 60)
#: A program guesses a token, or somebody guesses an invitation or a calendar, from one network.
SECRET_ADDRESS = Limit("secret-address", 20, 15 * 60)
#: Somebody with an open invitation sends its form: each wrong one may ask for an account's name.
INVITATION_FORM = Limit("invitation-form", 20, 15 * 60)
#: A calendar program asks for one person's calendar; each answer reads the whole log.
CALENDAR = Limit("calendar", 60, 60 * 60)
#: A person has links sent that switch mails on.
REMINDER_LINK = Limit("reminder-link", 5, 60 * 60)
#: Evaluations and reports made anew cost seconds of a core each.
HEAVY_WORK = Limit("heavy-work", 30, 60 * 60)

_TAKE = """
INSERT INTO web_rate (key, busy_until_us) VALUES (%(key)s, %(now)s + %(cost)s)
ON CONFLICT (key) DO UPDATE SET busy_until_us = CASE
    WHEN web_rate.busy_until_us > %(now)s THEN web_rate.busy_until_us ELSE %(now)s
END + %(cost)s
WHERE web_rate.busy_until_us <= %(now)s + %(period)s - %(cost)s
RETURNING busy_until_us
"""
# Where the clock went back: no attempt is free, but the wait is no longer than the period.
_BACK = """
UPDATE web_rate SET busy_until_us = %(most)s WHERE key = %(key)s AND busy_until_us > %(most)s
"""


def take(limit: Limit, subject: str, *, now: datetime, permits: int = 1) -> None:
    """Use ``permits`` of a limit for ``subject``.

    Raises:
        TooMany: they are used up; nothing was taken.
    """
    key, now_us = _key(limit, subject), _micros(now)
    period, cost = _period_and_cost(limit, permits)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"key": key, "now": now_us, "cost": cost, "period": period})
        if cursor.fetchone() is not None:
            return
        cursor.execute("SELECT busy_until_us FROM web_rate WHERE key = %s", [key])
        (busy_until,) = cursor.fetchone() or (now_us,)
        if busy_until > now_us + period:
            busy_until = now_us + period
            cursor.execute(_BACK, {"key": key, "most": busy_until})
    wait = busy_until + cost - period - now_us
    raise TooMany("this was tried too often", retry_after_s=max(1, -(-wait // _MICRO)))


def give_back(limit: Limit, subject: str, *, permits: int = 1) -> None:
    """Return what was taken, where the attempt turned out to be a right one."""
    _, cost = _period_and_cost(limit, permits)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE web_rate SET busy_until_us = busy_until_us - %s WHERE key = %s",
            [cost, _key(limit, subject)],
        )


def sweep(now: datetime) -> int:
    """Forget every row that limits nobody any more; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM web_rate WHERE busy_until_us < %s", [_micros(now)])
        swept: int = cursor.rowcount
        return swept


def _key(limit: Limit, subject: str) -> str:
    return hashlib.sha256(f"{limit.name}\0{subject}".encode()).hexdigest()


def _micros(at: datetime) -> int:
    return round(at.timestamp() * _MICRO)


def _period_and_cost(limit: Limit, permits: int) -> tuple[int, int]:
    period = limit.period_s * _MICRO
    # Rounded down, so that all permits together fit into the period.
    return period, permits * (period // limit.permits)
