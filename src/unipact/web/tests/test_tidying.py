"""What `unipact tidy` sweeps away, and what it leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from unipact.web.models import KeptAnswer, Rate
from unipact.web.throttle import SECRET_ADDRESS, take
from unipact.web.tidying import ANSWERS_KEPT, Swept, tidy

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 2, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _answer(key: str, kept_at: datetime) -> None:
    KeptAnswer.objects.create(
        principal="token 1",
        key=key,
        request_sha256="0" * 64,
        status=200,
        headers={},
        body=b"",
        kept_at=kept_at,
    )


def test_what_has_had_its_time_goes_and_the_rest_stays() -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=NOW - SECOND)
    Session.objects.create(session_key="open", session_data="", expire_date=NOW + SECOND)
    take(SECRET_ADDRESS, "long ago", now=NOW - timedelta(hours=1))
    take(SECRET_ADDRESS, "just now", now=NOW)
    _answer("old", NOW - ANSWERS_KEPT - SECOND)
    _answer("young", NOW - ANSWERS_KEPT + SECOND)
    assert tidy(NOW) == Swept(sessions=1, limits=1, answers=1, cached=0)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
    assert Rate.objects.count() == 1
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["young"]


def test_expired_rows_of_the_cache_go() -> None:
    cache.set("short", 1, timeout=60)
    cache.set("long", 2, timeout=3600)
    assert tidy(timezone.now() + timedelta(minutes=5)).cached == 1
    assert cache.get("long") == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM web_cache")
        assert cursor.fetchone() == (1,)


def test_a_second_time_finds_nothing() -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=NOW - SECOND)
    tidy(NOW)
    assert tidy(NOW) == Swept(0, 0, 0, 0)
