"""What an entry of the log means, in one plain sentence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, override, pgettext_lazy

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.register import Register
from unipact.agreement.engine.terms import Text
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.models import Log, LogDocument
from unipact.errors import Invalid

TYPES: Mapping[str, Promise] = {
    "founding": pgettext_lazy("log", "Founding"),
    "proposal": pgettext_lazy("log", "Proposal"),
    "decision": pgettext_lazy("log", "Decision"),
    "evaluation": pgettext_lazy("log", "Evidence put forward"),
    "review": pgettext_lazy("log", "Review of evidence"),
    "dispute": pgettext_lazy("log", "Dispute"),
    "notice": pgettext_lazy("log", "Notice"),
    "report": pgettext_lazy("log", "Report"),
    "transaction": pgettext_lazy("log", "Transaction"),
}
USES: Mapping[str, Promise] = {
    "consent": pgettext_lazy("log", "consent key"),
    "cosign": pgettext_lazy("log", "cosign key"),
    "log": pgettext_lazy("log", "key of the log"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """How people call the parties and commitments of an agreement, by their ids.

    ``titles`` are those of commitments, contributions and benefits. ``subjects`` says of which
    contribution or benefit a transaction is, by the transaction's SHA-256.
    """

    parties: Mapping[str, Text]
    titles: Mapping[str, Text]
    subjects: Mapping[str, str] = field(default_factory=dict)

    def party(self, slug: str) -> str:
        """The name of a party in the language of the reader."""
        return _spoken(self.parties.get(slug), slug)

    def commitment(self, slug: str) -> str:
        """The title of a commitment in the language of the reader."""
        return _spoken(self.titles.get(slug), slug)

    def transaction(self, sha256: str) -> str:
        """What a transaction is about, or the begin of its hash where that is not known."""
        subject = self.subjects.get(sha256)
        return sha256[:12] if subject is None else _spoken(self.titles.get(subject), subject)


def names_of(log: Log, register: Register, *, told: Iterable[acts.Act] = ()) -> Names:
    """The names that the agreement of a log uses, and those of the transactions in ``told``."""
    parties = {
        each.slug: Text(each.name_en, each.name_zh)
        for each in log.agreement.parties.order_by("slug")
    }
    file = register.terms.file_sha256 if register.size else ""
    wanted = {each.transaction_sha256 for each in told if isinstance(each, acts.Transacting)}
    return Names(
        parties, _titles(log.pk, file) if file else {}, _subjects(log, wanted) if wanted else {}
    )


def meaning(act: acts.Act, register: Register, names: Names, *, index: int | None = None) -> str:
    """One sentence in the language of the reader; ``index`` where the act stands in the log."""
    return _SENTENCES[type(act)](act, register, names, index)


def meanings(act: acts.Act, register: Register, names: Names, *, index: int | None = None) -> Text:
    """The same in both languages."""
    return in_both(lambda: meaning(act, register, names, index=index))


def in_both(said: Callable[[], str]) -> Text:
    """What is said, in both languages."""
    with override("en"):
        english = said()
    with override("zh-hans"):
        return Text(english, said())


def change_in_words(change: acts.Change, register: Register, names: Names) -> str:
    """What a proposal would change, such as "to change version 1"."""
    effect = change.effect
    if change.kind == "waiver":
        facts = {"commitment": names.commitment(effect["commitment"]), "period": effect["period"]}
        return gettext("to waive %(commitment)s in %(period)s") % facts
    if change.kind == "key":
        return gettext("to change the %(use)s of %(holder)s") % _key_facts(effect, names)
    if change.kind == "end":
        return gettext("to end the agreement on %(on)s") % {"on": effect["on"]}
    return gettext("to change version %(n)s") % {"n": _version(register, change.base_sha256)}


def _founding(act: acts.Founding, _register: Register, names: Names, _index: int | None) -> str:
    between = gettext("%(one)s and %(other)s")
    parties = [names.party(each) for each in sorted(act.keys)]
    while len(parties) > 1:
        parties[:2] = [between % {"one": parties[0], "other": parties[1]}]
    facts = {"parties": parties[0], "n": act.version}
    return gettext("%(parties)s began this log with version %(n)s and their keys.") % facts


def _proposing(act: acts.Proposing, register: Register, names: Names, _index: int | None) -> str:
    facts = {
        "party": names.party(act.party),
        "what": change_in_words(act.change, register, names),
        "round": act.change.round,
    }
    if act.change.round == 1:
        return gettext("%(party)s proposed %(what)s.") % facts
    return gettext("%(party)s amended the proposal %(what)s; it is round %(round)s now.") % facts


def _decision(act: acts.Decision, register: Register, names: Names, index: int | None) -> str:
    proposal = register.proposals[register.changes[act.change_sha256]]
    decided = next(each for each in proposal.rounds if each.change_sha256 == act.change_sha256)
    facts = {
        "party": names.party(act.party),
        "what": change_in_words(decided.change, register, names),
        "round": decided.number,
    }
    if act.decision == "decline":
        said = gettext("%(party)s declined round %(round)s of the proposal %(what)s.")
    elif act.decision == "withdraw":
        said = gettext("%(party)s withdrew the proposal %(what)s in round %(round)s.")
    elif proposal.outcome == "adopted" and proposal.closed == index:
        said = gettext(
            "%(party)s consented to round %(round)s of the proposal %(what)s; "
            "with that it holds for both."
        )
    else:
        said = gettext("%(party)s consented to round %(round)s of the proposal %(what)s.")
    return said % facts


def _evaluating(act: acts.Evaluating, _register: Register, names: Names, _index: int | None) -> str:
    facts = {"party": names.party(act.party), "day": act.as_of}
    return gettext("%(party)s put the evaluation as of %(day)s forward as evidence.") % facts


def _review(act: acts.Review, register: Register, names: Names, _index: int | None) -> str:
    run = register.runs.get(act.run_sha256)
    facts = {
        "party": names.party(act.party),
        "evidence": act.evidence_sha256[:12],
        "day": run.as_of if run else "?",
    }
    said = {
        "accept": gettext("%(party)s accepted evidence %(evidence)s of the evaluation of %(day)s."),
        "contest": gettext(
            "%(party)s contested evidence %(evidence)s of the evaluation of %(day)s."
        ),
        "settle": gettext(
            "%(party)s settled the contested evidence %(evidence)s of the evaluation of %(day)s."
        ),
    }
    return said[act.decision] % facts


def _dispute(act: acts.Dispute, _register: Register, names: Names, _index: int | None) -> str:
    facts = {
        "party": names.party(act.party),
        "commitment": names.commitment(act.commitment),
        "period": act.period,
    }
    if act.act == "open":
        return gettext("%(party)s opened a dispute on %(commitment)s in %(period)s.") % facts
    return gettext("%(party)s closed its dispute on %(commitment)s in %(period)s.") % facts


def _notice(act: acts.Notice, _register: Register, names: Names, _index: int | None) -> str:
    facts = {"party": names.party(act.party), "clause": act.clause, "on": act.on}
    if act.clause == "renewal":
        return gettext("%(party)s gave notice that it will not renew, to %(on)s.") % facts
    return gettext("%(party)s gave notice by the clause %(clause)s, to %(on)s.") % facts


def _reporting(act: acts.Reporting, _register: Register, names: Names, _index: int | None) -> str:
    facts = {"party": names.party(act.party), "edition": act.edition, "year": act.year}
    return gettext("%(party)s signed edition %(edition)s of the report of %(year)s.") % facts


def _transacting(
    act: acts.Transacting, _register: Register, names: Names, _index: int | None
) -> str:
    facts = {
        "party": names.party(act.party),
        "transaction": names.transaction(act.transaction_sha256),
    }
    said = {
        "post": gettext("%(party)s entered in the ledger: %(transaction)s."),
        "acknowledge": gettext("%(party)s acknowledged in the ledger: %(transaction)s."),
        "contest": gettext("%(party)s contested in the ledger: %(transaction)s."),
    }
    return said[act.decision] % facts


_SENTENCES: Mapping[type[acts.Act], Callable[[Any, Register, Names, int | None], str]] = {
    acts.Founding: _founding,
    acts.Proposing: _proposing,
    acts.Decision: _decision,
    acts.Evaluating: _evaluating,
    acts.Review: _review,
    acts.Dispute: _dispute,
    acts.Notice: _notice,
    acts.Reporting: _reporting,
    acts.Transacting: _transacting,
}


def _key_facts(effect: Mapping[str, str], names: Names) -> dict[str, str]:
    holder = effect["holder"]
    name = gettext("the log") if holder == "log" else names.party(holder)
    return {"use": str(USES[effect["use"]]), "holder": name}


def _version(register: Register, sha256: str) -> int | str:
    for each in register.bound:
        if each.terms.sha256 == sha256:
            return each.terms.version
    return sha256[:12]


def _spoken(text: Text | None, slug: str) -> str:
    return text.to(get_language() or "en") if text is not None else slug


@lru_cache(maxsize=64)
def _titles(log_pk: int, file_sha256: str) -> Mapping[str, Text]:
    """The titles of what a file agrees on; named by its hash, so a worker reads it once."""
    content = LogDocument.objects.filter(log_id=log_pk, sha256=file_sha256)
    data = content.values_list("content", flat=True).first()
    try:
        agreement = read_agreement(bytes(data or b"")).agreement
    except Invalid:
        # A log asks less of a file than this reader does; the ids still say what is meant.
        return {}
    return {
        **{each.id: each.title for each in agreement.contributions},
        **{each.id: each.title for each in agreement.benefits},
        **{each.id: each.title for each in agreement.commitments},
    }


def _subjects(log: Log, wanted: Collection[str]) -> Mapping[str, str]:
    """Of which contribution or benefit transactions are, as their documents say."""
    rows = LogDocument.objects.filter(log=log, sha256__in=wanted).values_list("sha256", "content")
    found = {}
    for sha256, content in rows:
        # What was changed by hand, or is of another form, has its hash for a name.
        with suppress(ValueError, KeyError, TypeError):
            if hashlib.sha256(bytes(content)).hexdigest() == sha256:
                found[sha256] = str(json.loads(bytes(content))["subject"])
    return found
