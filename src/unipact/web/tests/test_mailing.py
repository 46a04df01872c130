"""What goes wrong with a letter is told by its kind: its words may hold somebody's address."""

from __future__ import annotations

import logging
from smtplib import SMTPRecipientsRefused

import pytest
from django.conf import LazySettings
from django.core.mail.backends.base import BaseEmailBackend
from django.template import TemplateDoesNotExist

from unipact.web.accounts.mailing import POST, RESET_LETTER, send


class Refusing(BaseEmailBackend):
    """A mail server that knows nobody."""

    def send_messages(self, email_messages: object) -> int:
        raise SMTPRecipientsRefused({"li.na@example.org": (550, b"no li.na@example.org here")})


_WORDS = {"username": "li.na", "password_reset_url": "http://x/secret"}


def test_a_refused_address_is_not_in_the_log(
    settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    send(RESET_LETTER, "li.na@example.org", _WORDS)
    POST.submit(int).result(timeout=60)
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert record.getMessage() == "a message could not be sent: SMTPRecipientsRefused"
    assert "li.na" not in caplog.text
    assert "secret" not in caplog.text


def test_a_fault_of_any_other_kind_is_told_as_well(caplog: pytest.LogCaptureFixture) -> None:
    send("account/email/no_such_letter", "li.na@example.org", {})
    POST.submit(int).result(timeout=60)
    assert f"a message could not be sent: {TemplateDoesNotExist.__name__}" in caplog.text
