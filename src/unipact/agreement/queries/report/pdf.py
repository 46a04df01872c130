"""The report as PDF, set by WeasyPrint from the same page, with our own fonts and nothing else.

WeasyPrint takes half a second to import and needs Pango, so it is imported when a PDF is asked for.
Why it: docs/decisions/0015-report-as-pdf.md; what the tags can promise: docs/reference/report.md.
"""

from __future__ import annotations

import atexit
import gc
import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from unipact.agreement.engine.terms import Text
from unipact.agreement.queries.report.edition import Edition
from unipact.agreement.queries.report.pages import (
    PAPER,
    Language,
    page_of,
    static_file,
    style_sheet,
)
from unipact.errors import Finding, Unavailable
from unipact.turns import OneAtATime

#: The slices of our font, each a family of its own, in the order in which they are asked: the
#: stack in print.css names them. WeasyPrint does not choose between files by ``unicode-range``.
_SLICES = ("latin", "level-1", "level-2", "rare-1", "rare-2", "rare-3", "rare-4")
_BOLD = frozenset({"latin", "level-1", "level-2"})
#: Our own scheme: no path of the machine and no address of the network has it.
_SCHEME = "unipact-font:"
_KEPT = 16

# Pango's fonts and their files are one of a kind in a process, and a PDF takes all of a core.
_ONE_AT_A_TIME = OneAtATime()
_MADE: dict[str, bytes] = {}


class _Library(NamedTuple):
    """What is used of WeasyPrint, once it could be imported."""

    html: Any
    fonts: Any
    fetcher: Any


def report_pdf(
    edition: Edition,
    language: Language,
    sources: Sequence[Text] = (),
    *,
    before_making: Callable[[], None] = lambda: None,
) -> bytes:
    """The report of an edition on A4, tagged as PDF/UA-1 asks; the same bytes for the same report.

    ``sources`` are those who ask to be named wherever their data show. A worker keeps the last
    sixteen that it made; only one that is made anew calls ``before_making``, which may refuse by
    raising.

    Raises:
        Unavailable: Pango is not installed, or others are made for too long.
    """
    page = page_of(edition, language, sources, style=_font_faces() + style_sheet(PAPER))
    # The page says all that the PDF does: run document, day, language, sources, version, style.
    key = hashlib.sha256(page.encode()).hexdigest()
    if (kept := _MADE.get(key)) is not None:
        return kept
    with _ONE_AT_A_TIME:
        # Somebody who waited for the same report finds it made.
        if (kept := _MADE.get(key)) is None:
            _library()
            before_making()
            kept = _MADE[key] = _made(page, key)
            while len(_MADE) > _KEPT:
                del _MADE[next(iter(_MADE))]
        return kept


def _made(page: str, identifier: str) -> bytes:
    library = _library()
    document = library.html(string=page, url_fetcher=library.fetcher())
    made: bytes = document.write_pdf(
        font_config=library.fonts,
        pdf_variant="pdf/ua-1",
        pdf_identifier=identifier.encode(),
    )
    return made


@cache
def _library() -> _Library:
    """WeasyPrint, its one font configuration, and a fetcher that knows our fonts only.

    Raises:
        Unavailable: a library of the system is missing.
    """
    try:
        from weasyprint import HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except (ImportError, OSError) as error:
        finding = Finding(
            "Pango",
            f"cannot be loaded ({str(error).splitlines()[0]})",
            "Install it with `make system`, or take the report as HTML and print it.",
        )
        raise Unavailable("there is no PDF on this machine", findings=[finding]) from error

    class OwnFonts(URLFetcher):  # type: ignore[misc]
        """Fetches our fonts by name, and refuses every address."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            return URLFetcherResponse(url, own_font(url))

    atexit.register(_forget)
    return _Library(HTML, FontConfiguration(), OwnFonts)


def _forget() -> None:
    """Let Pango's fonts go, and their folder with them, before the interpreter comes apart."""
    _library.cache_clear()
    # Pages that were set hold the fonts in circles.
    gc.collect()


def own_font(url: str) -> bytes:
    """The bytes of one of our fonts.

    Raises:
        ValueError: the address is not one of ours; WeasyPrint then goes on without it.
    """
    if url not in _font_files():
        raise ValueError(f"the report fetches nothing: {url}")
    return Path(_font_files()[url]).read_bytes()


@cache
def _font_files() -> dict[str, str]:
    """Our own address → the file behind it."""
    files = {}
    for name, _family, _weight in _fonts():
        files[f"{_SCHEME}{name}"] = static_file(f"vendor/fonts/noto-sans-sc-{name}.woff2")
    return files


def _fonts() -> list[tuple[str, str, int]]:
    regular = [(f"regular-{each}", f"Paper {each}", 400) for each in _SLICES]
    return regular + [(f"bold-{each}", f"Paper {each}", 700) for each in _SLICES if each in _BOLD]


@cache
def _font_faces() -> str:
    return "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:url("{_SCHEME}{name}")}}\n'
        for name, family, weight in _fonts()
    )
