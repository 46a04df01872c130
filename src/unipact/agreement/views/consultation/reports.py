"""Signing the report of a year: published when both parties signed the same document."""

from __future__ import annotations

import hashlib
import json

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from unipact.agreement.queries.consultation.report_documents import report_document_of
from unipact.agreement.queries.report.edition import edition_of
from unipact.agreement.queries.report.form import report_json
from unipact.agreement.roles import Act
from unipact.agreement.services.consultation import report_sign
from unipact.agreement.views.consultation.acting import answered, signer_of
from unipact.agreement.views.here import here_of, post_or_back


@post_or_back("agreement:consultation", Act.ACT_SIGN)
def sign(request: HttpRequest, agreement: str) -> HttpResponse:
    """Sign the edition that waits, named by its hash, or begin one with the report of today."""
    here = here_of(request, agreement)
    here.actor.require(Act.ACT_SIGN)
    now = timezone.now()
    sha256 = request.POST.get("report", "")
    if sha256:
        document = report_document_of(here, sha256, now=now)
    else:
        document = report_json(edition_of(here))
        sha256 = hashlib.sha256(document).hexdigest()
    done = report_sign(
        signer=signer_of(here),
        agreement=here.slug,
        year=json.loads(document)["year"],
        document=document,
        sha256=sha256,
        now=now,
    )
    said = _("Your party signs the report; it is published when both parties signed it.")
    return answered(request, here, done, said, "agreement:consultation")
