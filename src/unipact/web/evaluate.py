"""Evaluating an agreement from the console or the API: computed here, never handed in."""

from __future__ import annotations

from datetime import date, datetime

from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.queries.standpoint import Standpoint, standpoint_of
from unipact.agreement.roles import Act
from unipact.agreement.services import evaluation_record
from unipact.errors import Finding, Invalid
from unipact.installation.run import last_day, run_kept
from unipact.turns import OneAtATime
from unipact.web.lake import installation
from unipact.web.throttle import HEAVY_WORK, take

# The engine uses every core for one evaluation; a second at a time would only wait within.
ONE_AT_A_TIME = OneAtATime()


def evaluation_make(here: Standpoint, *, as_of: date | None, now: datetime) -> Standpoint:
    """Evaluate the version that counts at what the lake holds now, and keep the run document.

    The same day at the same snapshot gives the same bytes, which are kept once. Returns the
    standpoint from which the evaluation is seen.

    Who: roles with ``evaluation_record``; each party thirty times an hour.

    Raises:
        NotPermitted: the role may not.
        TooMany: the party asked too often.
        Unavailable: others are evaluated for too long; try again.
        Invalid: the day lies outside the agreement's term or after the data, or none is known.
    """
    here.actor.require(Act.EVALUATION_RECORD)
    joined = installation()
    file = read_agreement(here.version.content, known_metrics=joined.known_metrics)
    term = file.agreement.term
    if as_of is not None and not term.start <= as_of < term.until:
        finding = Finding("as_of", f"{as_of} lies outside the term", f"From {term.start} on.")
        raise Invalid("the day is wrong", findings=[finding])
    # What both parties see by default is the latest day: nobody may put one there that nobody has
    # data of.
    last = last_day(joined)
    if as_of is not None and (last is None or as_of > last):
        finding = Finding("as_of", f"the data end on {last}", "Name that day or an earlier one.")
        raise Invalid("the day is wrong", findings=[finding])
    take(HEAVY_WORK, here.actor.party, now=now)
    with ONE_AT_A_TIME:
        run = run_kept(joined, file, as_of=as_of)
    kept = evaluation_record(actor=here.actor, version=here.version, document=run.bytes, now=now)
    return standpoint_of(here.actor, agreement=here.slug, as_of=kept.as_of)
