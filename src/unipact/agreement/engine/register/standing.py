"""Disputes, notices, reports and transactions."""

from __future__ import annotations

from datetime import date, timedelta

from unipact.agreement.engine.register.acts import Dispute, Notice, Reporting, Transacting
from unipact.agreement.engine.register.broken import refuse
from unipact.agreement.engine.register.records import Disputed, Edition, Noticed, Transacted
from unipact.agreement.engine.register.register import Register, day_of


def dispute_taken(register: Register, act: Dispute) -> None:
    """Either party opens a dispute, and both close it."""
    found = register.disputes.get(act.dispute)
    if act.act == "open":
        _open(register, act, known=found is not None)
        return
    if found is None or _is_closed(register, found):
        refuse("there is no such open dispute", "dispute")
    if (act.commitment, act.period) != (found.commitment, found.period):
        refuse("the dispute is on another commitment or period", "commitment")
    if act.party in found.closed:
        refuse(f"{act.party} has closed it already", "party")
    found.closed[act.party] = register.size
    if _is_closed(register, found):
        register.disputed.discard((found.commitment, found.period))


def _open(register: Register, act: Dispute, *, known: bool) -> None:
    if known:
        refuse("this dispute was opened already", "dispute")
    if act.commitment not in register.terms.commitments:
        refuse(f"there is no commitment {act.commitment}", "commitment")
    if (act.commitment, act.period) in register.disputed:
        refuse("there is an open dispute on it", "period")
    register.disputed.add((act.commitment, act.period))
    register.disputes[act.dispute] = Disputed(
        register.size, act.party, act.at, act.commitment, act.period, act.reason_sha256
    )


def _is_closed(register: Register, dispute: Disputed) -> bool:
    return len(dispute.closed) == len(register.parties)


def notice_taken(register: Register, act: Notice) -> None:
    """Note a party's notice by a clause of the terms in force."""
    terms = register.terms
    if act.clause == "renewal":
        days = terms.renewal_notice_days
        if days is None:
            refuse("this agreement does not renew by itself", "clause")
    else:
        clause = terms.exits.get(act.clause)
        if clause is None:
            refuse(f"there is no exit clause {act.clause}", "clause")
        if act.party not in clause.may:
            refuse(f"the clause {act.clause} is not for {act.party}", "party")
        days = clause.notice_days
    if date.fromisoformat(act.on) < day_of(act.at) + timedelta(days=days):
        refuse(f"the clause asks for {days} days", "on")
    # The same line again, under a version that came later, is nobody's notice under it.
    if any(
        (each.party, each.clause) == (act.party, act.clause)
        and (each.version_sha256 == terms.sha256 or each.at == act.at)
        for each in register.notices
    ):
        refuse(f"{act.party} has given this notice already", "clause")
    register.notices.append(
        Noticed(register.size, act.party, act.at, act.clause, act.on, terms.sha256)
    )


def reporting_taken(register: Register, act: Reporting) -> None:
    """A party signs the last edition of a year's report, or begins the next one."""
    editions = register.reports.get(act.year, [])
    if act.edition == len(editions) + 1:
        made = Edition(act.edition, register.size, act.report_sha256, {act.party: register.size})
        register.reports.setdefault(act.year, []).append(made)
        return
    if not editions or act.edition != len(editions):
        refuse(f"edition {max(len(editions), 1)} is the one to sign", "edition")
    last = editions[-1]
    if act.report_sha256 != last.report_sha256:
        refuse(
            "this edition is another document",
            "report_sha256",
            "A correction is a new edition.",
        )
    if act.party in last.signed:
        refuse(f"{act.party} has signed it already", "party")
    last.signed[act.party] = register.size


def transacting_taken(register: Register, act: Transacting) -> None:
    """A party posts a transaction; the others acknowledge or contest it."""
    found = register.transactions.get(act.transaction_sha256)
    if act.decision == "post":
        if found is not None:
            refuse("this transaction was posted already", "transaction_sha256")
        register.transactions[act.transaction_sha256] = Transacted(register.size, act.party, act.at)
        return
    if found is None:
        refuse("nobody posted this transaction", "transaction_sha256")
    if act.party == found.party:
        refuse("the other party answers what one posts", "party")
    last = found.answers.get(act.party)
    if act.decision == "acknowledge" and last is not None and last[0] == "acknowledge":
        refuse(f"{act.party} has acknowledged it already", "party")
    said = (act.party, act.decision, act.at, act.reason_sha256)
    if said in found.said or act.at < found.last.get(act.party, ""):
        # Else whoever keeps the log could play an old answer over the one that followed.
        refuse(f"{act.party} has said this, or something later, already", "at")
    found.said.add(said)
    found.last[act.party] = act.at
    # Whoever contested may acknowledge later, and the other way round: the last word counts.
    found.answers[act.party] = (act.decision, register.size)
