"""The shell of the console: layout, sign-in, language, home, problems."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The app of the shell."""

    name = "unipact.web"
    label = "web"

    def ready(self) -> None:
        """Hand the fields' pages and operations the lake that they read."""
        from unipact.analysis.evaluation.held import hand_in
        from unipact.web.lake import installation

        hand_in(installation)
