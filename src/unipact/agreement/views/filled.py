"""What somebody typed into a form, and what is wrong with it, in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop

from unipact.agreement.views.log.words import KEYS_SAID
from unipact.agreement.views.log_words import LOG_SAID
from unipact.errors import Conflict, Finding, Invalid

Chosen = TypeVar("Chosen", bound=StrEnum)

#: What services say of forms. Their words are English, since programs and the command line read
#: them too; here they are collected for translation. A file's findings stay as they are.
_SAID = (
    gettext_noop("it is empty"),
    gettext_noop("nothing of it can be seen"),
    gettext_noop("it is longer than %(n)s characters"),
    gettext_noop("character %(place)s (%(code)s) cannot be seen"),
    gettext_noop("too many marks on one letter at character %(place)s"),
    gettext_noop("it holds half a character"),
    gettext_noop("somebody has this name already"),
    gettext_noop("it is no mail address"),
    gettext_noop("Write one, or leave this empty."),
    gettext_noop("nothing is chosen"),
    gettext_noop("it is no whole number"),
    gettext_noop("%(n)s is not from 1 to %(most)s"),
    gettext_noop("the %(side)s has no %(role)s"),
    gettext_noop("no file is chosen"),
    gettext_noop("the file is larger than %(n)s KiB"),
    gettext_noop("Write a name."),
    gettext_noop("Shorten it."),
    gettext_noop("Leave it out."),
    gettext_noop("Type it anew."),
    gettext_noop("Choose another."),
    gettext_noop("Choose one."),
    gettext_noop("Make a new one later."),
    gettext_noop("Roles: %(roles)s."),
    gettext_noop("this is the last one who speaks for the party: name another officer first"),
    gettext_noop("the party has an officer by now, who invites its people"),
    gettext_noop("the invitation was accepted: end the membership instead"),
    gettext_noop("it is no plain decimal number"),
    gettext_noop("it has %(n)s decimals; %(most)s are kept"),
    gettext_noop("it is larger than is kept"),
    gettext_noop("an amount is above zero"),
    gettext_noop("it is below zero"),
    gettext_noop("it is no day"),
    gettext_noop("it lies before the signing (%(day)s)"),
    gettext_noop("it lies after today (%(day)s)"),
    gettext_noop("it is no unit"),
    gettext_noop("it is no ISO 4217 currency"),
    gettext_noop("shares are not summed"),
    gettext_noop("a metric measures it in this unit"),
    gettext_noop("the agreement has no such contribution"),
    gettext_noop("the agreement has no such benefit"),
    gettext_noop("it is the other party's, which records it itself"),
    gettext_noop("a contribution has the unit of the agreement"),
    gettext_noop("money needs no valuation"),
    gettext_noop("a reversal is not reversed: record it anew"),
    gettext_noop("transaction %(n)s was taken back already"),
    gettext_noop("transaction %(n)s was taken back"),
    gettext_noop("whoever recorded it takes it back; the other party contests it"),
    gettext_noop("the other party answers what one's own party recorded"),
    gettext_noop("no version of the agreement is in force: nothing can be recorded yet"),
    gettext_noop("Say why."),
    gettext_noop("Write it like 1200000.00."),
    gettext_noop("Write 2019-12-31."),
    gettext_noop("Like CNY."),
    gettext_noop("Like CNY, piece or person-month."),
    gettext_noop("Leave it empty."),
    gettext_noop("Its value is computed."),
    gettext_noop("Record what they are shares of."),
)
# More digits than any id has.
_ID_DIGITS = 19
_PART = re.compile(r"%\\\((\w+)\\\)s")


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(_PART.sub(r"(?P<\1>.+)", re.escape(text)))


_PATTERNS = tuple((_pattern(text), text) for text in (*_SAID, *LOG_SAID, *KEYS_SAID))


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is shown again: nothing that was typed is lost.

    ``wrong`` says by field what is wrong there, ``above`` what is wrong with the whole.
    """

    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    above: tuple[str, ...] = ()
    status: int = 200


def filled(request: HttpRequest, error: Invalid | Conflict, fields: tuple[str, ...]) -> Filled:
    """The form of ``request`` with what ``error`` finds in it."""
    wrong: dict[str, tuple[str, ...]] = {}
    above: tuple[str, ...] = ()
    for finding in error.findings:
        if finding.where in fields:
            wrong[finding.where] = (*wrong.get(finding.where, ()), sentence(finding))
        else:
            above = (*above, sentence(finding))
    if not error.findings:
        above = (_capital(said(error.message)),)
    typed = {name: request.POST.get(name, "") for name in fields}
    return Filled(typed, wrong, above, 409 if isinstance(error, Conflict) else 422)


def sentence(finding: Finding) -> str:
    """What is wrong and how to mend it, without the place: it stands beside the field."""
    what = _capital(said(finding.what))
    if not finding.mend:
        return what
    return gettext("%(what)s. %(mend)s") % {"what": what, "mend": said(finding.mend)}


def said(text: str) -> str:
    """A text of the services in the language of the page; an unknown one stays as it is."""
    for pattern, known in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            return gettext(known) % found.groupdict()
    return text


def is_known(text: str) -> bool:
    """Whether ``said`` knows the text."""
    return any(pattern.fullmatch(text) for pattern, _ in _PATTERNS)


def chosen(options: type[Chosen], request: HttpRequest, name: str) -> Chosen:
    """The option that was chosen in field ``name``.

    Raises:
        Invalid: none was.
    """
    try:
        return options(request.POST.get(name, ""))
    except ValueError as error:
        finding = Finding(name, "nothing is chosen", "Choose one.")
        raise Invalid("nothing is chosen", findings=[finding]) from error


def whole_number(request: HttpRequest, name: str) -> int:
    """The number in field ``name``; a longer one than anybody means is cut to nine digits.

    Raises:
        Invalid: it is none.
    """
    text = request.POST.get(name, "").strip()
    if not text.isdecimal():
        raise Invalid("a number is wrong", findings=[Finding(name, "it is no whole number")])
    return int(text[:9])


def page_asked(request: HttpRequest, name: str = "before") -> int | None:
    """The id in the address that the page before ended with; None for the first page."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < _ID_DIGITS else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
