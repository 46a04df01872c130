"""Records of the ledger as entries of the signed log.

A record and its answer are acts that matter: where the agreement's log was founded, each becomes an
entry in the transaction that writes it. A party whose key is elsewhere gets a request to sign; its
record stands meanwhile, and the pages say that it is not in the log yet.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from unipact.agreement.engine.register import acts
from unipact.agreement.log.appending import log_locked
from unipact.agreement.models import Party, Transaction
from unipact.agreement.services.consultation.reasons import reason_document
from unipact.agreement.services.consultation.signing import Signer, act_signed, standing_at

KIND = "transaction"


def transaction_entered(
    made: Transaction,
    *,
    party: Party,
    decision: Literal["post", "acknowledge", "contest"],
    reason: str = "",
    may_sign: bool,
    now: datetime,
) -> None:
    """Enter a transaction, or the answer to it, in the log of its agreement, if it has one.

    Where the actor may not use the party's key (``may_sign``), a request is left to who may.
    Call it in the transaction of the act. An answer to a record that is not in the log itself
    (it was made before the founding, or its signature is waited for) is not entered either.
    """
    log = log_locked(made.agreement.slug)
    if log is None or log.size == 0:
        return
    here = standing_at(log, party, now)
    if decision != "post" and made.sha256 not in here.register.transactions:
        return
    documents = reason_document(reason) if decision == "contest" else {}
    act = acts.Transacting(
        origin=log.origin,
        party=party.slug,
        at=here.at,
        transaction_sha256=made.sha256,
        decision=decision,
        reason_sha256=next(iter(documents), ""),
    )
    documents[made.sha256] = (KIND, bytes(made.document))
    signer = Signer(party.slug)
    act_signed(here, act, signer=signer, now=now, documents=documents, may_sign=may_sign)
