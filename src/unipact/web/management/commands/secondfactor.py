"""``unipact manage secondfactor``: what the operator does for somebody who lost the phone."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Take an account's second factor away; its next sign-in asks for the password alone."""

    help = "Remove an account's authenticator app and recovery codes. Make sure who is asking."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", metavar="NAME", required=True, help="The account's name.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove it, or say that there is no such account or nothing to remove."""
        name = options["remove"]
        user = get_user_model().objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"there is no account {name!r}")
        removed, _ = Authenticator.objects.filter(user=user).delete()
        if not removed:
            raise CommandError(f"{name} has no second factor")
        self.stdout.write(f"{name} signs in with the password alone, until a new one is set up")
