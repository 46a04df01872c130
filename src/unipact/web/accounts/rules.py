"""The rules of a password: Django's, told in our words and in both languages."""

from __future__ import annotations

from django.contrib.auth import password_validation as rules
from django.utils.translation import gettext, ngettext


class Long(rules.MinimumLengthValidator):
    """It is long enough."""

    def get_error_message(self) -> str:
        return ngettext(
            "This password is too short: it needs at least %(characters)s character.",
            "This password is too short: it needs at least %(characters)s characters.",
            self.min_length,
        ) % {"characters": self.min_length}


class UnlikeTheName(rules.UserAttributeSimilarityValidator):
    """It does not follow from the person's name or address."""

    def get_error_message(self) -> str:
        return gettext("This password is too much like your name or your mail address.")


class Uncommon(rules.CommonPasswordValidator):
    """It is none of the twenty thousand that everybody tries first."""

    def get_error_message(self) -> str:
        return gettext("This password is among those that everybody tries first.")


class NotDigitsAlone(rules.NumericPasswordValidator):
    """It is more than a number."""

    def get_error_message(self) -> str:
        return gettext("This password is digits alone.")
