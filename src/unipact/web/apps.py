"""The shell of the console: layout, sign-in, language, home, problems."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The app of the shell."""

    name = "unipact.web"
    label = "web"
