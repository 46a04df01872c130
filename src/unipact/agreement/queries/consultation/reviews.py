"""Run documents that were put forward, and what the other party says of each evidence in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, get_args

from unipact.agreement.engine.register.records import Reviewed, Run
from unipact.agreement.models import Log
from unipact.agreement.queries.consultation.ground import (
    Ground,
    Reason,
    at,
    documents,
    ground_of,
    reasons,
)
from unipact.agreement.queries.standpoint import Document, Standpoint
from unipact.agreement.roles import Act

EvidenceState = Literal["submitted", "unreviewed", "accepted", "contested", "settled", "replaced"]
EVIDENCE_STATES: tuple[EvidenceState, ...] = get_args(EvidenceState)
_WAITS = frozenset({"submitted", "unreviewed"})


@dataclass(frozen=True, slots=True)
class Shown:
    """What an evidence shows: a commitment's period, or a benefit (no ``commitment`` then)."""

    sha256: str
    commitment: str | None
    period: str | None
    benefit: str | None
    title: Mapping[str, str]

    @property
    def place(self) -> tuple[str, str]:
        """What another evidence of the same is of as well."""
        return (self.commitment or f"benefit {self.benefit}", self.period or "")


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One evidence that was put forward.

    Attributes:
        state: silence accepts nothing: after ``governance.review_days`` it is ``unreviewed``.
            ``replaced`` where it waits or is contested and a later run has another evidence.
        party, at, index: who reviewed it, when, by which entry; None where nobody did.
        reason: of a contest; None where it was erased.
        settled: the parties that settled the contest.
        replaced_by: the later run document that has another evidence of the same.
        may_review, may_settle: what the reader may do.
    """

    shown: Shown
    state: EvidenceState
    party: str | None
    at: datetime | None
    index: int | None
    reason: Reason | None
    settled: tuple[str, ...]
    replaced_by: str | None
    may_review: bool
    may_settle: bool


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run document that ``party`` put forward by entry ``index``.

    ``evidence`` is None where the document itself is not here.
    """

    sha256: str
    party: str
    at: datetime
    as_of: date
    version: int
    index: int
    review_by: datetime
    evidence: tuple[EvidenceRow, ...] | None

    @property
    def counts(self) -> Mapping[EvidenceState, int]:
        """How many evidences are in each state, without the empty ones."""
        return _counted(self.evidence or ())


@dataclass(frozen=True, slots=True)
class Reviews:
    """Every run document that was put forward, newest first.

    ``waits_for_me`` is how many evidences of the other party the reader's own has not reviewed.
    """

    runs: tuple[RunRow, ...] = ()
    waits_for_me: int = 0

    @property
    def counts(self) -> Mapping[EvidenceState, int]:
        """How many evidences of all runs are in each state, without the empty ones."""
        return _counted(tuple(each for run in self.runs for each in run.evidence or ()))


def reviews_of(here: Standpoint, *, now: datetime) -> Reviews:
    """What was put forward as evidence, and how it stands at ``now``.

    Raises:
        NotPermitted: the role may not see the log.
        Unavailable: the log does not verify.
    """
    ground = ground_of(here, now)
    if ground is None:
        return Reviews()
    register = ground.register
    shown = {sha256: _shown(ground.log.pk, sha256) for sha256 in register.runs}
    later = _later(register.runs, shown)
    said = reasons(ground.log, (each.reason_sha256 for each in register.reviews.values()))
    runs = sorted(register.runs.items(), key=lambda item: item[1].index, reverse=True)
    rows = tuple(_run(ground, sha256, run, shown[sha256], later, said) for sha256, run in runs)
    waiting = sum(
        each.state in _WAITS
        for run in rows
        if run.party != ground.party
        for each in run.evidence or ()
    )
    return Reviews(rows, waiting)


