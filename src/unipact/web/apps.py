"""The shell of the console: layout, sign-in, language, home, problems."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "unipact.web"
    label = "web"
