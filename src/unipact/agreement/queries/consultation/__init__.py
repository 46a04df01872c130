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
from unipact.agreement.queries.consultation.reviews import (
    EvidenceRow,
    EvidenceState,
    Reviews,
    RunRow,
    Shown,
    reviews_of,
)
from unipact.agreement.queries.consultation.rows import (
    Affected,
    CommentRow,
    Consultation,
    Counts,
    DecisionRow,
    Doing,
    ProposalRow,
    ProposalSeen,
    RoundSeen,
    WhyNot,
)
from unipact.agreement.queries.consultation.standing import (
    ClauseRow,
    DisputeRow,
    EditionRow,
    NoticeRow,
    Notices,
    WaiverRow,
    disputes_of,
    notices_of,
    reports_of,
    waivers_of,
)

__all__ = [
    "Affected",
    "ClauseRow",
    "CommentRow",
    "Consultation",
    "Counts",
    "DecisionRow",
    "DisputeRow",
    "Doing",
    "EditionRow",
    "EvidenceRow",
    "EvidenceState",
    "NoticeRow",
    "Notices",
    "ProposalRow",
    "ProposalSeen",
    "Reason",
    "Reviews",
    "RoundSeen",
    "RunRow",
    "Shown",
    "WaiverRow",
    "WhyNot",
    "comments_of",
    "consultation_of",
    "disputes_of",
    "notices_of",
    "proposal_of",
    "proposed_file_of",
    "reports_of",
    "reviews_of",
    "standpoint_for",
    "waivers_of",
]
