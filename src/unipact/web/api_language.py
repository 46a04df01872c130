"""The language of the API: English, unless the client asks for Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

_SPOKEN = {"en": "en", "zh": "zh-hans"}


@contextmanager
def language_asked(request: HttpRequest) -> Iterator[str]:
    """Speak the first of our languages that ``Accept-Language`` names.

    Pages speak Chinese to whoever names none; a program reads English details, and a title in
    another language beside them would only look like a fault. Cookies say nothing here.
    """
    named = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    ours = [_SPOKEN.get(code.partition("-")[0].lower()) for code, weight in named if weight > 0]
    language = next((each for each in ours if each), "en")
    with translation.override(language):
        yield language
