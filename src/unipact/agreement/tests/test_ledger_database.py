"""What the database itself refuses about the ledger, past every model and service."""

from __future__ import annotations

import threading
from datetime import date
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction

from unipact.agreement.models import (
    Account,
    Acknowledgement,
    Agreement,
    Party,
    Posting,
    Transaction,
    Valuation,
)
from unipact.agreement.tests.kept import NOW, kept_version

pytestmark = pytest.mark.django_db

FINAL = "what was posted is final"


def account(kind: str, unit: str = "CNY", agreement: Agreement | None = None) -> Account:
    found, _ = Account.objects.get_or_create(
        agreement=agreement or Agreement.objects.get(slug="pact"),
        party=Party.objects.get(slug="uni"),
        field="campus",
        kind=kind,
        unit=unit,
        digits=2,
    )
    return found


def draft(*amounts: tuple[str, int, str], n: int = 1, **more: object) -> Transaction:
    """A draft with a posting for each of (kind of account, amount, unit)."""
    version = Agreement.objects.get(slug="pact").versions.get()
    uni = Party.objects.get(slug="uni")
    made = Transaction.objects.create(
        agreement=version.agreement,
        n=n,
        version=version,
        kind="contribution",
        subject="meters",
        party=uni,
        recorded_by=uni,
        happened_on=date(2019, 9, 30),
        note="paid",
        note_salt="ab" * 16,
        recorded_at=NOW,
        document=b"{}",
        sha256=sha256(b"{}").hexdigest(),
        **more,
    )
    for kind, amount, unit in amounts:
        Posting.objects.create(transaction=made, account=account(kind, unit), amount=amount)
    return made


def post(made: Transaction) -> None:
    Transaction.objects.filter(pk=made.pk).update(posted_at=NOW)


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def pact() -> None:
    kept_version()


@pytest.fixture
def posted(pact) -> Transaction:
    made = draft(("given", -5, "CNY"), ("applied", 5, "CNY"))
    post(made)
    return made


@pytest.mark.usefixtures("pact")
@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ((), "a posted transaction has postings"),
        ((("given", -5, "CNY"),), "sum to zero"),
        ((("given", -5, "CNY"), ("applied", 4, "CNY")), "sum to zero"),
        # A sum of zero over two units is none.
        ((("given", -5, "CNY"), ("applied", 5, "USD")), "sum to zero"),
        (
            (
                *(("given", -5, "CNY"), ("applied", 5, "CNY")),
                *(("yielded", -1, "piece"), ("received", 2, "piece")),
            ),
            "sum to zero",
        ),
    ],
)
def test_what_does_not_balance_is_not_posted(amounts, said):
    made = draft(*amounts)
    with pytest.raises(DatabaseError, match=said), transaction.atomic():
        post(made)
    made.refresh_from_db()
    assert made.posted_at is None


@pytest.mark.usefixtures("pact")
def test_what_balances_in_every_unit_is_posted():
    made = draft(
        *(("given", -5, "CNY"), ("applied", 5, "CNY")),
        *(("yielded", -2, "piece"), ("received", 2, "piece")),
    )
    post(made)
    made.refresh_from_db()
    assert made.posted_at == NOW


@pytest.mark.usefixtures("pact")
def test_amounts_beyond_64_bits_are_summed_and_not_wrapped():
    most = 2**63 - 1
    made = draft(("given", most, "CNY"), ("applied", most, "CNY"), ("received", 2, "CNY"))
    with pytest.raises(DatabaseError), transaction.atomic():
        post(made)


@pytest.mark.usefixtures("pact")
def test_accounts_of_another_agreement_are_refused():
    made = draft(("given", -5, "CNY"))
    other = Agreement.objects.create(slug="other")
    Posting.objects.create(transaction=made, account=account("applied", agreement=other), amount=5)
    with pytest.raises(DatabaseError, match="those of the agreement"), transaction.atomic():
        post(made)


@pytest.mark.usefixtures("pact")
def test_a_transaction_is_not_written_as_posted_without_its_postings():
    with pytest.raises(DatabaseError, match="has postings"), transaction.atomic():
        draft(posted_at=NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agreement_transaction SET posted_at = NULL WHERE id = %s",
        "UPDATE agreement_transaction SET posted_at = '2020-01-03 00:00:00+00:00' WHERE id = %s",
        "DELETE FROM agreement_transaction WHERE id = %s",
        "DELETE FROM agreement_posting WHERE transaction_id = %s",
        "INSERT INTO agreement_posting (transaction_id, account_id, amount) "
        "SELECT %s, id, 7 FROM agreement_account WHERE kind = 'received'",
    ],
)
def test_what_was_posted_is_final(posted, statement):
    account("received")
    with pytest.raises(DatabaseError, match=FINAL), transaction.atomic():
        run(statement, posted.pk)
    assert [each.amount for each in posted.postings.all()] == [-5, 5]
    posted.refresh_from_db()
    assert posted.posted_at == NOW


