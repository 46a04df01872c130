"""Mail is written and sent beside the request: the time of an answer does not tell of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

_LOG = logging.getLogger(__name__)

RESET_LETTER = "account/email/password_reset_key"
#: One after the other; a test waits for its turn.
POST = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


def send(template: str, to: str, words: Mapping[str, str]) -> None:
    """Send ``<template>_subject.txt`` and ``_message.txt`` soon, in the reader's language.

    Without an address the letter is written and thrown away. What goes wrong is in the log.
    """
    POST.submit(_deliver, template, to, dict(words), translation.get_language())


def _deliver(template: str, to: str, words: dict[str, str], language: str | None) -> None:
    with translation.override(language):
        # A subject is one line.
        subject = " ".join(render_to_string(f"{template}_subject.txt", words).split())
        body = render_to_string(f"{template}_message.txt", words).strip()
    if not to:
        return
    try:
        EmailMessage(f"unipact · {subject}", body, to=[to]).send()
    except (OSError, SMTPException):
        # The address stays out of the log.
        _LOG.exception("a message could not be sent")
