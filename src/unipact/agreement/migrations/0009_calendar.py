"""Calendars and mails of people; the database refuses to change that a mail was sent."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


_first = import_module("unipact.agreement.migrations.0002_append_only")

_FROZEN = {"agreement_remindersent": ("user_id", "deadline", "stage", "sent_at")}


def _guard(apps, schema_editor):
    _first._put_up(schema_editor, _FROZEN)


def _unguard(apps, schema_editor):
    for table in _FROZEN:
        _first._take_down(schema_editor, table)


class Migration(migrations.Migration):

    dependencies = [
        ('agreement', '0008_log'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('language', models.CharField(max_length=16)),
                ('made_at', models.DateTimeField()),
                ('membership', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feed', to='agreement.membership')),
            ],
        ),
        migrations.CreateModel(
            name='ReminderChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254)),
                ('language', models.CharField(max_length=16)),
                ('confirmed_at', models.DateTimeField()),
                ('membership', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='reminder_choice', to='agreement.membership')),
            ],
        ),
        migrations.CreateModel(
            name='ReminderSent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deadline', models.CharField(max_length=300)),
                ('stage', models.CharField(max_length=8)),
                ('sent_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('pk',),
                'constraints': [models.UniqueConstraint(fields=('user', 'deadline', 'stage'), name='a_person_is_reminded_once')],
            },
        ),
        migrations.RunPython(_guard, _unguard),
    ]
