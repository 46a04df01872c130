"""A ledger moves with its installation: restored as posted, held to the same sums, frozen again."""

from __future__ import annotations

import io
import json

import pytest
from django.db import DatabaseError, connection, transaction

from unipact.agreement.models import Posting, Transaction
from unipact.agreement.services import transaction_acknowledge, transaction_reverse
from unipact.agreement.tests.booked import AGREEMENT, NOW, gave, got, in_force
from unipact.errors import Invalid
from unipact.web.moving.records import dump, load, moved_label, moved_models

pytestmark = pytest.mark.django_db


def _dumped() -> dict[str, bytes]:
    """The lines of every table, of an installation that is gone again afterwards."""
    found: dict[str, bytes] = {}
    with transaction.atomic():
        in_force()
        gave(None, "fund", "10.00", party="firm", note="one")
        gave(None, "mentors", "2.5", party="firm")
        got(None, "brand", "3", "piece", party="firm")
        given = {"actor": None, "agreement": AGREEMENT, "now": NOW}
        transaction_acknowledge(number=1, party="uni", **given)
        transaction_reverse(number=2, party="firm", reason="typo", **given)
        for model in moved_models():
            stream = io.BytesIO()
            dump(model, stream)
            found[moved_label(model)] = stream.getvalue()
        transaction.set_rollback(True)
    assert not Transaction.objects.exists()
    return found


def _load(lines: dict[str, bytes]) -> None:
    with transaction.atomic():
        for model in moved_models():
            load(model, io.BytesIO(lines[moved_label(model)]), moved_label(model))
        connection.check_constraints()


def test_a_ledger_is_restored_as_posted_and_frozen():
    lines = _dumped()
    _load(lines)
    for model in moved_models():
        stream = io.BytesIO()
        dump(model, stream)
        assert stream.getvalue() == lines[moved_label(model)]
    assert Transaction.objects.filter(posted_at=NOW).count() == 4
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        Posting.objects.create(
            transaction=Transaction.objects.get(n=1),
            account=Posting.objects.get(transaction__n=3, amount=3).account,
            amount=1,
        )


@pytest.mark.parametrize("place", range(8))
def test_an_archive_whose_postings_do_not_balance_is_refused(place):
    lines = _dumped()
    rows = [json.loads(each) for each in lines["agreement.posting"].splitlines()]
    rows[place]["fields"]["amount"] += 1
    lines["agreement.posting"] = b"".join(json.dumps(each).encode() + b"\n" for each in rows)
    with pytest.raises(Invalid, match="archive is wrong") as refused:
        _load(lines)
    assert "sum to zero" in str(refused.value.findings[0])
    assert not Transaction.objects.exists()
