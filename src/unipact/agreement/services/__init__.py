"""What may happen to agreements and to the people of the parties: one function an act."""

from __future__ import annotations

from unipact.agreement.services.accesses import access_log_append
from unipact.agreement.services.agreements import agreement_export, agreement_import
from unipact.agreement.services.evaluations import evaluation_record
from unipact.agreement.services.invitations import (
    invitation_accept,
    invitation_make,
    invitation_open,
    invitation_revoke,
)
from unipact.agreement.services.ledger import (
    benefit_record,
    contribution_record,
    note_erase,
    transaction_reverse,
)
from unipact.agreement.services.ledger_answers import (
    transaction_acknowledge,
    transaction_contest,
    valuation_state,
)
from unipact.agreement.services.memberships import (
    membership_end,
    membership_ended,
    membership_grant,
    membership_leave,
    membership_move,
)
from unipact.agreement.services.tokens import token_make, token_revoke, token_used

__all__ = [
    "access_log_append",
    "agreement_export",
    "agreement_import",
    "benefit_record",
    "contribution_record",
    "evaluation_record",
    "invitation_accept",
    "invitation_make",
    "invitation_open",
    "invitation_revoke",
    "membership_end",
    "membership_ended",
    "membership_grant",
    "membership_leave",
    "membership_move",
    "note_erase",
    "token_make",
    "token_revoke",
    "token_used",
    "transaction_acknowledge",
    "transaction_contest",
    "transaction_reverse",
    "valuation_state",
]
