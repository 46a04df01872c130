"""``unipact demo``, ``serve``, ``manage`` and ``agreement``: the console from the command line."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from unipact.agreement.roles import Role
from unipact.errors import Finding, Invalid
from unipact.web.port import require_free
from unipact.web.start import let_go_of_records, with_django, with_records

app = typer.Typer(no_args_is_help=True, help="The agreements that the console holds.")

#: The demo is evaluated at an earlier day too, so that the home page can say what changed.
_EARLIER = timedelta(days=92)

Port = Annotated[int, typer.Option(min=1, max=65535, help="Port of 127.0.0.1 to listen on.")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Processes that answer requests.")]


def demo(
    example: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the example to load.")
    ] = Path("examples/usst-huawei-2019"),
    port: Port = 8000,
    workers: Workers = 2,
    prepare_only: Annotated[
        bool, typer.Option("--prepare-only", help="Load and evaluate, but do not serve.")
    ] = False,
) -> None:
    """Load the example agreement, compute it on its data and serve the console on this machine.

    Everybody who reaches the port can sign in as any of the demo's accounts, so it listens on
    127.0.0.1 only. Started again, it evaluates nothing that was evaluated before.
    """
    if not prepare_only:
        require_free(port)
    with_django("unipact.settings.demo")
    from django.core.management import call_command

    from unipact.web.demo import demo_accounts_create
    from unipact.web.demo_ledger import demo_ledger_fill
    from unipact.web.demo_log import demo_consultation_begin, demo_log_found

    path = example / "agreement.toml"
    if not path.is_file():
        finding = Finding(str(path), "there is no such file", "Name the folder: --example DIR.")
        raise Invalid("no example", findings=[finding])
    typer.echo("1/4 preparing the database")
    call_command("migrate", interactive=False, verbosity=0)
    typer.echo(f"2/4 importing {path}")
    slug = _import(path.read_bytes(), in_force=True).agreement.slug
    typer.echo("3/4 importing the data and evaluating every commitment")
    latest = _evaluate_once(path, None)
    _evaluate_once(path, latest - _EARLIER)
    demo_accounts_create()
    # Founded first, so that what the ledger is filled with becomes entries of the log.
    is_founded = demo_log_found(example, slug)
    demo_ledger_fill(example, slug)
    if is_founded:
        demo_consultation_begin(example, slug, now=datetime.now(UTC))
    if prepare_only:
        typer.echo(f"4/4 {slug} is ready; `unipact demo` serves it")
        return
    typer.echo(
        f"4/4 serving {slug}: open http://127.0.0.1:{port} and choose an account (Ctrl-C ends)"
    )
    _serve_afresh(port, workers)


def serve(port: Port = 8000, workers: Workers = 2) -> None:
    """Serve the console of this installation on 127.0.0.1, behind a proxy that ends TLS.

    Settings come from DJANGO_SETTINGS_MODULE (unipact.settings.production unless set) and the
    environment variables in docs/reference/settings.md. `unipact manage migrate` comes first.
    """
    require_free(port)
    with_records("unipact.settings.production")
    let_go_of_records()
    _listen(port, workers)


def manage(context: typer.Context) -> None:
    """Run a command of Django's own: `unipact manage migrate`, `unipact manage createsuperuser`."""
    with_django("unipact.settings.production")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    if context.args[:1] == ["migrate"]:
        # The first command of a new installation.
        Path(settings.UNIPACT_HOME).mkdir(parents=True, exist_ok=True)
    execute_from_command_line(["unipact manage", *context.args])


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An agreement file.")],
    in_force: Annotated[
        bool, typer.Option("--in-force", help="It was signed before and binds; else a draft.")
    ] = False,
) -> None:
    """Keep an agreement file in the console, byte for byte, as a new version.

    The same file again changes nothing; another file for a version that is there is refused. The
    pages show the version in force; a draft stands under Versions only.
    """
    with_records("unipact.settings.production")
    kept = _import(_bytes(file), in_force=in_force)
    typer.echo(f"{kept} is in the console: sha256:{kept.sha256}")


@app.command("export")
def export_file(
    agreement: Annotated[str, typer.Argument(help="Id of an agreement.")],
    version: Annotated[int | None, typer.Option(help="Number; the newest unless named.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; standard output unless named.")
    ] = None,
) -> None:
    """Give back an agreement file, the very bytes that were imported."""
    with_records("unipact.settings.production")
    from unipact.agreement.queries.terms import version_named
    from unipact.agreement.services import agreement_export

    data = agreement_export(actor=None, version=version_named(agreement, version))
    if out is None:
        sys.stdout.buffer.write(data)
    else:
        _write(out, data)
        typer.echo(f"{out}: {len(data)} bytes, as imported")


@app.command("report")
def write_report(
    agreement: Annotated[str, typer.Argument(help="Id of an agreement.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to; replaced when it is there.")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Day of the evaluation to report.")
    ] = None,
    year: Annotated[
        int | None, typer.Option(min=1, max=9999, help="Its latest evaluation; else the latest.")
    ] = None,
    language: Annotated[
        Literal["en", "zh"],
        typer.Option("--language", "-l", help="Language of the texts; JSON holds both."),
    ] = "en",
    form: Annotated[
        Literal["html", "pdf", "json"], typer.Option("--format", help="What to write.")
    ] = "pdf",
) -> None:
    """Write the annual report of an agreement, as the console shows it.

    The HTML is one file that opens without the console. JSON is described by
    `unipact schema report`. The same evaluations give the same report, for either party.
    """
    with_records("unipact.settings.production")
    from unipact.agreement.queries.report.edition import edition_named
    from unipact.agreement.queries.report.form import report_json
    from unipact.agreement.queries.report.pages import report_html
    from unipact.agreement.queries.report.pdf import report_pdf
    from unipact.web.lake import attributions

    edition = edition_named(agreement, as_of=_day(as_of), year=year)
    if form == "json":
        data = report_json(edition)
    else:
        make = report_html if form == "html" else report_pdf
        data = make(edition, language, attributions())
    _write(out, data)
    typer.echo(f"{out}: the report of {edition.year} as of {edition.as_of}, {len(data)} bytes")


