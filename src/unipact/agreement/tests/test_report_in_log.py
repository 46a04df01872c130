"""A report names where the signed log holds its figures, and is the same document ever after."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest

from unipact.agreement.log.stored import checkpoint_at
from unipact.agreement.queries.report.edition import edition_named
from unipact.agreement.queries.report.form import report_json
from unipact.agreement.queries.report.pages import report_html
from unipact.agreement.services import evaluation_record
from unipact.agreement.services.consultation import evidence_put_forward, report_sign
from unipact.agreement.tests.kept import run_document
from unipact.agreement.tests.parties import AGREEMENT, CONTENT, DAY, NOW, founded, signer

pytestmark = pytest.mark.django_db

AS_OF = date(2019, 12, 31)


@pytest.fixture
def forward():
    """The log after the university put an evaluation forward, and that evaluation's hash."""
    log = founded()
    version = log.agreement.versions.get(state="in_force")
    run = evaluation_record(
        actor=None, version=version, document=run_document(AS_OF, CONTENT), now=NOW
    )

    def put():
        evidence_put_forward(
            signer=signer("usst"), agreement=AGREEMENT, run_sha256=run.sha256, now=NOW + DAY
        )
        return log

    return put


def test_an_evaluation_that_nobody_put_forward_is_said_to_be_in_no_log(forward):
    assert json.loads(report_json(edition_named(AGREEMENT)))["log"] is None
    assert "Neither party has put this run document forward" in (
        report_html(edition_named(AGREEMENT), "en").decode()
    )


def test_a_report_names_entry_size_and_root_and_stays_the_same_as_the_log_goes_on(forward):
    log = forward()
    made = report_json(edition_named(AGREEMENT))

    checkpoint = checkpoint_at(log, 2)
    assert json.loads(made)["log"] == {
        "origin": log.origin,
        "entry": 1,
        "party": "usst",
        "size": 2,
        "root": checkpoint.root.hex(),
    }
    for party in ("usst", "huawei"):
        report_sign(
            signer=signer(party),
            agreement=AGREEMENT,
            year=2019,
            document=made,
            sha256=hashlib.sha256(made).hexdigest(),
            now=NOW + DAY,
        )
    assert report_json(edition_named(AGREEMENT)) == made
    page = report_html(edition_named(AGREEMENT), "zh").decode()
    assert checkpoint.root.hex() in page
