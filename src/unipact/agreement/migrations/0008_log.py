"""The log of an agreement; the database refuses to change what was signed."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


_first = import_module("unipact.agreement.migrations.0002_append_only")

_FROZEN = {
    "agreement_log": ("agreement_id", "origin"),
    "agreement_logentry": (
        "log_id",
        "index",
        "type",
        "data",
        "hashes",
        "checkpoint",
        "received_at",
    ),
    "agreement_cosignature": ("log_id", "party_id", "size", "line", "time"),
    "agreement_logdocument": ("log_id", "sha256", "kind", "content"),
    "agreement_comment": ("log_id", "proposal", "round", "party_id", "text", "at"),
}


def _guard(apps, schema_editor):
    _first._put_up(schema_editor, _FROZEN)


def _unguard(apps, schema_editor):
    for table in _FROZEN:
        _first._take_down(schema_editor, table)


class Migration(migrations.Migration):

    dependencies = [
        ('agreement', '0007_ledger'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposal', models.CharField(max_length=32)),
                ('round', models.PositiveIntegerField()),
                ('by', models.CharField(max_length=150)),
                ('text', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Cosignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('size', models.PositiveIntegerField()),
                ('line', models.BinaryField()),
                ('time', models.BigIntegerField()),
            ],
            options={
                'ordering': ('log', 'size', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='HeldKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vkey', models.CharField(max_length=512)),
                ('sealed', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Log',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('origin', models.CharField(max_length=200, unique=True)),
                ('size', models.PositiveIntegerField(default=0)),
                ('floor', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='LogDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('kind', models.CharField(max_length=16)),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='LogEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index', models.PositiveIntegerField()),
                ('type', models.CharField(max_length=16)),
                ('data', models.BinaryField()),
                ('hashes', models.BinaryField()),
                ('checkpoint', models.BinaryField()),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('log', 'index'),
            },
        ),
        migrations.CreateModel(
            name='SigningRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.BinaryField()),
                ('signature', models.BinaryField(null=True)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('-pk',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='token',
            name='token_purpose_is_known',
        ),
        migrations.AlterField(
            model_name='token',
            name='purpose',
            field=models.CharField(choices=[('reporting', 'Reporting'), ('verification', 'Verification'), ('records', 'Records'), ('signing', 'Signing'), ('administration', 'Administration')], max_length=32),
        ),
        migrations.AddConstraint(
            model_name='token',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['reporting', 'verification', 'records', 'signing', 'administration'])), name='token_purpose_is_known'),
        ),
        migrations.AddField(
            model_name='comment',
            name='party',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreement.party'),
        ),
        migrations.AddField(
            model_name='cosignature',
            name='party',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreement.party'),
        ),
        migrations.AddField(
            model_name='heldkey',
            name='party',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreement.party'),
        ),
        migrations.AddField(
            model_name='log',
            name='agreement',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='log', to='agreement.agreement'),
        ),
        migrations.AddField(
            model_name='heldkey',
            name='log',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='held_keys', to='agreement.log'),
        ),
        migrations.AddField(
            model_name='cosignature',
            name='log',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='agreement.log'),
        ),
        migrations.AddField(
            model_name='comment',
            name='log',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='agreement.log'),
        ),
        migrations.AddField(
            model_name='logdocument',
            name='log',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='agreement.log'),
        ),
        migrations.AddField(
            model_name='logentry',
            name='log',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='agreement.log'),
        ),
        migrations.AddField(
            model_name='signingrequest',
            name='log',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='agreement.log'),
        ),
        migrations.AddField(
            model_name='signingrequest',
            name='party',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreement.party'),
        ),
        migrations.AddConstraint(
            model_name='heldkey',
            constraint=models.UniqueConstraint(fields=('log', 'vkey'), name='a_key_is_held_once'),
        ),
        migrations.AddConstraint(
            model_name='cosignature',
            constraint=models.UniqueConstraint(fields=('log', 'party', 'size'), name='a_party_cosigns_a_size_once'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['log', 'proposal'], name='comment_by_proposal'),
        ),
        migrations.AddConstraint(
            model_name='logdocument',
            constraint=models.UniqueConstraint(fields=('log', 'sha256'), name='a_document_is_kept_once'),
        ),
        migrations.AddConstraint(
            model_name='logentry',
            constraint=models.UniqueConstraint(fields=('log', 'index'), name='an_index_has_one_entry'),
        ),
        migrations.RunPython(_guard, _unguard),
    ]
