"""The spine's part of the API: parse, ask a query or a service, answer."""

from __future__ import annotations

from unipact.agreement.api.agreements import router as agreements
from unipact.agreement.api.consultation import router as consultation
from unipact.agreement.api.consultation_acts import router as consultation_acts
from unipact.agreement.api.deadlines import router as deadlines
from unipact.agreement.api.ledger import router as ledger
from unipact.agreement.api.log import router as log
from unipact.agreement.api.me import router as me
from unipact.agreement.api.people import router as people
from unipact.agreement.api.tokens import router as tokens

ROUTERS = (me, agreements, consultation, consultation_acts, deadlines, ledger, log, people, tokens)
