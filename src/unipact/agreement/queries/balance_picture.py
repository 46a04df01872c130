"""The balance as pictures: lines over the term, drawn here, and data for the chart of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from unipact.agreement.engine.terms import Agreement, Span
from unipact.agreement.queries.balance_shapes import Balance, Course, Line, Step

_WIDTH, _HEIGHT, _HEAD = 1000, 100, 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """Two SVG paths in a box of 1000 × 100 over the term; ``day_at`` is the day's place in it."""

    planned: str
    made: str
    day_at: int


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A day of a course: for each party what was planned and made up to then."""

    on: date
    parties: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class CoursePicture:
    """The money of one currency: ``chart`` for the script, ``rows`` for whoever reads a table."""

    unit: str
    names: tuple[Mapping[str, str], ...]
    chart: Mapping[str, Any]
    rows: tuple[CourseRow, ...]


def drawing(line: Line, term: Span, day: date) -> Drawing:
    """A contribution's course as two lines that go up in steps."""
    course = line.course
    most = max(
        (Fraction(each) for step in course for each in (step.planned, step.made)),
        default=Fraction(1),
    )
    return Drawing(
        _path([(each.on, each.planned) for each in course], term, most or Fraction(1), None),
        _path(
            [(each.on, each.made) for each in course if each.on <= day],
            term,
            most or Fraction(1),
            day,
        ),
        _across(day, term),
    )


def course_pictures(found: Balance, terms: Agreement) -> tuple[CoursePicture, ...]:
    """The money of each currency over time."""
    names = {each.party: each.name for each in found.parties}
    roles = {each.id: each.role for each in terms.parties}
    return tuple(
        CoursePicture(
            course.unit,
            tuple(names[party] for party in course.parties),
            _chart(course, roles, terms.term, found.day),
            _rows(course),
        )
        for course in found.courses
    )


def _chart(
    course: Course,
    roles: Mapping[str, str],
    term: Span,
    day: date,
) -> Mapping[str, Any]:
    lines = []
    for party, steps in course.parties.items():
        # A legend has no room for whole names.
        name = _("University") if roles[party] == "university" else _("Enterprise")
        start = [term.start.isoformat(), 0.0]
        last = [each for each in steps if each.on <= day]
        end = [max(term.until, day).isoformat(), float(steps[-1].planned)]
        until = [[day.isoformat(), float(last[-1].made) if last else 0.0]]
        lines.append(
            {
                "planned_name": _("%(party)s: planned") % {"party": name},
                "made_name": _("%(party)s: made") % {"party": name},
                # A picture: to the width of a line a float is exact.
                "planned": [
                    start,
                    *([each.on.isoformat(), float(each.planned)] for each in steps),
                    end,
                ],
                "made": [
                    start,
                    *([each.on.isoformat(), float(each.made)] for each in last),
                    *until,
                ],
            }
        )
    return {
        "kind": "balance",
        "unit": course.unit,
        "start": min(term.start, day).isoformat(),
        "end": max(term.until, day).isoformat(),
        "parties": lines,
    }


def _rows(course: Course) -> tuple[CourseRow, ...]:
    """Every day of either party, each sum carried on from the day before."""
    days = sorted({each.on for steps in course.parties.values() for each in steps})
    return tuple(
        CourseRow(on, tuple(_at(steps, on) for steps in course.parties.values())) for on in days
    )


def _at(steps: Sequence[Step], on: date) -> Step:
    last = next((each for each in reversed(steps) if each.on <= on), None)
    return Step(on, last.planned, last.made) if last else Step(on, "0", "0")


def _path(points: Sequence[tuple[date, str]], term: Span, most: Fraction, end: date | None) -> str:
    """From the floor at the term's start, up at each day, and on to the ``end`` (the term's)."""
    path = f"M0,{_HEIGHT}"
    for on, amount in points:
        up = _HEIGHT - round((_HEIGHT - _HEAD) * Fraction(amount) / most)
        path += f"H{_across(on, term)}V{up}"
    return f"{path}H{_WIDTH if end is None else _across(end, term)}"


def _across(on: date, term: Span) -> int:
    passed = (on - term.start).days
    return min(_WIDTH, max(0, round(passed * _WIDTH / max(1, term.days))))
