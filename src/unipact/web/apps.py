"""The shell of the console: layout, sign-in, language, home, problems."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The app of the shell."""

    name = "unipact.web"
    label = "web"

    def ready(self) -> None:
        """Hand the fields' pages the lake that they read, and listen for who leaves."""
        from unipact.agreement.services import membership_ended
        from unipact.analysis.evaluation.held import hand_in
        from unipact.web.lake import installation
        from unipact.web.leaving import forget

        hand_in(installation)
        membership_ended.connect(forget, dispatch_uid="unipact.web.leaving")
