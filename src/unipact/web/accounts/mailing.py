"""Mail leaves beside the request: the time of an answer does not tell whether there was any."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from smtplib import SMTPException

from django.core.mail import EmailMessage

_LOG = logging.getLogger(__name__)

#: One after the other; a test waits for its turn.
POST = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


def send(message: EmailMessage) -> None:
    """Send a message soon; what goes wrong is in the log."""
    POST.submit(_deliver, message)


def _deliver(message: EmailMessage) -> None:
    try:
        message.send()
    except (OSError, SMTPException):
        # The address stays out of the log.
        _LOG.exception("a message could not be sent")
