"""Calendars are read back by an independent reader, and the same events give the same bytes."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from unipact.agreement.formats.icalendar import Event, calendar_bytes

STAMP = datetime(2020, 1, 2, 8, tzinfo=UTC)
TEXTS = st.text(max_size=300)


def event(summary="Due", on=date(2020, 6, 30), description="", **more):
    return Event(
        uid="a.b@agreement.unipact",
        stamp=STAMP,
        on=on,
        summary=summary,
        description=description,
        url="https://unipact.example.org/agreements/a/",
        category="target",
        **more,
    )


def read(content):
    return Calendar.from_ical(content)


def kept(text):
    """What of a text a calendar can say: no controls but ends of lines, no halves of characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        each
        for each in lines
        if each == "\n"
        or not (each < " " or "\x7f" <= each <= "\x9f" or "\ud800" <= each <= "\udfff")
    )


def test_a_whole_day_is_a_day_and_a_moment_is_a_moment():
    moment = datetime(2020, 3, 2, 8, 5, 6, tzinfo=UTC)
    whole, exact = read(calendar_bytes("x", [event(), event(on=moment)])).walk("VEVENT")
    assert whole.decoded("DTSTART") == date(2020, 6, 30)
    assert exact.decoded("DTSTART") == moment
    assert whole.decoded("DTSTAMP") == STAMP


def test_an_alarm_rings_so_many_days_before():
    (found,) = read(calendar_bytes("x", [event(alarms_days=(14, 3))])).walk("VEVENT")
    alarms = found.walk("VALARM")
    assert [each.decoded("TRIGGER").days for each in alarms] == [-14, -3]
    assert {str(each["ACTION"]) for each in alarms} == {"DISPLAY"}


def test_lines_end_with_both_marks_and_none_is_longer_than_75_octets():
    content = calendar_bytes("到期事项" * 40, [event("协议，里程碑；" * 60)])
    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    for each in lines:
        each.decode()


@given(TEXTS, TEXTS)
def test_whatever_a_text_holds_is_read_back(summary, description):
    (found,) = read(calendar_bytes("x", [event(summary, description=description)])).walk("VEVENT")
    assert str(found["SUMMARY"]) == kept(summary)
    assert str(found["DESCRIPTION"]) == kept(description)


@given(TEXTS)
def test_no_text_makes_an_event_of_its_own(text):
    hostile = f"{text}\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:other"
    found = read(calendar_bytes(hostile, [event(hostile)]))
    assert [str(each["UID"]) for each in found.walk("VEVENT")] == ["a.b@agreement.unipact"]


def test_the_same_events_give_the_same_bytes():
    events = [event("Due", alarms_days=(3,)), event("Later", on=STAMP)]
    assert calendar_bytes("x", events) == calendar_bytes("x", list(events))
