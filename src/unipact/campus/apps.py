"""The campus field as a Django app: pages only, its facts are in the lake."""

from __future__ import annotations

from django.apps import AppConfig


class CampusConfig(AppConfig):
    """The app of the campus."""

    name = "unipact.campus"
    label = "campus"