def _run(
    ground: Ground,
    sha256: str,
    run: Run,
    shown: tuple[Shown, ...] | None,
    later: Mapping[tuple[str, str], str],
    said: Mapping[str, Reason],
) -> RunRow:
    days = timedelta(days=ground.terms.agreement.governance.review_days)
    review_by = at(run.at) + days
    rows = None
    if shown is not None:
        rows = tuple(
            _evidence(
                ground,
                run,
                each,
                reviewed=ground.register.reviews.get((sha256, each.sha256)),
                replaced_by=later.get((sha256, each.sha256)),
                said=said,
                is_late=ground.now > review_by,
            )
            for each in shown
        )
    return RunRow(
        sha256=sha256,
        party=run.party,
        at=at(run.at),
        as_of=date.fromisoformat(run.as_of),
        version=ground.version_of(run.version_sha256) or 0,
        index=run.index,
        review_by=review_by,
        evidence=rows,
    )


def _evidence(
    ground: Ground,
    run: Run,
    shown: Shown,
    *,
    reviewed: Reviewed | None,
    replaced_by: str | None,
    said: Mapping[str, Reason],
    is_late: bool,
) -> EvidenceRow:
    state = _state(ground, reviewed, is_replaced=replaced_by is not None, is_late=is_late)
    may = ground.here.actor.may(Act.ACT_SIGN)
    is_contested = reviewed is not None and reviewed.decision == "contest"
    return EvidenceRow(
        shown=shown,
        state=state,
        party=reviewed.party if reviewed else None,
        at=at(reviewed.at) if reviewed else None,
        index=reviewed.index if reviewed else None,
        reason=said.get(reviewed.reason_sha256) if reviewed else None,
        settled=tuple(reviewed.settled) if reviewed else (),
        replaced_by=replaced_by,
        may_review=may and reviewed is None and run.party != ground.party,
        may_settle=may
        and is_contested
        and reviewed is not None
        and ground.party not in reviewed.settled,
    )


def _state(
    ground: Ground, reviewed: Reviewed | None, *, is_replaced: bool, is_late: bool
) -> EvidenceState:
    state: EvidenceState = "unreviewed" if is_late else "submitted"
    if reviewed is not None:
        is_settled = len(reviewed.settled) == len(ground.register.parties)
        state = "settled" if is_settled else "contested"
        if reviewed.decision == "accept":
            state = "accepted"
    if is_replaced and state not in {"accepted", "settled"}:
        state = "replaced"
    return state


def _later(
    runs: Mapping[str, Run], shown: Mapping[str, tuple[Shown, ...] | None]
) -> dict[tuple[str, str], str]:
    """Run and evidence → the first later run that has another evidence of the same."""
    found: dict[tuple[str, str], str] = {}
    open_: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for sha256, _ in sorted(runs.items(), key=lambda item: item[1].index):
        for each in shown[sha256] or ():
            before = open_.setdefault(each.place, [])
            for key in [key for key in before if key[1] != each.sha256]:
                found[key] = sha256
                before.remove(key)
            before.append((sha256, each.sha256))
    return found


def _counted(rows: tuple[EvidenceRow, ...]) -> dict[EvidenceState, int]:
    counts = Counter(each.state for each in rows)
    return {state: counts[state] for state in EVIDENCE_STATES if counts[state]}


@lru_cache(maxsize=64)
def _shown(log_pk: int, sha256: str) -> tuple[Shown, ...] | None:
    """The evidences of a run document, named by its hash, so a worker parses it once."""
    found = documents(Log(pk=log_pk), (sha256,))
    return tuple(_evidences(json.loads(found[sha256]))) if sha256 in found else None


def _evidences(document: Document) -> Iterator[Shown]:
    for each in document["commitments"]:
        for period in each["periods"]:
            if period["evidence"] is not None:
                digest = _digest(period["evidence"])
                yield Shown(digest, each["id"], period["id"], None, each["title"])
    for each in document["benefits"]:
        if each["evidence"] is not None:
            yield Shown(_digest(each["evidence"]), None, None, each["id"], each["title"])


def _digest(evidence: Mapping[str, str]) -> str:
    return str(evidence["id"]).removeprefix("sha256:")
