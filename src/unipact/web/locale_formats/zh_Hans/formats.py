"""The formats of both languages are the same."""

from unipact.web.locale_formats.en.formats import *  # noqa: F403 - Django reads them by name
