"""Entry 0: what both parties sign before anything else."""

from __future__ import annotations

from unipact.agreement.engine.register.acts import Founding
from unipact.agreement.engine.register.broken import refuse
from unipact.agreement.engine.register.records import Bound
from unipact.agreement.engine.register.register import Register, key_for
from unipact.agreement.engine.register.terms import LogTerms


def founding_taken(register: Register, act: Founding) -> None:
    """Begin the log with the terms, the parties' keys and the log's key."""
    terms = register.terms_of(act.file_sha256)
    if (terms.agreement, terms.version, terms.sha256) != (
        act.agreement,
        act.version,
        act.version_sha256,
    ):
        refuse("the agreement file holds other terms than the entry names", "version_sha256")
    if set(act.keys) != set(terms.keys) or len(act.keys) < 2:
        refuse("it names keys of other parties than the agreement has", "keys")
    if "log" in act.keys:
        refuse("no party has the id log: it stands for the log itself", "keys")
    for party, pair in act.keys.items():
        if pair.consent != terms.keys[party]:
            refuse(f"the agreement names another consent key of {party}", "keys")
    require_both(terms)
    used = {
        *(key_for(pair.consent, "consent", "keys").public for pair in act.keys.values()),
        *(key_for(pair.cosign, "cosign", "keys").public for pair in act.keys.values()),
    }
    log = key_for(act.log_key, "log", "log_key")
    if log.name != act.origin:
        refuse(f"the key of the log is named {log.name}, not {act.origin}", "log_key")
    if len(used | {log.public}) != 2 * len(act.keys) + 1:
        refuse("two keys are the same", "keys")
    register.origin = act.origin
    register.log_key = act.log_key
    register.keys = {party: act.keys[party] for party in sorted(act.keys)}
    register.bound.append(Bound(0, terms))


def require_both(terms: LogTerms) -> None:
    """A change needs the consent of every party, and of nobody who could never give it.

    Raises:
        RuleBroken: governance leaves a party out, or names who is none.
    """
    if set(terms.keys) != set(terms.consent):
        refuse("governance.consent does not name exactly the parties", "governance.consent")
