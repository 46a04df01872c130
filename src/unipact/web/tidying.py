"""Sweeping away what has had its time: sessions, limits, answers kept for a retry, the cache."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from unipact.web.models import KeptAnswer
from unipact.web.throttle import sweep

#: A program that was cut off asks again within the day.
ANSWERS_KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows of each kind are gone."""

    sessions: int
    limits: int
    answers: int
    cached: int


def tidy(now: datetime) -> Swept:
    """Delete every row whose time is over at ``now``; nothing that binds anybody is among them."""
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    answers, _ = KeptAnswer.objects.filter(kept_at__lt=now - ANSWERS_KEPT).delete()
    return Swept(sessions, sweep(now), answers, _sweep_cache(now))


def _sweep_cache(now: datetime) -> int:
    """Delete what has expired; Django itself does so only when the table grows too large."""
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE expires < %s",  # noqa: S608 - a name of our settings
            [connection.ops.adapt_datetimefield_value(now)],
        )
        swept: int = cursor.rowcount
        return swept
