"""Acts that bind or prove: each becomes one signed entry of the agreement's log.

A party whose consent key lives inside signs by doing the act. A party that keeps its key elsewhere
gets a request, signs it there, and hands the signed note in.
"""

from __future__ import annotations

from unipact.agreement.services.consultation.comments import comment_add
from unipact.agreement.services.consultation.evidence import evidence_put_forward, evidence_review
from unipact.agreement.services.consultation.founding import founding_prepare, key_hold
from unipact.agreement.services.consultation.proposals import decision_make, proposal_make
from unipact.agreement.services.consultation.reasons import reason_erase
from unipact.agreement.services.consultation.requests import (
    cosignature_submit,
    request_drop,
    request_sign,
    request_submit,
)
from unipact.agreement.services.consultation.standing import (
    dispute_close,
    dispute_open,
    notice_give,
    report_sign,
)

__all__ = [
    "comment_add",
    "cosignature_submit",
    "decision_make",
    "dispute_close",
    "dispute_open",
    "evidence_put_forward",
    "evidence_review",
    "founding_prepare",
    "key_hold",
    "notice_give",
    "proposal_make",
    "reason_erase",
    "report_sign",
    "request_drop",
    "request_sign",
    "request_submit",
]
