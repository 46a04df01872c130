"""Where a party records: before which agreement, under which terms, on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from unipact.agreement.engine.terms import Agreement as Terms
from unipact.agreement.engine.terms import Contribution
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.plain_name import plain_name
from unipact.agreement.models import Agreement, AgreementVersion, Party, Transaction, VersionState
from unipact.agreement.roles import Act, Actor
from unipact.agreement.services.memberships import require_still
from unipact.errors import Conflict, Finding, Invalid, NotFound, NotPermitted

LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """A party that may record in the ledger of an agreement, locked until the end of the act.

    ``may_sign`` tells whether the actor may also use the party's key: a program that keeps records
    records, and leaves the signature under its entry of the log to who signs.
    """

    party: Party
    version: AgreementVersion
    terms: Terms
    may_sign: bool

    @property
    def agreement(self) -> Agreement:
        return self.version.agreement

    def contribution(self, name: str) -> Contribution:
        """The contribution of the terms in force.

        Raises:
            Invalid: there is none of this name.
        """
        found = next((each for each in self.terms.contributions if each.id == name), None)
        if found is None:
            raise wrong("contribution", "the agreement has no such contribution", "Choose one.")
        return found


def desk_of(actor: Actor | None, agreement: str, party: str | None, now: datetime) -> Desk:
    """The desk of the actor's own party; the command line (``actor`` None) names the ``party``.

    Call it in a transaction: whoever records next waits until this one is done.

    Raises:
        NotPermitted: the role may not, ``party`` is not the actor's, or the actor was let go
            meanwhile.
        NotFound: the party has no such agreement.
        Conflict: no version of it is in force.
        Invalid: the command line names no party.
    """
    if actor is not None:
        actor.require(Act.LEDGER_RECORD)
        if party not in {None, actor.party}:
            raise NotPermitted("a party records for itself only")
        party = actor.party
    if party is None:
        raise wrong("party", "nothing is chosen", "Name the party that records.")
    holder = (
        Agreement.objects.select_for_update(of=("self",))
        .filter(slug=agreement, parties__slug=party)
        .first()
    )
    if holder is None:
        raise NotFound(f"{party} has no agreement {agreement} here")
    require_still(actor, now)
    version = holder.versions.filter(state=VersionState.IN_FORCE).first()
    if version is None:
        raise Conflict("no version of the agreement is in force: nothing can be recorded yet")
    version.agreement = holder
    terms = read_agreement(version.content).agreement
    may_sign = actor is None or actor.may(Act.ACT_SIGN)
    return Desk(Party.objects.get(slug=party), version, terms, may_sign)


def transaction_found(desk: Desk, number: int) -> Transaction:
    """The posted transaction of this number.

    Raises:
        NotFound: there is none.
    """
    found: Transaction | None = (
        Transaction.objects.filter(agreement=desk.agreement, n=number, posted_at__isnull=False)
        .select_related("party", "recorded_by")
        .first()
    )
    if found is None:
        raise NotFound(f"there is no transaction {number}")
    return found


def day_of(desk: Desk, day: date, *, now: datetime) -> date:
    """A day on which something can have happened: from the signing to today, in the zone agreed.

    Raises:
        Invalid: it lies before or after.
    """
    today = now.astimezone(ZoneInfo(desk.terms.zone)).date()
    if day < desk.terms.signed_on:
        raise wrong("happened_on", f"it lies before the signing ({desk.terms.signed_on})")
    if day > today:
        raise wrong("happened_on", f"it lies after today ({today})")
    return day


def note_of(text: str, *, where: str = "note", is_needed: bool = False) -> str:
    """A short note in plain words; it may be empty unless it ``is_needed``.

    Raises:
        Invalid: it is empty though needed, too long, or holds what cannot be seen.
    """
    if not text.strip():
        if is_needed:
            raise wrong(where, "it is empty", "Say why.")
        return ""
    return plain_name(text, where=where, longest=LONGEST_NOTE)


def wrong(where: str, what: str, mend: str = "") -> Invalid:
    """The refusal of one field."""
    return Invalid("this cannot be recorded", findings=[Finding(where, what, mend)])
