"""The records: which models an archive holds, and how their rows become lines and rows again.

Django's serializers do it; three things are ours. Times keep their microseconds, which its JSON
cuts off. The rows that join two models are written as rows of their own. And rows go in the order
of their keys by code point, so that both databases give the same lines.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.management.color import no_style
from django.core.serializers.base import DeserializationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.serializers.jsonl import Serializer
from django.core.serializers.python import Deserializer
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import CharField, F, Model, QuerySet, TextField
from django.db.models.functions import Collate
from django.db.models.options import Options

from unipact.errors import Finding, Invalid, Unavailable
from unipact.web.moving.manifest import Table

#: The models whose rows stay behind, and why. Every other model of every app is moved.
LEFT_BEHIND: Mapping[str, str] = {
    "contenttypes.contenttype": "`migrate` makes them; a row that refers to one names it in words",
    "auth.permission": "`migrate` makes them; a row that refers to one names it in words",
    "sessions.session": "everybody signs in again, as the signing key may be another one",
    "web.rate": "how much of a limit was used a moment ago",
}
#: A row may hold a document of megabytes: few at once keep the memory flat.
_ROWS_AT_ONCE = 10


class _Exact(DjangoJSONEncoder):
    """JSON that keeps the microseconds of a time; instants in UTC, whatever the database's zone."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return (o.astimezone(UTC) if o.tzinfo else o).isoformat()
        if isinstance(o, time):
            return o.isoformat()
        return super().default(o)


class _Rows(Serializer):
    """A line for each row, encoded at one go."""

    def end_object(self, obj: Any) -> None:
        self.stream.write(json.dumps(self.get_dump_object(obj), **self.json_kwargs) + "\n")
        self._current = None


class _Counted(io.TextIOBase):
    """A stream of lines that are hashed and counted on the way, and may lead nowhere."""

    def __init__(self, stream: BinaryIO | None) -> None:
        super().__init__()
        self._stream = stream
        self.digest = hashlib.sha256()
        self.rows = self.size = 0

    def write(self, line: str) -> int:
        data = line.encode()
        self.digest.update(data)
        self.size += len(data)
        self.rows += 1
        if self._stream is not None:
            self._stream.write(data)
        return len(line)


def moved_models() -> tuple[type[Model], ...]:
    """Every model whose rows are moved, with the tables that join two, by label."""
    found = {
        _of(each).label_lower: each
        for each in apps.get_models(include_auto_created=True)
        if _of(each).managed and not _of(each).proxy
    }
    return tuple(found[label] for label in sorted(found) if label not in LEFT_BEHIND)


def moved_label(model: type[Model]) -> str:
    """The name of a model in an archive, such as ``agreement.party``."""
    return _of(model).label_lower


def migrations_applied() -> Mapping[str, tuple[str, ...]]:
    """The migrations of the database, by app.

    Raises:
        Unavailable: some of this software's are not applied yet.
    """
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    if executor.migration_plan(graph.leaf_nodes()):
        finding = Finding("the database", "is of another release", "`unipact manage migrate` first")
        raise Unavailable("the database is not migrated", findings=[finding])
    applied = sorted(each for each in executor.loader.applied_migrations if each in graph.nodes)
    return {app: tuple(name for of, name in applied if of == app) for app, _ in applied}


@contextmanager
def one_moment() -> Iterator[None]:
    """Read all tables as they are at one moment; nobody who writes has to wait meanwhile."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    # Django would begin with the place of the one writer, which a reader of the log never needs.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def dump(model: type[Model], stream: BinaryIO | None = None) -> Table:
    """Write every row of ``model`` as a line, in the order of the keys; say what was written."""
    counted = _Counted(stream)
    fields = _of(model).local_fields
    in_words = any(
        each.related_model and _of(each.related_model).label_lower in LEFT_BEHIND for each in fields
    )
    _Rows().serialize(
        _in_order(model).iterator(chunk_size=_ROWS_AT_ONCE),
        stream=cast(IO[str], counted),
        fields=[each.name for each in fields],
        use_natural_foreign_keys=in_words,
        cls=_Exact,
        # PostgreSQL keeps the keys of a JSON object in an order of its own.
        sort_keys=True,
    )
    label = _of(model).label_lower
    return Table(
        name=f"records/{label}.jsonl",
        size=counted.size,
        sha256=counted.digest.hexdigest(),
        model=label,
        rows=counted.rows,
    )


def load(model: type[Model], lines: Iterable[bytes], where: str) -> None:
    """Insert the row of each line as it is: no default, no clock and no ``save`` of the model.

    Raises:
        Invalid: a line is no row of ``model``, or the database refuses it.
    """
    number = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal number
        for line in lines:
            number += 1
            yield _row(model, line)

    try:
        for each in Deserializer(rows()):
            each.save(save_m2m=False, force_insert=True)
    except (
        DeserializationError,
        DatabaseError,
        FieldDoesNotExist,
        TypeError,
        ValueError,
        OverflowError,
        RecursionError,
    ) as error:
        said = str(error).strip().partition("\n")[0][:200] or type(error).__name__
        finding = Finding(f"{where} line {number}", f"this cannot be a record: {said}")
        raise Invalid("the archive is wrong: nothing was changed", findings=[finding]) from error


def count_keys_on(models: Iterable[type[Model]]) -> None:
    """Let the next row of each table get a key after the greatest that was loaded."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)


def rows_held(model: type[Model]) -> int:
    """How many rows the table of ``model`` has."""
    return _all(model).count()


def dump_to(folder: Path, model: type[Model]) -> Table:
    """As ``dump``, into the file in ``folder`` that the archive's part is named after."""
    path = folder / f"records/{_of(model).label_lower}.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("xb") as stream:
        return dump(model, stream)


def _row(model: type[Model], line: bytes) -> dict[str, Any]:
    """The line as a row of ``model``, with all of its fields and no other."""
    said = json.loads(line)
    if not isinstance(said, dict) or said.keys() != {"model", "pk", "fields"}:
        raise ValueError("a record has model, pk and fields")
    if said["model"] != _of(model).label_lower or not isinstance(said["fields"], dict):
        raise ValueError(f"this is no {_of(model).label_lower}")
    wanted = {each.name for each in _of(model).local_fields if not each.primary_key}
    if odd := sorted(wanted ^ said["fields"].keys()):
        raise ValueError(f"fields are missing or unknown: {', '.join(odd)[:120]}")
    return said


def _in_order(model: type[Model]) -> QuerySet[Any]:
    key = _of(model).pk
    if not isinstance(key, CharField | TextField):
        return _all(model).order_by("pk")
    # The collation of a database would sort texts in its own language's order.
    plain = "C" if connection.vendor == "postgresql" else "BINARY"
    return _all(model).order_by(Collate(F(key.attname), plain))


def _all(model: type[Model]) -> QuerySet[Any]:
    """Every row; a model's own manager may hide some."""
    return model._base_manager.all()  # noqa: SLF001 - documented by Django


def _of(model: type[Model]) -> Options[Any]:
    return model._meta  # noqa: SLF001 - documented by Django
