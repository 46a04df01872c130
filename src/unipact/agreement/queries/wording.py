"""The names that people read for the words that documents hold, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

_Words = Mapping[str, Promise]

STANDINGS: _Words = {
    "met": _("Met"),
    "partly_met": _("Partly met"),
    "missed": _("Not met"),
    "on_track": _("On track"),
    "at_risk": _("At risk"),
    "off_track": _("Off track"),
    "undecided": _("Cannot be decided yet"),
    "no_data": _("No data source yet"),
    "not_due": _("Not begun"),
    "reached": _("Reached"),
}
# The order in which a reader should see them: what needs somebody first.
STANDING_ORDER = (
    "missed",
    "off_track",
    "at_risk",
    "undecided",
    "partly_met",
    "on_track",
    "met",
    "not_due",
    "no_data",
)
EFFORTS: _Words = {
    "talent-cultivation": _("Talent cultivation"),
    "scientific-research": _("Scientific research"),
    "smart-campus": _("Smart campus"),
}
ROLES: _Words = {
    "cooperation_officer": _("Cooperation officer"),
    "relations_manager": _("University relations manager"),
    "programme_lead": _("Programme lead"),
    "campus_operator": _("Campus operator"),
    "analyst": _("Data analyst"),
    "executive": _("Executive"),
}
STATES: _Words = {
    "draft": _("Draft"),
    "offered": _("Offered"),
    "countered": _("Countered"),
    "agreed": _("Agreed"),
    "in_force": _("In force"),
    "superseded": _("Superseded"),
    "expired": _("Expired"),
    "ended": _("Ended"),
    "withdrawn": _("Withdrawn"),
    "declined": _("Declined"),
    "lapsed": _("Lapsed"),
}
KINDS: _Words = {
    "money": _("Money"),
    "people": _("People"),
    "equipment": _("Equipment"),
    "data": _("Data"),
    "licence": _("Licences"),
}
UNITS: _Words = {
    "1": pgettext_lazy("unit", "share"),
    "share": pgettext_lazy("unit", "share"),
    "count": pgettext_lazy("unit", " "),
    "person": pgettext_lazy("unit", "people"),
    "people": pgettext_lazy("unit", "people"),
    "person-month": pgettext_lazy("unit", "person-months"),
    "person-day": pgettext_lazy("unit", "person-days"),
    "piece": pgettext_lazy("unit", "pieces"),
    "day": pgettext_lazy("unit", "days"),
    "month": pgettext_lazy("unit", "months"),
    "CNY": pgettext_lazy("unit", "CNY"),
}


def _named(words: _Words, key: str) -> str:
    return str(words[key]) if key in words else key.replace("_", " ").replace("-", " ")


def standing_name(standing: str) -> str:
    return _named(STANDINGS, standing)


def effort_name(effort: str) -> str:
    return _named(EFFORTS, effort)


def role_name(role: str) -> str:
    return _named(ROLES, role)


def state_name(state: str) -> str:
    return _named(STATES, state)


def kind_name(kind: str) -> str:
    return _named(KINDS, kind)


def unit_name(unit: str) -> str:
    """The unit as it stands after a number; units of measure (kWh, °C) stay as they are."""
    return str(UNITS[unit]).strip() if unit in UNITS else unit
