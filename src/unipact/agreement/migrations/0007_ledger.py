# The ledger, and what the database itself refuses about it (models made by Django 5.2.19).

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

_first = import_module("unipact.agreement.migrations.0002_append_only")

# Table → the columns that are never changed after a row was written.
_FROZEN = {
    "agreement_account": ("id", "agreement_id", "party_id", "field", "kind", "unit", "digits"),
    "agreement_acknowledgement": (
        "id", "transaction_id", "party_id", "answer", "reason", "answered_at",
    ),
    "agreement_posting": ("id", "transaction_id", "account_id", "amount"),
    "agreement_transaction": (
        "id", "agreement_id", "n", "version_id", "kind", "subject", "party_id", "recorded_by_id",
        "happened_on", "reverses_id", "recorded_at", "document", "sha256",
    ),
    "agreement_valuation": (
        "id", "agreement_id", "contribution", "unit", "valued_by_id", "minor", "currency",
        "from_on", "reason", "stated_at",
    ),
}

# What must hold when a transaction becomes posted, as (what is wrong, where it is). One that is
# restored arrives posted, after its postings: it is held to the same.
_WRONG = (
    (
        "a posted transaction has postings",
        "NOT EXISTS (SELECT 1 FROM agreement_posting WHERE transaction_id = NEW.id)",
    ),
    (
        "the accounts are those of the agreement",
        "EXISTS (SELECT 1 FROM agreement_posting AS p JOIN agreement_account AS a"
        " ON a.id = p.account_id"
        " WHERE p.transaction_id = NEW.id AND a.agreement_id <> NEW.agreement_id)",
    ),
    (
        "the postings of each unit sum to zero",
        "EXISTS (SELECT 1 FROM agreement_posting AS p JOIN agreement_account AS a"
        " ON a.id = p.account_id"
        " WHERE p.transaction_id = NEW.id GROUP BY a.unit HAVING SUM(p.amount) <> 0)",
    ),
    (
        "a reversal takes back what it reverses and no more",
        "NEW.reverses_id IS NOT NULL AND EXISTS (SELECT 1 FROM agreement_posting"
        " WHERE transaction_id IN (NEW.id, NEW.reverses_id)"
        " GROUP BY account_id HAVING SUM(amount) <> 0)",
    ),
)
_FINAL = "what was posted is final"
_IS_POSTED = "EXISTS (SELECT 1 FROM agreement_transaction WHERE id = {id} AND posted_at IS NOT NULL)"


def _sqlite(name, when, table, checks):
    body = " ".join(f"SELECT RAISE(ABORT, '{what}') WHERE {where};" for what, where in checks)
    return f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} BEGIN {body} END"


def _sqlite_guards():
    transaction, posting = "agreement_transaction", "agreement_posting"
    becomes = tuple((what, f"NEW.posted_at IS NOT NULL AND {where}") for what, where in _WRONG)
    # INSERT OR REPLACE deletes without asking a trigger.
    replaced = (
        _FINAL,
        "EXISTS (SELECT 1 FROM agreement_transaction AS t WHERE t.posted_at IS NOT NULL AND"
        " (t.id = NEW.id OR (t.agreement_id = NEW.agreement_id AND t.n = NEW.n)"
        " OR t.reverses_id = NEW.reverses_id))",
    )
    replaced_posting = (
        _FINAL,
        "EXISTS (SELECT 1 FROM agreement_posting AS p JOIN agreement_transaction AS t"
        " ON t.id = p.transaction_id WHERE p.id = NEW.id AND t.posted_at IS NOT NULL)",
    )
    return (
        _sqlite("arrives", "INSERT", transaction, (*becomes, replaced)),
        _sqlite(
            "posted", "UPDATE OF posted_at", transaction,
            ((_FINAL, "OLD.posted_at IS NOT NULL"), *becomes),
        ),
        _sqlite(
            "note", "UPDATE OF note, note_salt", transaction,
            (("a note is erased, never changed", "NEW.note <> '' OR NEW.note_salt <> ''"),),
        ),
        _sqlite("gone", "DELETE", transaction, ((_FINAL, "OLD.posted_at IS NOT NULL"),)),
        _sqlite(
            "added", "INSERT", posting,
            ((_FINAL, _IS_POSTED.format(id="NEW.transaction_id")), replaced_posting),
        ),
        _sqlite(
            "gone", "DELETE", posting, ((_FINAL, _IS_POSTED.format(id="OLD.transaction_id")),)
        ),
    )


