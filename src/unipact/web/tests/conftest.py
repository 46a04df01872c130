"""What the tests of the doors share: a clock, and people with a password."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from unipact.web.tests.clock import Clock, stand_still

PASSWORD = "correct horse battery"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The console's time, standing still."""
    return stand_still(monkeypatch)


@pytest.fixture
def wang(db: None) -> User:
    """Somebody with a password and a mail address."""
    return get_user_model().objects.create_user("wang", "wang@example.org", PASSWORD)
