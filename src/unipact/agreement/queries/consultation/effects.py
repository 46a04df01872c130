"""What a proposal would do, in words; and which versions it compares."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from unipact.agreement.engine.difference import Consequences, Difference, consequences, differences
from unipact.agreement.engine.register.acts import Change
from unipact.agreement.engine.register.records import Proposal
from unipact.agreement.engine.terms import Text
from unipact.agreement.queries.consultation.ground import Ground, agreement_file, both
from unipact.agreement.queries.consultation.rows import Affected
from unipact.errors import Invalid, NotFound

_USES = {
    "consent": Text("that signs its acts", "用于签署行为的"),
    "cosign": Text("that cosigns the log", "用于联署日志的"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions compared, and what the change does."""

    difference: Difference
    consequences: Consequences


def effect_words(ground: Ground, change: Change) -> Text | None:
    """What the change does, in a sentence; None for a version, of which the difference speaks."""
    effect = change.effect
    if change.kind == "waiver":
        title, period = ground.commitment_title(effect["commitment"]), effect["period"]
        return Text(
            f"“{title.en}” is waived for the period {period}: whatever is measured, nobody is "
            "held to it.",
            f"豁免“{title.zh}”在 {period} 期间的目标：无论测得结果如何，均不要求任何一方履行。",
        )
    if change.kind == "end":
        return Text(
            f"The agreement ends: {effect['on']} is the first day on which it binds nobody.",
            f"协议终止：自 {effect['on']} 当日起不再约束任何一方。",
        )
    if change.kind == "key":
        return _key_words(ground, effect["holder"], effect["use"])
    return None


def compared(ground: Ground, change: Change) -> Compared | None:
    """The base and the proposed terms compared; None but for a version whose file can be read.

    A log that came from elsewhere may hold a file that is not read here: the rules of the log look
    at a few keys of it only.
    """
    if change.kind != "version":
        return None
    bound = (each.terms for each in ground.register.bound)
    base = next(each for each in bound if each.sha256 == change.base_sha256)
    with suppress(Invalid, NotFound):
        old = agreement_file(ground.log, base.file_sha256)
        new = agreement_file(ground.log, change.proposed_file_sha256)
        found = differences(old.document, new.document)
        return Compared(found, consequences(found, old.agreement, new.agreement))
    return None


def amended(ground: Ground, proposal: Proposal) -> Difference | None:
    """What the last round proposes otherwise than the one before it."""
    if proposal.last.change.kind != "version" or len(proposal.rounds) == 1:
        return None
    with suppress(Invalid, NotFound):
        before, now = (
            agreement_file(ground.log, each.change.proposed_file_sha256).document
            for each in proposal.rounds[-2:]
        )
        return differences(before, now)
    return None


def affected(ground: Ground, proposal: Proposal, found: Compared | None) -> tuple[Affected, ...]:
    """The commitments whose status may become another, as they stand now."""
    change = proposal.last.change
    ids: tuple[str, ...] = ()
    titles = {each.id: each.title for each in ground.terms.agreement.commitments}
    if found is not None:
        new = agreement_file(ground.log, change.proposed_file_sha256).agreement
        titles |= {each.id: each.title for each in new.commitments if each.id not in titles}
        ids = found.consequences.affected
    elif change.kind == "waiver":
        ids = (change.effect["commitment"],)
    document = ground.here.document
    standings = {each["id"]: each["standing"] for each in (document or {}).get("commitments", ())}
    return tuple(
        Affected(each, both(titles.get(each, Text(each, each))), standings.get(each))
        for each in ids
    )


def _key_words(ground: Ground, holder: str, use: str) -> Text:
    if holder == "log":
        return Text(
            "The log signs its checkpoints with another key from the next entry on.",
            "自下一条目起，日志改用新的密钥签署检查点。",
        )
    name, words = ground.party_name(holder), _USES[use]
    return Text(
        f"The key {words.en} of {name.en} is another one from the next entry on.",
        f"自下一条目起，{name.zh}更换{words.zh}密钥。",
    )
