"""``unipact run``, ``evidence`` and ``verify``: the main job and the proof of what it found."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from unipact.agreement.formats.scope import KnownMetrics
from unipact.errors import Finding, Invalid
from unipact.exits import Exit

if TYPE_CHECKING:
    from unipact.installation.run import Run

_MOST_LINES = 20

File = Annotated[Path, typer.Argument(metavar="FILE", help="An agreement file (agreement.toml).")]
Home = Annotated[
    Path | None,
    typer.Option(help="Folder of the lake; UNIPACT_HOME or ./var unless named.", metavar="DIR"),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="The last day that counts. Unless named: the day in sources.toml, else the last day "
        "of the data. Never today.",
    ),
]
Language = Annotated[
    Literal["en", "zh"], typer.Option("--language", "-l", help="Language of the texts.")
]


def run(
    file: File,
    as_of: AsOf = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the run document (unipact-run/1).")
    ] = False,
    language: Language = "en",
    bundle: Annotated[
        Path | None,
        typer.Option(
            "--bundle",
            metavar="BUNDLE",
            help="Write the run into a signed bundle as well; for an example with published keys.",
        ),
    ] = None,
    home: Home = None,
) -> None:
    """Compute every commitment of an agreement, with evidence, status and forecast.

    The data that `sources.toml` beside FILE names are imported first (once). Run again at the
    same snapshot, the same bytes are printed, and the same bundle is written.
    """
    from unipact.agreement.engine.table import run_table
    from unipact.installation.run import run_file

    found = run_file(
        _installation(home), file, as_of=_day(as_of, "--as-of"), progress=_say_progress
    )
    if bundle is not None:
        _write_bundle(found, file, bundle)
    if as_json:
        sys.stdout.buffer.write(found.bytes)
    else:
        typer.echo(run_table(found.document, language=language))


def evidence(
    document: Annotated[
        Path, typer.Argument(metavar="RUN.json", help="What `unipact run --json` printed.")
    ],
    commitment: Annotated[str, typer.Argument(help="Id of a commitment.")],
    period: Annotated[str | None, typer.Option(help="Id of a period; the first unless named.")] = (
        None
    ),
    rows: Annotated[
        str | None, typer.Option(help="Print rows behind the value: the name of a set of rows.")
    ] = None,
    intervals: Annotated[
        bool, typer.Option("--intervals", help="Print the intervals that sum to the value.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows a page.")] = 100,
    cursor: Annotated[
        str | None, typer.Option(help="Where the page before this one ended.")
    ] = None,
    home: Home = None,
) -> None:
    """Show the evidence under one value: the document, or the rows and intervals behind it.

    Prints JSON. A page of rows ends with the `cursor` that asks for the next.
    """
    found = _evidence(document, commitment, period)
    if not rows and not intervals:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True))
        return
    evaluator = _installation(home).evaluator()
    if intervals:
        page = evaluator.evidence_intervals(found, cursor, limit)
    else:
        page = evaluator.evidence_rows(found, rows, cursor, limit)
    answer = {
        "set": page.set,
        "columns": [{"name": name, "type": kind} for name, kind in page.columns],
        "rows": page.rows,
        "cursor": page.cursor,
    }
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def verify(
    document: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A bundle, or what `unipact run --json` printed."),
    ],
    key: Annotated[
        list[Path] | None,
        typer.Option(
            "--key",
            metavar="PUB",
            help="Bundle: a party's .pub file, from that party; once for each.",
        ),
    ] = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full/--root",
            help="Bundle: every signature, rule and file, or a first look at hashes alone.",
        ),
    ] = True,
    seen: Annotated[
        Path | None,
        typer.Option(
            metavar="CHECKPOINT", help="Bundle: a checkpoint that you kept; it must go on from it."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Bundle: print the verdict.")] = False,
    agreement: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Run: the agreement; compares targets, states and reasons too."
        ),
    ] = None,
    home: Home = None,
) -> None:
    """Verify a bundle with both parties' public keys, or compute a run document again.

    A bundle is verified offline, trusting nobody: signatures, hashes, rules, files. It is refused
    with the entry that broke.

    Every value of a run document is computed again from the rows at its snapshot: values, row
    counts and digests are compared, and each value with its evidence. With --agreement the whole
    document is made again and compared, statuses and forecasts included.

    Exit 0: accepted, all is the same. Exit 1: not accepted, unreadable included; a line says why.
    """
    from unipact.installation.bundles import is_bundle, verify_file

    if key or is_bundle(document):
        verify_file(
            document,
            key or [],
            mode="full" if full else "root",
            seen=seen,
            as_json=as_json,
            shows_progress=sys.stderr.isatty(),
        )
        return
    from unipact.installation.verify import verify_values, verify_whole

    said = _document(document)
    installation = _installation(home)
    verdict = verify_values(installation, said)
    findings = verdict.findings
    if agreement is not None:
        findings += verify_whole(installation, said, agreement).findings
    for finding in findings[:_MOST_LINES]:
        print(f"unipact: {finding}", file=sys.stderr)
    if len(findings) > _MOST_LINES:
        print(f"unipact: and {len(findings) - _MOST_LINES} more", file=sys.stderr)
    if findings:
        raise typer.Exit(Exit.NOT_ACCEPTED)
    typer.echo(f"{verdict.values} values recomputed: every value, row count and digest is the same")
    if agreement is None:
        typer.echo("targets, states and reasons were not compared: add --agreement FILE")
    else:
        typer.echo("the whole document follows from the agreement and the rows")


def _write_bundle(found: Run, file: Path, bundle: Path) -> None:
    """Write the bundle whole or not at all."""
    from unipact.installation.signed import write_run_bundle

    beside = bundle.with_name(f".{bundle.name}.part")
    try:
        with beside.open("wb") as stream:
            digest = write_run_bundle(found, file, stream)
        beside.replace(bundle)
    finally:
        beside.unlink(missing_ok=True)
    print(f"unipact: {bundle}: bundle with sha256:{digest}", file=sys.stderr)


def known_metrics() -> KnownMetrics:
    """The metrics of the fields that run, for `unipact check`."""
    known: KnownMetrics = _installation(None).known_metrics
    return known


def _installation(home: Path | None) -> Any:
    from unipact.installation.home import Installation, home_folder

    return Installation((home or home_folder()).absolute())


def _say_progress(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line[:100]}", end="", file=sys.stderr, flush=True)
        if line.startswith("evaluating"):
            print(file=sys.stderr)


def _day(text: str | None, place: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        finding = Finding(place, f"{text!r} is no calendar day", "Write it as 2019-12-31.")
        raise Invalid("a day is wrong", findings=[finding]) from error


def _document(path: Path) -> dict[str, Any]:
    from unipact.agreement.formats.run_document import read_run

    return read_run(path)


def _evidence(path: Path, commitment: str, period: str | None) -> dict[str, Any]:
    for each in _document(path)["commitments"]:
        if each["id"] != commitment:
            continue
        for part in each["periods"]:
            if period in {None, part["id"]}:
                if part["evidence"] is None:
                    reason = part["reason"]["en"]
                    finding = Finding(f"{commitment} {part['id']}", f"has no evidence: {reason}")
                    raise Invalid("no evidence", findings=[finding])
                return dict(part["evidence"])
        raise Invalid("no such period", findings=[Finding(commitment, f"no period {period}")])
    raise Invalid("no such commitment", findings=[Finding(str(path), f"no {commitment}")])
