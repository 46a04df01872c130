"""``unipact campus buildings``, ``pool`` and ``meter``: what the console shows of the campus."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from unipact.analysis.evaluation.session import Session
    from unipact.campus.queries import Windows

Run = Annotated[
    Path,
    typer.Argument(
        metavar="RUN.json",
        help="What `unipact run --json` printed: its windows and its snapshot count.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print all of it, as the API answers.")]
Language = Annotated[
    Literal["en", "zh"], typer.Option("--language", "-l", help="Language of the texts.")
]


def buildings(
    context: typer.Context, document: Run, as_json: AsJson = False, language: Language = "en"
) -> None:
    """List the buildings: energy and coverage of 52 weeks, the smallest saving that would show."""
    from unipact.campus import queries
    from unipact.campus.commands.shown_table import buildings_table
    from unipact.campus.queries.documents import buildings_document

    with _read(context, document) as (session, windows):
        rows = queries.buildings_shown(session, windows)
        detectable = queries.detectable_shown(session, windows)
    said = buildings_document(rows, detectable, windows)
    _print(said, buildings_table(said, language), as_json=as_json)


def pool(
    context: typer.Context, document: Run, as_json: AsJson = False, language: Language = "en"
) -> None:
    """Show what all meters together saved, month by month, and what could be detected at all."""
    from unipact.campus import queries
    from unipact.campus.commands.shown_table import statement_table
    from unipact.campus.queries.documents import pool_document

    with _read(context, document) as (session, windows):
        shown = queries.pool_shown(session, windows)
    said = pool_document(shown, windows)
    _print(said, statement_table(said, language), as_json=as_json)


def meter(
    context: typer.Context,
    document: Run,
    building: Annotated[str, typer.Argument(help="Id of a building.")],
    as_json: AsJson = False,
    language: Language = "en",
) -> None:
    """Show what one building's electricity meter saved; as JSON with days, weather and load."""
    from unipact.campus import queries
    from unipact.campus.commands.shown_table import statement_table
    from unipact.campus.queries.documents import meter_document

    with _read(context, document) as (session, windows):
        shown = queries.meter_shown(session, windows, building)
    said = meter_document(shown, windows)
    _print(said, statement_table(said, language), as_json=as_json)


@contextmanager
def _read(context: typer.Context, path: Path) -> Iterator[tuple[Session, Windows]]:
    """Open the lake at the snapshot of a run document."""
    from unipact.agreement.formats.run_document import read_run
    from unipact.campus.lake import session_at, snapshot_shown
    from unipact.campus.queries import windows_of

    document = read_run(path)
    holding = context.find_root().obj
    with session_at(holding, snapshot_shown(holding, document)) as session:
        yield session, windows_of(document)


def _print(said: dict[str, Any], table: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        typer.echo(table)