@pytest.mark.parametrize(
    ("table", "column", "to"),
    [
        ("posting", "amount", 6),
        ("posting", "transaction_id", 999),
        ("posting", "account_id", 999),
        ("transaction", "happened_on", "2019-10-01"),
        ("transaction", "document", b"[]"),
        ("transaction", "sha256", "0" * 64),
        ("transaction", "n", 9),
        ("transaction", "party_id", 999),
        ("account", "unit", "USD"),
        ("account", "digits", 0),
        ("acknowledgement", "answer", "contested"),
        ("valuation", "minor", 1),
    ],
)
def test_a_row_of_the_ledger_is_never_changed(posted, table, column, to):
    firm = Party.objects.get(slug="firm")
    Acknowledgement.objects.create(
        transaction=posted, party=firm, answer="acknowledged", answered_at=NOW
    )
    Valuation.objects.create(
        agreement=posted.agreement,
        contribution="meters",
        unit="piece",
        valued_by=firm,
        minor=5,
        currency="CNY",
        from_on=date(2019, 7, 1),
        reason="list price",
        stated_at=NOW,
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(f"UPDATE agreement_{table} SET {column} = %s", to)


def test_a_draft_is_not_changed_either_but_may_go(pact):
    made = draft(("given", -5, "CNY"))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run("UPDATE agreement_posting SET amount = 3 WHERE transaction_id = %s", made.pk)
    run("DELETE FROM agreement_posting WHERE transaction_id = %s", made.pk)
    run("DELETE FROM agreement_transaction WHERE id = %s", made.pk)
    assert not Transaction.objects.exists()


def test_a_note_is_erased_and_never_changed(posted):
    with pytest.raises(DatabaseError, match="erased, never changed"), transaction.atomic():
        run("UPDATE agreement_transaction SET note = 'lent' WHERE id = %s", posted.pk)
    run("UPDATE agreement_transaction SET note = '', note_salt = '' WHERE id = %s", posted.pk)
    posted.refresh_from_db()
    assert (posted.note, posted.note_salt) == ("", "")


def test_a_reversal_takes_back_what_it_reverses_and_no_more(posted):
    part = draft(("given", 4, "CNY"), ("applied", -4, "CNY"), n=2, reverses=posted)
    with pytest.raises(DatabaseError, match="takes back"), transaction.atomic():
        post(part)
    run("DELETE FROM agreement_posting WHERE transaction_id = %s", part.pk)
    run("DELETE FROM agreement_transaction WHERE id = %s", part.pk)
    whole = draft(("given", 5, "CNY"), ("applied", -5, "CNY"), n=2, reverses=posted)
    post(whole)
    with pytest.raises(DatabaseError), transaction.atomic():
        draft(("given", 5, "CNY"), ("applied", -5, "CNY"), n=3, reverses=posted)


def test_who_contests_says_why(posted):
    firm = Party.objects.get(slug="firm")
    with pytest.raises(DatabaseError), transaction.atomic():
        Acknowledgement.objects.create(
            transaction=posted, party=firm, answer="contested", answered_at=NOW
        )


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite has INSERT OR REPLACE")
def test_nothing_posted_is_replaced(posted):
    first = posted.postings.first()
    other = draft(("given", -9, "CNY"), n=2)
    for statement, values in (
        (
            "INSERT OR REPLACE INTO agreement_posting (id, transaction_id, account_id, amount) "
            "VALUES (%s, %s, %s, 8)",
            (first.pk, other.pk, account("applied").pk),
        ),
        (
            "INSERT OR REPLACE INTO agreement_transaction SELECT * FROM agreement_transaction "
            "WHERE id = %s",
            (posted.pk,),
        ),
    ):
        with pytest.raises(DatabaseError, match=FINAL), transaction.atomic():
            run(statement, *values)
    assert [each.amount for each in posted.postings.all()] == [-5, 5]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_posting_that_comes_while_another_posts_waits_and_is_refused():
    """Else both would commit, and the sum that was checked would not be the sum that is kept."""
    kept_version()
    made = draft(("given", -5, "CNY"), ("applied", 5, "CNY"))
    late = account("received")
    said: list[str] = []

    def add() -> None:
        try:
            with transaction.atomic():
                Posting.objects.create(transaction=made, account=late, amount=1)
        except DatabaseError as error:
            said.append(str(error))
        finally:
            connection.close()

    other = threading.Thread(target=add)
    with transaction.atomic():
        post(made)
        other.start()
        # It cannot end before we do.
        other.join(0.5)
        assert other.is_alive()
    other.join(10)
    assert FINAL in said[0]
    assert sum(each.amount for each in made.postings.all()) == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_sum_is_checked_with_the_posting_that_came_just_before():
    kept_version()
    made = draft(("given", -5, "CNY"), ("applied", 5, "CNY"))
    late = account("received")
    said: list[str] = []

    def flip() -> None:
        try:
            post(made)
        except DatabaseError as error:
            said.append(str(error))
        finally:
            connection.close()

    other = threading.Thread(target=flip)
    with transaction.atomic():
        Posting.objects.create(transaction=made, account=late, amount=1)
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(10)
    assert "sum to zero" in said[0]
    made.refresh_from_db()
    assert made.posted_at is None
