"""From proposal to the next version, with both parties' signatures and with nothing less."""

from __future__ import annotations

import io

import pytest

from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.log.bundling import bundle_write
from unipact.agreement.log.folded import register_of
from unipact.agreement.models import AgreementVersion
from unipact.agreement.services.consultation import decision_make, proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.parties import (
    AGREEMENT,
    DAY,
    NOW,
    PARTIES,
    founded,
    keys_of,
    next_version,
    signer,
)

pytestmark = pytest.mark.django_db


def proposed(log, *, by="usst", content=None, consent=False, at=NOW + DAY, **more):
    """A proposal of the next version by a party; the hash of its change."""
    done = proposal_make(
        signer=signer(by),
        agreement=AGREEMENT,
        proposed=Proposed(
            "version", reason_en="More time", content=content or next_version(), **more
        ),
        now=at,
        consent=consent,
    )
    assert done[0].entry is not None
    return list(register_of(log).proposals.values())[-1].last.change_sha256


def test_both_consents_bring_the_next_version_into_force():
    log = founded()
    change = proposed(log, consent=True)
    assert AgreementVersion.objects.get(state="in_force").n == 1

    decision_make(
        signer=signer("huawei"),
        agreement=AGREEMENT,
        change=change,
        decision="consent",
        now=NOW + DAY,
    )

    assert AgreementVersion.objects.get(state="in_force").n == 2
    assert AgreementVersion.objects.get(n=1).state == "superseded"
    stream = io.BytesIO()
    log.refresh_from_db()
    bundle_write(log, stream)
    verdict = verify_bundle(stream, Question([keys_of(each).public for each in PARTIES]))
    assert verdict.accepted, verdict
    assert verdict.register is not None
    assert verdict.register.terms.version == 2
    verdict = verify_bundle(stream, Question([keys_of(each).public for each in PARTIES], "root"))
    assert verdict.accepted, verdict


def bundle_of(log):
    log.refresh_from_db()
    stream = io.BytesIO()
    bundle_write(log, stream)
    return stream.getvalue()


def public():
    return [keys_of(each).public for each in PARTIES]
