"""Reads of the consultation: proposals, reviews, disputes, waivers, notices, signed reports.

Everything is folded from the signed log; both parties read the same, but for names of people and
for what waits for a signature of their own.
"""

from __future__ import annotations

from unipact.agreement.queries.consultation.ground import Reason, standpoint_for
from unipact.agreement.queries.consultation.proposals import (
    comments_of,
    consultation_of,
    proposal_of,
    proposed_file_of,
)
from unipact.agreement.queries.consultation.requests import request_line, request_of, requests_of
from unipact.agreement.queries.consultation.rows import (
    Affected,
    CommentRow,
    Consultation,
    Counts,
    DecisionRow,
    Doing,
    ProposalRow,
    ProposalSeen,
    RequestRow,
    RoundSeen,
    WhyNot,
)

__all__ = [
    "Affected",
    "CommentRow",
    "Consultation",
    "Counts",
    "DecisionRow",
    "Doing",
    "ProposalRow",
    "ProposalSeen",
    "Reason",
    "RequestRow",
    "RoundSeen",
    "WhyNot",
    "comments_of",
    "consultation_of",
    "proposal_of",
    "proposed_file_of",
    "request_line",
    "request_of",
    "requests_of",
    "standpoint_for",
]
