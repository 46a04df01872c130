"""The spine as a Django app: parties, agreement versions, evaluations, the log of access."""

from __future__ import annotations

from django.apps import AppConfig


class AgreementConfig(AppConfig):
    """The app of the spine."""

    name = "unipact.agreement"
    label = "agreement"
