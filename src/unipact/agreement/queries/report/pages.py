"""The report as HTML: the body that page and PDF share, and one file that needs no console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from unipact.agreement.engine.terms import Text
from unipact.agreement.queries.report.content import Report, report_of
from unipact.agreement.queries.report.edition import Edition
from unipact.errors import Finding, Invalid, Unavailable

Language = Literal["en", "zh"]

#: The language of an address or an option → the one that Django knows.
_LANGUAGES: Mapping[str, str] = {"en": "en", "zh": "zh-hans"}
PAPER = "web/print.css"
_SCREEN = "web/report-screen.css"


def language_named(named: str | None) -> Language:
    """The language that was asked for, else the one of the page.

    Raises:
        Invalid: reports are not written in that language.
    """
    if not named:
        return "zh" if (translation.get_language() or "zh").startswith("zh") else "en"
    if named not in _LANGUAGES:
        finding = Finding("language", "it is no language of the report", "Write en or zh.")
        raise Invalid("the language is wrong", findings=[finding])
    return "zh" if named == "zh" else "en"


def spoken(language: Language) -> str:
    """The language as Django and the root of a page name it."""
    return _LANGUAGES[language]


def body_context(report: Report, *, console: str | None = None) -> dict[str, Any]:
    """What the body shows; ``console`` is the agreement's address there, for links into it."""
    document = report.edition.document
    last = date.fromisoformat(document["agreement"]["term"]["until"]) - timedelta(days=1)
    return {
        "report": report,
        "edition": report.edition,
        "document": document,
        "party_of": {each["id"]: each["name"] for each in document["agreement"]["parties"]},
        "term_last": last.isoformat(),
        "console": console,
    }


def report_html(edition: Edition, language: Language, sources: Sequence[Text] = ()) -> bytes:
    """The report as one file: its style is inside, and it asks for nothing else.

    ``sources`` are those who ask to be named wherever their data show.
    """
    return page_of(
        edition, language, sources, style=style_sheet(PAPER) + style_sheet(_SCREEN)
    ).encode()


def page_of(edition: Edition, language: Language, sources: Sequence[Text], *, style: str) -> str:
    """The whole page around the body; ``style`` stands in its head."""
    context = {
        **body_context(report_of(edition)),
        "attributions": sources,
        "language": spoken(language),
        "style": _style(style),
    }
    with translation.override(spoken(language)):
        return render_to_string("agreement/report_file.html", context)


@cache
def style_sheet(name: str) -> str:
    """One of our own style sheets, as text.

    Raises:
        Unavailable: the installation lacks the file.
    """
    return Path(static_file(name)).read_text(encoding="utf-8")


def static_file(name: str) -> str:
    """The path of one of our own static files.

    Raises:
        Unavailable: the installation lacks it.
    """
    found = finders.find(name)
    if not isinstance(found, str):
        finding = Finding(name, "is missing from the installation", "Install unipact again.")
        raise Unavailable("a file of the report is missing", findings=[finding])
    return found


def _style(style: str) -> SafeString:
    # Our own file, and it cannot end the element: nothing that people wrote is in it.
    assert "</" not in style
    return mark_safe(style)  # noqa: S308
