"""What a party takes along from an agreement, but for the rows of the lake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unipact import __version__
from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.formats.leaving import layout
from unipact.agreement.formats.leaving.writer import About
from unipact.agreement.formats.ledger import beancount_text
from unipact.agreement.log.bundling import bundle_write
from unipact.agreement.log.leaving.outward import Records
from unipact.agreement.models import Log, Party
from unipact.agreement.queries.ledger import exported
from unipact.agreement.queries.log.entries import founding_of
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act, Actor
from unipact.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Leaver:
    """Who leaves: ``party`` of ``agreement``; ``parties`` are all of the agreement."""

    agreement: str
    party: str
    parties: frozenset[str]


def leaver_of(actor: Actor | None, agreement: str, party: str) -> Leaver:
    """Who would leave; ``actor`` None is the command line.

    Raises:
        NotPermitted: the role may not.
        NotFound: the party has no such agreement, or its log was not founded.
    """
    if actor is not None:
        actor.require(Act.LEAVING_EXPORT)
        if actor.party != party:
            raise NotFound(f"{party} is not your party")
    log = _log(agreement, party)
    slugs = frozenset(log.agreement.parties.values_list("slug", flat=True))
    return Leaver(agreement, party, slugs)


def may_leave_with(here: Standpoint) -> bool:
    """Whether there is anything that the actor may leave with: a log that both began."""
    here.actor.require(Act.LEAVING_EXPORT)
    return Log.objects.filter(agreement=here.version.agreement, size__gt=0).exists()


@dataclass(frozen=True, slots=True)
class Written:
    """Records that were written: ``files`` by their names in the archive.

    ``told_of`` says how many batches of each lake table the evaluations among them tell of.
    """

    about: About
    files: dict[str, Path]
    told_of: Mapping[str, int]


def records_written(leaver: Leaver, folder: Path) -> Written:
    """Write the bundle and the records into ``folder``.

    The bundle is written first and verified, so that all else refers to what it proves.

    Raises:
        Conflict: both parties cosigned nothing yet, or the log here does not verify.
    """
    log = _log(leaver.agreement, leaver.party)
    party = Party.objects.get(slug=leaver.party)
    bundle = folder / layout.BUNDLE
    with bundle.open("x+b") as stream:
        written = bundle_write(log, stream)
        verdict = verify_bundle(stream, Question(keys=list(founding_of(log).keys.values())))
    if verdict.register is None:
        raise Conflict(f"the log here does not verify: {verdict.where}: {verdict.what}")
    signed = [each.terms.sha256 for each in verdict.register.bound]
    records = Records(log, party, signed)
    files = {layout.BUNDLE: bundle, **records.write(folder)}
    told = set(records.transactions().values_list("n", flat=True))
    text = beancount_text(
        [each for each in exported(leaver.agreement, None) if each.entry.number in told],
        title=leaver.agreement,
    )
    files[layout.BEANCOUNT] = folder / layout.BEANCOUNT
    files[layout.BEANCOUNT].write_text(text, encoding="utf-8", newline="")
    withheld: Mapping[str, Any] = {"entries": written.pending, **records.withheld()}
    about = About(
        agreement=leaver.agreement,
        party=leaver.party,
        software=__version__,
        origin=verdict.origin,
        size=verdict.size,
        root=verdict.root,
        withheld=withheld,
    )
    return Written(about, files, records.told_of())


def archive_name(about: About) -> str:
    """How the file of an archive is called."""
    return f"{about.agreement}-{about.party}-{about.size}.leaving.tar"


def _log(agreement: str, party: str) -> Log:
    found: Log | None = (
        Log.objects.filter(agreement__slug=agreement, agreement__parties__slug=party, size__gt=0)
        .select_related("agreement")
        .first()
    )
    if found is None:
        raise NotFound(f"{party} has no agreement {agreement} whose log was founded")
    return found
