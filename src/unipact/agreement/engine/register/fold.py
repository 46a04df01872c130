"""The fold of the log: acts in, terms in force out.

Each act either fits, and the register moves on by one, or breaks a rule, and nothing changes. The
server asks before it appends, a verifier asks for a log that somebody else kept: the same rules, no
second reading of them. They are those of ``docs/reference/log.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.evidence import evaluating_taken, review_taken
from unipact.agreement.engine.register.founding import founding_taken
from unipact.agreement.engine.register.proposals import decision_taken, proposing_taken
from unipact.agreement.engine.register.register import Register
from unipact.agreement.engine.register.standing import (
    dispute_taken,
    notice_taken,
    reporting_taken,
    transacting_taken,
)

_RULES: Mapping[type[acts.Act], Callable[[Register, Any], None]] = {
    acts.Founding: founding_taken,
    acts.Proposing: proposing_taken,
    acts.Decision: decision_taken,
    acts.Evaluating: evaluating_taken,
    acts.Review: review_taken,
    acts.Dispute: dispute_taken,
    acts.Notice: notice_taken,
    acts.Reporting: reporting_taken,
    acts.Transacting: transacting_taken,
}


def take(register: Register, act: acts.Act) -> None:
    """Take the next act, whose signatures were verified.

    Raises:
        RuleBroken: it breaks a rule; the register is as it was.
    """
    if register.size:
        register.require_place(act)
    _RULES[type(act)](register, act)
    register.size += 1
