"""Put hostile rows into every table that is moved: ``python -m tests.contract.every_model``.

It knows no model by name: a new one is filled as soon as it is there, or fails and says why.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, combinations

import django
from django.db import DatabaseError, models, transaction

#: Ends of lines that are none to JSON, marks that turn text around, quotes, a script, emoji.
HOSTILE = "\u2028\u2029\x85\x1f\r\n\t\u202e\ufeff\"'\\</script>%s{{x}} 协议é𝔘🏳️‍🌈"
ROWS = 3


def value(field: models.Field, number: int, turn: int = 0) -> object:
    """A value for the row ``number`` that is hard to carry; times grow with the field's turn."""
    if field.choices:
        return field.flatchoices[number % len(field.flatchoices)][0]
    if isinstance(field, models.JSONField):
        # PostgreSQL keeps the shorter key first; JSON knows no order.
        return {"aa": {HOSTILE: number}, "z": [1, None, True, "\u2028"]}
    if isinstance(field, models.BinaryField):
        return bytes(range(256)) * 3 + bytes([number])
    if isinstance(field, models.BooleanField):
        return bool(number % 2)
    if isinstance(field, models.DateTimeField):
        return datetime(2019, 6, 25, 1, 2, 3, 123_456 + number, tzinfo=UTC) + turn * timedelta(
            days=9
        )
    if isinstance(field, models.DateField):
        return date(2019, 6, 25) + timedelta(days=number)
    if isinstance(field, models.TimeField):
        return time(1, 2, 3, 456_789)
    if isinstance(field, models.DecimalField):
        return Decimal(f"0.{'1' * (field.decimal_places or 1)}") + number
    if isinstance(field, models.IntegerField | models.FloatField):
        return number + 1
    if isinstance(field, models.GenericIPAddressField):
        return f"2001:db8::{number}"
    if field.max_length == 64 and not isinstance(field, models.SlugField):
        return hashlib.sha256(f"{field}{number}".encode()).hexdigest()
    if isinstance(field, models.SlugField):
        return f"every-{number}"
    text = f"{number} {HOSTILE}"
    return text[: field.max_length] if field.max_length else text


def make(model: type[models.Model], number: int) -> None:
    """Insert a row, leaving out what may be absent until the database's own rules accept it."""
    fields = [each for each in model._meta.local_fields if not each.primary_key]
    key = model._meta.pk
    given = {} if isinstance(key, models.AutoField) else {key.attname: value(key, number)}
    optional = [each for each in fields if each.null]
    said = ""
    for absent in chain.from_iterable(
        combinations(optional, count) for count in range(len(optional) + 1)
    ):
        row = dict(given)
        for turn, field in enumerate(fields):
            if field in absent:
                continue
            if field.related_model:
                others = list(field.related_model._base_manager.order_by("-pk")[:ROWS])
                if not others:
                    continue
                row[field.attname] = others[(number + turn) % len(others)].pk
            else:
                row[field.attname] = value(field, number, turn)
        try:
            with transaction.atomic():
                model(**row).save_base(raw=True, force_insert=True)
        except (DatabaseError, ValueError) as error:
            said = str(error)
        else:
            return
    raise AssertionError(f"no row of {model._meta.label} was accepted: {said}")


def fill() -> None:
    """Give every model that is moved its rows, each after those that it refers to."""
    from unipact.web.moving.records import moved_models

    left = list(moved_models())
    while left:
        ready = [
            each
            for each in left
            if not any(
                field.related_model in left and field.related_model is not each
                for field in each._meta.local_fields
                if field.related_model
            )
        ]
        for model in ready or left[:1]:
            for number in range(ROWS):
                make(model, number)
            left.remove(model)


if __name__ == "__main__":
    django.setup()
    fill()
