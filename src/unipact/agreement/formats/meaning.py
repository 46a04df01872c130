"""What a schema cannot say: references, sums, order of days, check digits, who must consent.

Every check looks at what is there and leaves what the schema already refuses, so that one pass
finds everything at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unipact.agreement.formats.canonical import Problem
from unipact.agreement.formats.commitment_meaning import baseline_order, check_commitment
from unipact.agreement.formats.contribution_meaning import check_contribution
from unipact.agreement.formats.cursor import Cursor
from unipact.agreement.formats.ending_meaning import check_ending
from unipact.agreement.formats.identifiers import legal_id_fault, vkey_fault, zones
from unipact.agreement.formats.scope import KnownMetrics, Scope
from unipact.agreement.formats.structure import closest, shown

_LISTS = ("exit", "principle", "party", "field", "commitment", "contribution", "benefit")


def meaning_problems(
    document: Mapping[str, Any], *, known_metrics: KnownMetrics | None = None
) -> list[Problem]:
    """Everything that is wrong with the document's meaning."""
    root = Cursor(document)
    scope = _scope(root, known_metrics)
    for name in _LISTS:
        unique(root, name)
    _versions(root)
    _days(root)
    _zone(root)
    _parties(root)
    check_ending(root, scope)
    _governance(root, scope)
    _status(root.at("status"))
    for commitment in root.each("commitment"):
        check_commitment(commitment, scope)
    for contribution in root.each("contribution"):
        check_contribution(contribution, scope)
    for benefit in root.each("benefit"):
        scope.refer(benefit.at("party"), scope.parties, "party")
        scope.refer(benefit.at("field"), scope.fields, "field")
        scope.metric(benefit)
        baseline_order(benefit.at("baseline"))
    return root.found


def unique(parent: Cursor, name: str) -> None:
    """Report every id that stands a second time in the list ``name``."""
    seen: set[str] = set()
    for entry in parent.each(name):
        identity = entry.text("id")
        if identity is None:
            continue
        if identity in seen:
            entry.at("id").say(f'the id "{identity}" is used twice', "Ids are unique in a list")
        seen.add(identity)


def _scope(root: Cursor, known_metrics: KnownMetrics | None) -> Scope:
    def ids(name: str) -> frozenset[str]:
        return frozenset(i for entry in root.each(name) if (i := entry.text("id")))

    term = root.at("term").span()
    return Scope(
        parties=ids("party"),
        fields=ids("field"),
        term=term if term and term.start < term.until else None,
        known_metrics=known_metrics,
    )


def _versions(root: Cursor) -> None:
    version = root.integer("version")
    if version is None:
        return
    if version > 1 and root.at("previous").value is None:
        root.at("version").say(
            f"version {version} does not name the version before it",
            "Add `previous` with the sha256 that `unipact check` shows for that version",
        )
    if version == 1 and root.at("previous").value is not None:
        root.at("previous").say("a first version has no version before it", "Take it out")


def _days(root: Cursor) -> None:
    term, signed = root.at("term").span(), root.day("signed_on")
    if term is None:
        return
    if term.start >= term.until:
        root.at("term").at("until").say(
            f"the term ends on {term.until}, not after it begins ({term.start})",
            "`until` is the first day after the term",
        )
    elif signed and signed >= term.until:
        root.at("signed_on").say(f"signed on {signed}, when the term is over ({term.until})")


def _zone(root: Cursor) -> None:
    zone = root.text("zone")
    if zone and zone not in zones():
        near = closest(zone, zones())
        mend = f"Did you mean `{near}`?" if near else "An example: Asia/Shanghai"
        root.at("zone").say(f"{shown(zone)} is no IANA time zone", mend)


def _parties(root: Cursor) -> None:
    roles = [party.text("role") for party in root.each("party")]
    for role in ("university", "enterprise"):
        if roles and role not in roles:
            root.at("party").say(f"no party is the {role}", "An agreement needs both roles")
    keys: dict[str, str] = {}
    for party in root.each("party"):
        legal_id, key = party.at("legal_id"), party.text("key")
        scheme, value = legal_id.text("scheme"), legal_id.text("value")
        if scheme and value and (fault := legal_id_fault(scheme, value)):
            legal_id.at("value").say(f"{shown(value)} is no {scheme.upper()}: {fault}")
        if key and (fault := vkey_fault(key)):
            party.at("key").say(f"this is no verifier key: {fault}")
        if key and key in keys:
            party.at("key").say(f'the key is the one of party "{keys[key]}"', "One key a party")
        keys.setdefault(key or "", party.text("id") or "")


def _governance(root: Cursor, scope: Scope) -> None:
    governance = root.at("governance")
    for key in ("propose", "consent"):
        for entry in governance.each(key):
            scope.refer(entry, scope.parties, "party")
    consents = set(governance.texts("consent"))
    if not consents:
        return
    for role in ("university", "enterprise"):
        of_role = {p.text("id") for p in root.each("party") if p.text("role") == role}
        if of_role and not of_role & consents:
            governance.at("consent").say(
                f"no {role} consents to changes", "A change needs a party of each role"
            )


def _status(status: Cursor) -> None:
    level = status.number("level")
    if level is not None and not 0 < level < 1:
        status.at("level").say(f"{level} is no level of an interval", 'For example "0.90"')
    above, below = status.number("on_track_from"), status.number("off_track_below")
    if above is not None and below is not None and below > above:
        status.at("off_track_below").say(
            f"{below} is above on_track_from ({above})",
            "Off track lies below on track; at risk is between the two",
        )
