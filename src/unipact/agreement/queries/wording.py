"""The names that people read for the words that documents hold, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

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
Standing = Literal[
    "missed",
    "off_track",
    "at_risk",
    "undecided",
    "partly_met",
    "on_track",
    "met",
    "not_due",
    "no_data",
]
STANDING_ORDER: tuple[str, ...] = get_args(Standing)
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
# Roles that agreements give to the owner of a commitment; an unknown one shows as it is written.
OWNERS: _Words = {
    "cooperation-officer": _("Cooperation officer"),
    "data-steward": _("Data steward"),
    "education-lead": _("Education lead"),
    "energy-manager": _("Energy manager"),
    "ethics-lead": _("Ethics lead"),
    "facilities-lead": _("Facilities lead"),
    "laboratory-lead": _("Laboratory lead"),
    "principal-investigator": _("Principal investigator"),
    "programme-lead": _("Programme lead"),
    "recruitment-lead": _("Recruitment lead"),
    "transfer-officer": _("Technology transfer officer"),
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
    "other": _("Planned no more"),
}
GRAINS: _Words = {"hour": _("hour"), "day": _("day"), "month": _("month")}
ACCESSES: _Words = {
    "evidence-document": _("Document of evidence"),
    "evidence-rows": _("Rows behind evidence"),
    "evidence-intervals": _("Intervals behind evidence"),
    "meters": _("List of meters"),
    "meter": _("Readings of a meter"),
}
PEOPLE_ACTS: _Words = {
    "granted": _("Let in by the operator"),
    "invited": _("Invited"),
    "withdrawn": _("Invitation withdrawn"),
    "accepted": _("Invitation accepted"),
    "moved": _("Role changed"),
    "ended": _("Membership ended"),
    "left": _("Left"),
    "took-along": _("Took everything along"),
    "reason-erased": _("Reason erased from beside the log"),
}
TOKEN_STATES: _Words = {
    "active": pgettext_lazy("token", "Active"),
    "expired": pgettext_lazy("token", "Expired"),
    "revoked": pgettext_lazy("token", "Revoked"),
}
ANSWERS: _Words = {
    "acknowledged": pgettext_lazy("answer", "Acknowledged"),
    "contested": pgettext_lazy("answer", "Contested"),
    "unanswered": pgettext_lazy("answer", "Not answered yet"),
}
WORTHS: _Words = {
    "none": _("Not valued"),
    "one_sided": _("Valued by one party"),
    "differs": _("The valuations differ"),
    "agreed": _("Both say the same"),
}
CHANGE_KINDS: _Words = {
    "version": _("Next version of the agreement"),
    "waiver": _("Waiver of a target"),
    "key": _("New key"),
    "end": _("End of the agreement"),
}
PROPOSAL_STATES: _Words = {
    "open": pgettext_lazy("proposal", "Open"),
    "adopted": pgettext_lazy("proposal", "Adopted"),
    "declined": pgettext_lazy("proposal", "Declined"),
    "withdrawn": pgettext_lazy("proposal", "Withdrawn"),
    "stale": pgettext_lazy("proposal", "Overtaken"),
    "lapsed": pgettext_lazy("proposal", "Lapsed"),
}
TARGET_EFFECTS: _Words = {
    "added": pgettext_lazy("target", "new"),
    "dropped": pgettext_lazy("target", "dropped"),
    "stricter": pgettext_lazy("target", "stricter"),
    "looser": pgettext_lazy("target", "looser"),
    "moved": pgettext_lazy("target", "other days"),
    "redefined": pgettext_lazy("target", "measured otherwise"),
}
EVIDENCE_STATES: _Words = {
    "submitted": pgettext_lazy("evidence", "Waits for review"),
    "unreviewed": pgettext_lazy("evidence", "Unreviewed"),
    "accepted": pgettext_lazy("evidence", "Accepted"),
    "contested": pgettext_lazy("evidence", "Contested"),
    "settled": pgettext_lazy("evidence", "Settled"),
    "replaced": pgettext_lazy("evidence", "Replaced"),
}
MARKS: _Words = {
    "disputed": pgettext_lazy("mark", "disputed"),
    "waived": pgettext_lazy("mark", "waived"),
    "contested": pgettext_lazy("mark", "evidence contested"),
    "unreviewed": pgettext_lazy("mark", "unreviewed"),
}
DEADLINE_KINDS: _Words = {
    "proposal": pgettext_lazy("deadline", "Proposal"),
    "evidence": pgettext_lazy("deadline", "Evidence to review"),
    "dispute": pgettext_lazy("deadline", "Dispute"),
    "report": pgettext_lazy("deadline", "Report to sign"),
    "request": pgettext_lazy("deadline", "Signing request"),
    "cosigning": pgettext_lazy("deadline", "Cosigning"),
    "milestone": pgettext_lazy("deadline", "Milestone"),
    "target": pgettext_lazy("deadline", "Target"),
    "instalment": pgettext_lazy("deadline", "Instalment"),
    "committee": pgettext_lazy("deadline", "Steering committee"),
    "notice": pgettext_lazy("deadline", "Notice"),
    "term_end": pgettext_lazy("deadline", "End of the term"),
}
TERM_STATES: _Words = {
    "agreed": _("Agreed, not begun"),
    "in_force": _("In force"),
    "expired": _("Expired"),
    "ended": _("Ended"),
}
UNITS: _Words = {
    "data-set": pgettext_lazy("unit", "data sets"),
    "hour": pgettext_lazy("unit", "hours"),
    "licence": pgettext_lazy("unit", "licences"),
    "seat": pgettext_lazy("unit", "seats"),
    "set": pgettext_lazy("unit", "sets"),
    "person": pgettext_lazy("unit", "people"),
    "people": pgettext_lazy("unit", "people"),
    "person-month": pgettext_lazy("unit", "person-months"),
    "person-day": pgettext_lazy("unit", "person-days"),
    "piece": pgettext_lazy("unit", "pieces"),
    "day": pgettext_lazy("unit", "days"),
    "month": pgettext_lazy("unit", "months"),
    "CNY": pgettext_lazy("unit", "CNY"),
}


# How people write what UCUM codes for machines.
_UCUM: Mapping[str, str] = {"kW.h": "kWh", "kg/(kW.h)": "kg/kWh", "Cel": "°C"}
_ALL: Mapping[str, _Words] = {
    "standing": STANDINGS,
    "effort": EFFORTS,
    "role": ROLES,
    "owner": OWNERS,
    "state": STATES,
    "kind": KINDS,
    "grain": GRAINS,
    "access": ACCESSES,
    "people-act": PEOPLE_ACTS,
    "token-state": TOKEN_STATES,
    "change-kind": CHANGE_KINDS,
    "proposal-state": PROPOSAL_STATES,
    "target-effect": TARGET_EFFECTS,
    "evidence-state": EVIDENCE_STATES,
    "deadline-kind": DEADLINE_KINDS,
    "term-state": TERM_STATES,
    "mark": MARKS,
    "answer": ANSWERS,
    "worth": WORTHS,
}


def named(words: str, key: str) -> str:
    """The name of ``key`` among ``words``; what has none shows as it is written, spaced."""
    found = _ALL[words].get(key)
    return str(found) if found is not None else key.replace("_", " ").replace("-", " ")


def unit_name(unit: str) -> str:
    """The unit as it stands after a number; units of measure (kWh, °C) stay as they are."""
    if unit in {"1", "count"} or unit.startswith("{"):
        # UCUM's braces only annotate a count, as in {building}.
        return ""
    return str(UNITS[unit]) if unit in UNITS else _UCUM.get(unit, unit)
