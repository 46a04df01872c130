"""Records out of a leaving archive: each line becomes a row, or the line is named and none does.

The caller holds the transaction. The bundle came in first, so a version that a record names is
there. Accounts of people, tokens and passwords are not made: whoever restores invites people.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from unipact.agreement.engine.currencies import CURRENCIES
from unipact.agreement.engine.fixed_point import steps_of
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.bundle.ustar import Damaged
from unipact.agreement.formats.leaving import layout
from unipact.agreement.formats.leaving.reader import Archive, Kinds
from unipact.agreement.log.leaving.rows import keep, named, time_of
from unipact.agreement.log.leaving.transactions import (
    transaction_numbered,
    transactions_restore,
)
from unipact.agreement.models import (
    Acknowledgement,
    AgreementVersion,
    Comment,
    Evaluation,
    Log,
    Party,
    PeopleLog,
    Valuation,
)

_RUNS: Kinds = {"as_of": str, "sha256": str, "terms_sha256": str, "snapshot": str, "made_at": str}
_ANSWERS: Kinds = {
    "number": int,
    "party": str,
    "answer": str,
    "reason": str,
    "answered_at": str,
}
_VALUATIONS: Kinds = {
    "contribution": str,
    "unit": str,
    "party": str,
    "amount": str,
    "currency": str,
    "from_on": str,
    "reason": str,
    "stated_at": str,
}
_COMMENTS: Kinds = {
    "proposal": str,
    "round": int,
    "party": str,
    "by": str,
    "text": str,
    "at": str,
}
_PEOPLE: Kinds = {"party": str, "name": str, "account": str, "role": str}
_PEOPLE_LOG: Kinds = {
    "party": str,
    "at": str,
    "by": str,
    "act": str,
    "subject": str,
    "detail": str,
}


def people_named(archive: Archive) -> tuple[tuple[str, str], ...]:
    """Name (or account) and role of everybody who acted for the party, to be invited anew."""
    return tuple(
        (each["name"] or each["account"], each["role"])
        for where, each in archive.rows(layout.PEOPLE, _PEOPLE)
        if _own(archive, each["party"], where)
    )


def made_at_of(archive: Archive) -> dict[str, datetime]:
    """When each evaluation was made, by the SHA-256 of its document."""
    found = {}
    for where, each in archive.rows(layout.RUNS, _RUNS):
        with named(where):
            found[each["sha256"]] = time_of(each["made_at"])
    return found


def records_restore(archive: Archive, log: Log, *, now: datetime) -> None:
    """Make the rows of everything in the archive but the bundle and the lake.

    Raises:
        Damaged: a line or a member does not fit; it is named.
    """
    parties = {each.slug: each for each in log.agreement.parties.all()}
    if archive.about.party not in parties:
        raise Damaged(layout.MANIFEST, f"{archive.about.party} is no party of the agreement")
    _runs(archive, log)
    transactions_restore(archive, log, parties)
    _answers(archive, log, parties)
    _valuations(archive, log, parties)
    _comments(archive, log, parties)
    _drafts(archive, log, parties[archive.about.party], now)
    _people_log(archive, parties[archive.about.party])


def _runs(archive: Archive, log: Log) -> None:
    versions = {each.sha256: each for each in log.agreement.versions.defer("original")}
    there = {each for each in archive.members if layout.RUN.fullmatch(each)}
    for where, each in archive.rows(layout.RUNS, _RUNS):
        name = layout.run_name(each["as_of"], each["sha256"])
        if name not in there:
            raise Damaged(where, f"{name} is not in the archive, or named twice")
        there.remove(name)
        document = _hashed(archive, name, each["sha256"], layout.LARGEST_RUN)
        version = versions.get(each["terms_sha256"])
        if version is None:
            raise Damaged(where, "both parties have not signed the terms that it is about")
        with named(where):
            # Those that were put forward came with the bundle.
            if Evaluation.objects.filter(version=version, sha256=each["sha256"]).exists():
                continue
            keep(
                Evaluation(
                    version=version,
                    as_of=date.fromisoformat(each["as_of"]),
                    snapshot_id=each["snapshot"],
                    document=document,
                    sha256=each["sha256"],
                    made_at=time_of(each["made_at"]),
                )
            )
    for name in sorted(there):
        raise Damaged(name, f"{layout.RUNS} does not name it")


def _answers(archive: Archive, log: Log, parties: dict[str, Party]) -> None:
    for where, each in archive.rows(layout.ANSWERS, _ANSWERS):
        with named(where):
            keep(
                Acknowledgement(
                    transaction=transaction_numbered(log, each["number"]),
                    party=parties[each["party"]],
                    answer=each["answer"],
                    reason=each["reason"],
                    answered_at=time_of(each["answered_at"]),
                )
            )


def _valuations(archive: Archive, log: Log, parties: dict[str, Party]) -> None:
    for where, each in archive.rows(layout.VALUATIONS, _VALUATIONS):
        with named(where):
            keep(
                Valuation(
                    agreement=log.agreement,
                    contribution=each["contribution"],
                    unit=each["unit"],
                    valued_by=parties[each["party"]],
                    minor=steps_of(each["amount"], CURRENCIES[each["currency"]]),
                    currency=each["currency"],
                    from_on=date.fromisoformat(each["from_on"]),
                    reason=each["reason"],
                    stated_at=time_of(each["stated_at"]),
                )
            )


def _comments(archive: Archive, log: Log, parties: dict[str, Party]) -> None:
    for where, each in archive.rows(layout.COMMENTS, _COMMENTS):
        if each["by"]:
            _own(archive, each["party"], where)
        with named(where):
            keep(
                Comment(
                    log=log,
                    proposal=each["proposal"],
                    round=each["round"],
                    party=parties[each["party"]],
                    by=each["by"],
                    text=each["text"],
                    at=time_of(each["at"]),
                )
            )


def _drafts(archive: Archive, log: Log, party: Party, now: datetime) -> None:
    for name in archive.members:
        found = layout.DRAFT.fullmatch(name)
        if not found:
            continue
        data = _hashed(archive, name, found[2], layout.LARGEST_DRAFT)
        with named(name):
            file = read_agreement(data)
            said = (file.agreement.id, file.agreement.version)
            if said != (log.agreement.slug, int(found[1])):
                raise ValueError("it is a draft of something else")
            keep(
                AgreementVersion(
                    agreement=log.agreement,
                    n=file.agreement.version,
                    original=data,
                    sha256=file.sha256.removeprefix("sha256:"),
                    file_sha256=found[2],
                    state="draft",
                    drafted_by=party,
                    imported_at=now,
                )
            )


def _people_log(archive: Archive, party: Party) -> None:
    # What a party's people did before is told once, whichever of its agreements comes back first.
    is_told = PeopleLog.objects.filter(party=party).exists()
    for where, each in archive.rows(layout.PEOPLE_LOG, _PEOPLE_LOG):
        _own(archive, each["party"], where)
        if not is_told:
            with named(where):
                keep(
                    PeopleLog(
                        at=time_of(each["at"]),
                        party=party,
                        by=each["by"],
                        act=each["act"],
                        subject=each["subject"],
                        detail=each["detail"],
                    )
                )


def _own(archive: Archive, party: str, where: str) -> bool:
    """True; refuse what is said of another party's people than of those who leave."""
    if party != archive.about.party:
        raise Damaged(where, f"it is of {party}, the archive is of {archive.about.party}")
    return True


def _hashed(archive: Archive, name: str, sha256: str, most: int) -> bytes:
    data = archive.whole(name, most)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Damaged(name, "its content has another hash than its name says")
    return data