_POSTGRESQL_FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE at timestamptz;
BEGIN {body} RETURN {row}; END $$
"""
# Whoever is posting holds the row: wait, and then see what became of it.
_POSTGRESQL_WAIT = """
SELECT posted_at INTO at FROM agreement_transaction WHERE id = {row}.transaction_id FOR SHARE;
IF at IS NOT NULL THEN RAISE EXCEPTION 'what was posted is final'; END IF;
"""


def _postgresql_guards():
    transaction, posting = "agreement_transaction", "agreement_posting"
    final = "RAISE EXCEPTION 'what was posted is final';"
    checks = " ".join(
        f"IF {where} THEN RAISE EXCEPTION '{what}'; END IF;" for what, where in _WRONG
    )
    bodies = (
        ("arrives", "INSERT", transaction, f"IF NEW.posted_at IS NOT NULL THEN {checks} END IF;"),
        (
            "posted", "UPDATE OF posted_at", transaction,
            f"IF OLD.posted_at IS NOT NULL THEN {final} END IF; "
            f"IF NEW.posted_at IS NOT NULL THEN {checks} END IF;",
        ),
        (
            "note", "UPDATE OF note, note_salt", transaction,
            "IF NEW.note <> '' OR NEW.note_salt <> '' THEN"
            " RAISE EXCEPTION 'a note is erased, never changed'; END IF;",
        ),
        ("gone", "DELETE", transaction, f"IF OLD.posted_at IS NOT NULL THEN {final} END IF;"),
        ("added", "INSERT", posting, _POSTGRESQL_WAIT.format(row="NEW")),
        ("gone", "DELETE", posting, _POSTGRESQL_WAIT.format(row="OLD")),
    )
    for name, when, table, body in bodies:
        row = "OLD" if when == "DELETE" else "NEW"
        yield _POSTGRESQL_FUNCTION.format(name=f"{table}_{name}", body=body, row=row)
        yield (
            f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {table}_{name}()"
        )


def _guard(apps, schema_editor):
    _first._put_up(schema_editor, _FROZEN)
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in _postgresql_guards() if is_postgresql else _sqlite_guards():
        schema_editor.execute(statement)


def _unguard(apps, schema_editor):
    for table in _FROZEN:
        _first._take_down(schema_editor, table)
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    names = (
        *(("agreement_transaction", name) for name in ("arrives", "posted", "note", "gone")),
        *(("agreement_posting", name) for name in ("added", "gone")),
    )
    for table, name in names:
        on = f" ON {table}" if is_postgresql else ""
        schema_editor.execute(f"DROP TRIGGER {table}_{name}{on}")
        if is_postgresql:
            schema_editor.execute(f"DROP FUNCTION {table}_{name}()")


class Migration(migrations.Migration):

    dependencies = [
        ('agreement', '0006_drafts_take_each_others_place'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.SlugField(max_length=64)),
                ('kind', models.CharField(choices=[('given', 'Given'), ('applied', 'Applied'), ('yielded', 'Yielded'), ('received', 'Received')], max_length=16)),
                ('unit', models.CharField(max_length=32)),
                ('digits', models.PositiveSmallIntegerField()),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='agreement.agreement')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='agreement.party')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Transaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('contribution', 'Contribution'), ('benefit', 'Benefit')], max_length=16)),
                ('subject', models.SlugField(max_length=64)),
                ('happened_on', models.DateField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('note_salt', models.CharField(blank=True, max_length=32)),
                ('recorded_at', models.DateTimeField()),
                ('posted_at', models.DateTimeField(null=True)),
                ('document', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transactions', to='agreement.agreement')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transactions', to='agreement.party')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreement.party')),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='agreement.transaction')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreement.agreementversion')),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.BigIntegerField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='agreement.account')),
                ('transaction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='agreement.transaction')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answer', models.CharField(choices=[('acknowledged', 'Acknowledged'), ('contested', 'Contested')], max_length=16)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('answered_at', models.DateTimeField()),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreement.party')),
                ('transaction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='agreement.transaction')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Valuation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contribution', models.SlugField(max_length=64)),
                ('unit', models.CharField(max_length=32)),
                ('minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('from_on', models.DateField()),
                ('reason', models.CharField(max_length=200)),
                ('stated_at', models.DateTimeField()),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='valuations', to='agreement.agreement')),
                ('valued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreement.party')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('agreement', 'party', 'field', 'kind', 'unit'), name='account_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['given', 'applied', 'yielded', 'received'])), name='account_kind_is_known'),
        ),
        migrations.AddIndex(
            model_name='transaction',
            index=models.Index(fields=['agreement', 'subject'], name='transaction_by_subject'),
        ),
        migrations.AddConstraint(
            model_name='transaction',
            constraint=models.UniqueConstraint(fields=('agreement', 'n'), name='transaction_number_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='transaction',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['contribution', 'benefit'])), name='transaction_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='transaction',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__length', 64)), name='transaction_hash_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.UniqueConstraint(fields=('transaction', 'account'), name='an_account_is_posted_to_once'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='a_posting_moves_something'),
        ),
        migrations.AddConstraint(
            model_name='acknowledgement',
            constraint=models.CheckConstraint(condition=models.Q(('answer', 'acknowledged'), models.Q(('answer', 'contested'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='who_contests_says_why'),
        ),
        migrations.AddIndex(
            model_name='valuation',
            index=models.Index(fields=['agreement', 'contribution'], name='valuation_by_contribution'),
        ),
        migrations.AddConstraint(
            model_name='valuation',
            constraint=models.CheckConstraint(condition=models.Q(('minor__gte', 0)), name='valuation_is_not_negative'),
        ),
        migrations.RunPython(_guard, _unguard),
    ]
