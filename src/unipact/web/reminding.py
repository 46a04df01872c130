"""Sending mails about deadlines: one a person and day, none twice, none lost."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from unipact.agreement.queries.reminders import Digest, digests_due
from unipact.agreement.services.calendar import reminders_note
from unipact.errors import Conflict, Finding, Unavailable

_LETTER = "account/email/reminders"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one mail; ``fault`` is the kind of what went wrong, empty if it was sent."""

    digest: Digest
    fault: str = ""


def remind(*, now: datetime, address: str, is_dry_run: bool = False) -> Iterator[Told]:
    """Send each mail that is due at ``now``; a dry run sends and records nothing.

    A mail is recorded after it was sent: whoever is cut off in between sends that one again the
    next time, and no other. One that cannot be sent is tried again the next time.

    Raises:
        Unavailable: this installation sends no mail, or a log does not verify.
        Conflict: another process is sending them.
    """
    if not settings.UNIPACT_SENDS_MAIL and not is_dry_run:
        finding = Finding("UNIPACT_EMAIL_URL", "is not set: this installation sends no mail")
        raise Unavailable("no mail", findings=[finding])
    with _alone():
        for digest in digests_due(now=now):
            if is_dry_run:
                yield Told(digest)
                continue
            fault = _sent(digest, address)
            if not fault:
                stages = [(each.deadline.uid, each.stage) for each in digest.due]
                reminders_note(user_id=digest.user_id, stages=stages, now=now)
            yield Told(digest, fault)


def letter(digest: Digest, address: str) -> tuple[str, str]:
    """Subject and text of a mail, in the person's language."""
    words = {"due": digest.due, "address": address}
    with translation.override(digest.language):
        # A subject is one line.
        subject = " ".join(render_to_string(f"{_LETTER}_subject.txt", words).split())
        return f"unipact · {subject}", render_to_string(f"{_LETTER}_message.txt", words).strip()


def _sent(digest: Digest, address: str) -> str:
    """Send a mail; the kind of what went wrong, whose words may hold the address."""
    subject, body = letter(digest, address)
    try:
        count = EmailMessage(subject, body, to=[digest.address]).send()
    except Exception as error:  # noqa: BLE001 - one mail's fault must not keep the others back
        return type(error).__name__
    return "" if count else "not sent"


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the one lock of this installation; it falls with the process."""
    folder = Path(settings.UNIPACT_HOME)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "remind.lock").open("w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("another `unipact remind` is sending the mails") from error
        yield
