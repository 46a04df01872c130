"""Calendars as programs subscribe to them: iCalendar, RFC 5545, written and nothing else.

No clock and no chance is in it: the same events give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

CONTENT_TYPE = "text/calendar; charset=utf-8"
#: Octets of a line without its end (RFC 5545, 3.1).
_LINE = 75
_PRODUCT = "-//unipact//deadlines 1//EN"
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of a calendar.

    Attributes:
        uid: names it for life, in every calendar (3.8.4.7).
        stamp: when what it says was last another (3.8.7.2), aware.
        on: the whole day, or the aware moment.
        url: an absolute address.
        alarms_days: so many days before, the program reminds.
    """

    uid: str
    stamp: datetime
    on: date | datetime
    summary: str
    description: str
    url: str
    category: str
    alarms_days: tuple[int, ...] = ()


def calendar_bytes(name: str, events: Iterable[Event]) -> bytes:
    """A calendar of these events, in their order.

    Notes:
        RFC 5545; ``NAME`` and ``REFRESH-INTERVAL`` are of RFC 7986, ``X-WR-CALNAME`` is the name
        that older programs read.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
    ]
    for each in events:
        lines += _event(each)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"DTSTAMP:{_moment(event.stamp)}"
    if isinstance(event.on, datetime):
        yield f"DTSTART:{_moment(event.on)}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}"
    yield f"SUMMARY:{_text(event.summary)}"
    yield f"DESCRIPTION:{_text(event.description)}"
    yield f"URL:{_plain(event.url)}"
    yield f"CATEGORIES:{_text(event.category)}"
    # A deadline takes nobody's time on its day.
    yield "TRANSP:TRANSPARENT"
    for days in event.alarms_days:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_text(event.summary)}"
        yield f"TRIGGER:-P{days}D"
        yield "END:VALARM"
    yield "END:VEVENT"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A text as 3.3.11 escapes it; ends of lines stay, other controls go."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return _plain(lines, keep="\n").translate(_ESCAPED)


def _plain(value: str, keep: str = "") -> str:
    """Without controls (3.1) and without halves of characters, which no UTF-8 has."""
    return "".join(
        each
        for each in value
        if each in keep
        or not (each < " " or "\x7f" <= each <= "\x9f" or "\ud800" <= each <= "\udfff")
    )


def _folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets; no character is cut in two (3.1)."""
    pieces: list[bytes] = []
    piece = b""
    for each in line:
        octets = each.encode()
        # From the second piece on, the blank at its begin counts.
        if len(piece) + len(octets) > _LINE - bool(pieces):
            pieces.append(piece)
            piece = b""
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
