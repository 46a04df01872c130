"""Run documents that are put forward, and what the other party says of their evidence."""

from __future__ import annotations

from unipact.agreement.engine.register.acts import Evaluating, Review
from unipact.agreement.engine.register.broken import refuse
from unipact.agreement.engine.register.records import Reviewed, Run
from unipact.agreement.engine.register.register import Register


def evaluating_taken(register: Register, act: Evaluating) -> None:
    """Note a run document as put forward; silence of the other never accepts it."""
    if act.version_sha256 not in {each.terms.sha256 for each in register.bound}:
        refuse("it was evaluated under a version that never bound", "version_sha256")
    if act.run_sha256 in register.runs:
        refuse("this run document was put forward already", "run_sha256")
    register.runs[act.run_sha256] = Run(
        register.size, act.party, act.at, act.as_of, act.version_sha256
    )


def review_taken(register: Register, act: Review) -> None:
    """Note what a party says of one evidence."""
    run = register.runs.get(act.run_sha256)
    if run is None:
        refuse("nobody put this run document forward", "run_sha256")
    key = (act.run_sha256, act.evidence_sha256)
    found = register.reviews.get(key)
    if act.decision == "settle":
        if found is None or found.decision != "contest":
            refuse("only contested evidence is settled", "decision")
        if act.party in found.settled:
            refuse(f"{act.party} has settled it already", "party")
        found.settled[act.party] = register.size
        return
    if act.party == run.party:
        refuse("the other party reviews what one puts forward", "party")
    if found is not None:
        refuse("this evidence was reviewed already", "evidence_sha256")
    register.reviews[key] = Reviewed(
        register.size, act.party, act.decision, act.at, act.reason_sha256
    )