@app.command("ls")
def list_versions() -> None:
    """List the agreements, their versions, states and last evaluations."""
    with_records("unipact.settings.production")
    from unipact.agreement.queries.terms import versions_kept

    kept = versions_kept()
    if not kept:
        typer.echo("no agreement yet: `unipact agreement import FILE`")
    for each in kept:
        evaluated = f"evaluated as of {each.evaluated_on}" if each.evaluated_on else "not evaluated"
        typer.echo(f"{each.agreement}  version {each.n}  sha256:{each.sha256}  {evaluated}")


@app.command("member")
def grant_membership(
    username: Annotated[str, typer.Argument(help="Name that the person signs in with.")],
    party: Annotated[str, typer.Option(help="Id of the party that the person acts for.")],
    role: Annotated[Role, typer.Option(help="What the person may do.")],
) -> None:
    """Let a person act for a party; `unipact manage changepassword NAME` opens the account."""
    with_records("unipact.settings.production")
    from unipact.agreement.services import membership_grant

    membership_grant(username=username, party=party, role=role, now=datetime.now(UTC))
    typer.echo(f"{username} acts for {party} as {role.value}")


@app.command("evaluate")
def evaluate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An agreement file in the console.")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The last day that counts.")
    ] = None,
) -> None:
    """Evaluate an agreement and keep the run document for the console's pages."""
    with_records("unipact.settings.production")
    typer.echo(f"evaluated as of {_evaluate(file, _day(as_of))}")


def _day(as_of: str | None) -> date | None:
    try:
        return date.fromisoformat(as_of) if as_of else None
    except ValueError as error:
        finding = Finding("--as-of", f"{as_of!r} is no calendar day", "Write it as 2019-12-31.")
        raise Invalid("a day is wrong", findings=[finding]) from error


def _write(out: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside its place, and moved there once it is on disk.

    Raises:
        Invalid: it cannot be written there; what stood there is untouched.
    """
    beside = out.with_name(f".{out.name}.part")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(out)
    except OSError as error:
        beside.unlink(missing_ok=True)
        finding = Finding(str(out), error.strerror or "it cannot be written")
        raise Invalid("the file was not written", findings=[finding]) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        finding = Finding(str(path), error.strerror or "it cannot be read")
        raise Invalid("no agreement file", findings=[finding]) from error


def _import(content: bytes, *, in_force: bool) -> Any:
    from unipact.agreement.services import agreement_import

    return agreement_import(
        actor=None,
        content=content,
        now=datetime.now(UTC),
        state="in_force" if in_force else "draft",
    )


def _evaluate_once(path: Path, as_of: date | None) -> date:
    """As ``_evaluate``, unless the day was evaluated at what the lake holds now."""
    from django.conf import settings

    from unipact.agreement.queries.terms import is_evaluated, version_named
    from unipact.installation import Installation
    from unipact.installation.run import last_day, read_file
    from unipact.installation.sources import sources_beside

    joined = Installation(settings.UNIPACT_HOME)
    agreement = read_file(joined, path).agreement
    sources = sources_beside(path)
    if sources:
        joined.load(sources.imports)
    day = as_of or (sources.as_of if sources else last_day(joined))
    source = joined.evaluator()
    version = version_named(agreement.id, agreement.version)
    if day and is_evaluated(version, day, source.snapshot.id, source.software):
        typer.echo(f"    as of {day}: evaluated before")
        return day
    day = _evaluate(path, as_of)
    typer.echo(f"    as of {day}: evaluated")
    return day


def _evaluate(path: Path, as_of: date | None) -> date:
    """Run the file, keep the document with its version, and say the day that counted."""
    from django.conf import settings

    from unipact.agreement.queries.terms import version_named
    from unipact.agreement.services import evaluation_record
    from unipact.installation import Installation, run_file

    found = run_file(Installation(settings.UNIPACT_HOME), path, as_of=as_of)
    agreement = found.file.agreement
    evaluation = evaluation_record(
        actor=None,
        version=version_named(agreement.id, agreement.version),
        document=found.bytes,
        now=datetime.now(UTC),
    )
    day: date = evaluation.as_of
    return day


def _serve_afresh(port: int, workers: int) -> None:
    """Become `unipact serve`, with the same settings.

    The server forks its workers, and what has just read the lake holds threads that no fork
    survives: pages over the lake would answer nothing.
    """
    sys.stdout.flush()
    run = "from unipact.cli import main; main()"
    arguments = ["serve", "--port", str(port), "--workers", str(workers)]
    os.execv(sys.executable, [sys.executable, "-c", run, *arguments])  # noqa: S606


def _listen(port: int, workers: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    # WSGI: every view is synchronous. A worker that does not stop in time is killed; one that died
    # is replaced. One that dies again within seconds ends the server: its supervisor must know.
    Granian(
        "unipact.web.wsgi:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        workers_kill_timeout=3,
        respawn_failed_workers=True,
    ).serve()
