"""Which report it is: the run document that it shows, its year, and the one it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from unipact.agreement.log.folded import register_of
from unipact.agreement.log.stored import root_at
from unipact.agreement.models import AgreementVersion, Evaluation, Log
from unipact.agreement.queries.standpoint import (
    Document,
    Standpoint,
    document_of,
    version_shown,
)
from unipact.errors import Finding, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class InLog:
    """Where the log holds a run document that a party put forward.

    ``size`` counts the log up to that entry and ``root`` is its Merkle root in hexadecimal: both
    stay what they are, however the log goes on.
    """

    origin: str
    index: int
    party: str
    size: int
    root: str


@dataclass(frozen=True)
class Edition:
    """A run document with its hash, and the document of the report before it.

    Nothing of the reader is in it, so both parties hold the same report. ``log`` is None where
    nobody put the run document forward.
    """

    document: Document
    sha256: str
    earlier: Document | None = None
    earlier_sha256: str | None = None
    log: InLog | None = None

    @property
    def slug(self) -> str:
        return str(self.document["agreement"]["id"])

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.document["as_of"])

    @property
    def year(self) -> int:
        """The reporting year: the calendar year of the as-of day, in the agreement's zone."""
        return self.as_of.year

    @property
    def start(self) -> date:
        """The first day of the report: 1 January, or the term's begin where that is later."""
        begin = date.fromisoformat(self.document["agreement"]["term"]["from"])
        return min(max(date(self.year, 1, 1), begin), self.as_of)

    @property
    def is_whole_year(self) -> bool:
        """Nothing of the year, or of the term in it, lies after the as-of day."""
        until = date.fromisoformat(self.document["agreement"]["term"]["until"])
        return self.as_of + timedelta(days=1) >= min(date(self.year + 1, 1, 1), until)

    @property
    def file_stem(self) -> str:
        """What a file of this report is called, before the language and the ending."""
        return f"report-{self.slug}-{self.as_of}"


def in_year(here: Standpoint, year: int | None) -> Standpoint:
    """The standpoint at the latest evaluation of ``year``; unchanged where none is named.

    Raises:
        NotFound: nothing was evaluated for a day of that year.
    """
    if year is None:
        return here
    return replace(here, evaluation=_latest(here.evaluations, year))


def edition_of(here: Standpoint) -> Edition:
    """The report of the standpoint's evaluation.

    Raises:
        NotFound: nothing was evaluated yet.
    """
    if here.evaluation is None:
        raise NotFound("nothing was evaluated yet, so there is nothing to report")
    before = _before(here.evaluations, here.evaluation.as_of)
    return Edition(
        document_of(here.evaluation),
        here.evaluation.sha256,
        document_of(before) if before else None,
        before.sha256 if before else None,
        _in_log(here.evaluation),
    )


def edition_named(agreement: str, *, as_of: date | None = None, year: int | None = None) -> Edition:
    """The report of an agreement for the command line, which acts for no party.

    Raises:
        NotFound: there is no such agreement, or nothing was evaluated for that day or year.
        Invalid: both a day and a year are named.
    """
    require_one(as_of, year)
    found = version_shown(
        AgreementVersion.objects.filter(agreement__slug=agreement, drafted_by__isnull=True)
    )
    if found is None:
        raise NotFound(f"there is no agreement {agreement}")
    _, evaluations = found
    chosen = [each for each in evaluations if as_of is None or each.as_of == as_of]
    if not chosen:
        day = f" as of {as_of}" if as_of else ""
        raise NotFound(f"{agreement} was not evaluated{day}: `unipact agreement evaluate FILE`")
    shown = chosen[-1] if year is None else _latest(evaluations, year)
    before = _before(evaluations, shown.as_of)
    return Edition(
        document_of(shown),
        shown.sha256,
        document_of(before) if before else None,
        before.sha256 if before else None,
        _in_log(shown),
    )


def require_one(as_of: object, year: object) -> None:
    """Refuse a day and a year at once.

    Raises:
        Invalid: both are named.
    """
    if as_of is not None and year is not None:
        finding = Finding("year", "a day is named as well", "Name the day or the year.")
        raise Invalid("a report is of one day", findings=[finding])


def _in_log(evaluation: Evaluation) -> InLog | None:
    log = Log.objects.filter(agreement__versions=evaluation.version_id, size__gt=0).first()
    run = register_of(log).runs.get(evaluation.sha256) if log else None
    if log is None or run is None:
        return None
    size = run.index + 1
    return InLog(log.origin, run.index, run.party, size, root_at(log, size).hex())


def _latest(evaluations: Sequence[Evaluation], year: int) -> Evaluation:
    of_year = [each for each in evaluations if each.as_of.year == year]
    if not of_year:
        raise NotFound(f"nothing was evaluated for a day of {year}")
    return of_year[-1]


def _before(evaluations: Sequence[Evaluation], as_of: date) -> Evaluation | None:
    """The last evaluation of a year before; in the first year, the one before this."""
    earlier = [each for each in evaluations if each.as_of < as_of]
    years_before = [each for each in earlier if each.as_of.year < as_of.year]
    found = years_before or earlier
    return found[-1] if found else None
