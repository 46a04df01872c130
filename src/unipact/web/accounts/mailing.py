"""Mail is written and sent beside the request: the time of an answer does not tell of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

_LOG = logging.getLogger(__name__)

RESET_LETTER = "account/email/password_reset_key"
#: One after the other; a test waits for its turn.
POST = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


def send(template: str, to: str, words: Mapping[str, str]) -> None:
    """Send ``<template>_subject.txt`` and ``_message.txt`` soon, in the reader's language.

    Without an address the letter is written and thrown away. What goes wrong is in the log, by its
    kind alone: the words of a mail server's refusal hold the address.
    """
    POST.submit(_deliver_or_log, template, to, dict(words), translation.get_language())


def _deliver_or_log(template: str, to: str, words: dict[str, str], language: str | None) -> None:
    """Nobody asks how it ended: whatever went wrong must be told here, or never is."""
    try:
        _deliver(template, to, words, language)
    except Exception as error:  # noqa: BLE001
        _LOG.error("a message could not be sent: %s", type(error).__name__)


def _deliver(template: str, to: str, words: dict[str, str], language: str | None) -> None:
    with translation.override(language):
        # A subject is one line.
        subject = " ".join(render_to_string(f"{template}_subject.txt", words).split())
        body = render_to_string(f"{template}_message.txt", words).strip()
    if to:
        EmailMessage(f"unipact · {subject}", body, to=[to]).send()
