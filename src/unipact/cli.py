"""``unipact``: the command line, one group an app, and the commands of the whole.

Each error of ours ends a command with one line a finding on stderr and the exit code of
``unipact.exits``.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import typer

from unipact import __version__
from unipact.agreement import commands as agreement
from unipact.errors import UnipactError
from unipact.exits import Exit, exit_for
from unipact.installation import commands as installation
from unipact.installation.home import FIELDS, Installation, home_folder
from unipact.web import bundle_commands as bundles
from unipact.web import commands as console
from unipact.web import consult_commands as consult
from unipact.web import installation_commands as moving
from unipact.web import leave_commands as leaving
from unipact.web import ledger_commands as ledger
from unipact.web import log_commands as log
from unipact.web import people_commands as people
from unipact.web import remind_commands as reminding
from unipact.web import tidy_commands as tidying
from unipact.web import token_commands as tokens

app = typer.Typer(
    name="unipact",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "A framework agreement between a university and an enterprise that you can run.\n\n"
        "Start with `unipact check FILE`, then `unipact run FILE`; `unipact demo` serves the "
        "console. Data lie in the folder UNIPACT_HOME (./var unless set).\n\n"
        "Exit codes: 0 done, 1 a verdict asked for is negative, 2 wrong usage or bad input, "
        "3 refused by a rule."
    ),
)

_INTERRUPTED = 130
_FILE = "Agreement files"
_RUN = "Evaluation"
_LOG = "Consultation and its log"
_CONSOLE = "Console"
_APPS = "Fields and data"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"unipact {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and end."
    ),
) -> None:
    """Hand every command the installation that it runs in."""
    context.obj = Installation(home_folder())


app.command("check", rich_help_panel=_FILE)(agreement.checker(installation.known_metrics))
app.command("fmt", rich_help_panel=_FILE)(agreement.fmt)
app.command("schema", rich_help_panel=_FILE)(agreement.schema)
app.add_typer(agreement.key, name="key", rich_help_panel=_LOG)
app.command("sign", rich_help_panel=_LOG)(agreement.sign)
app.command("cosign", rich_help_panel=_LOG)(agreement.cosign)
app.add_typer(consult.app, name="consult", rich_help_panel=_LOG)
log.app.command("rebuild")(bundles.rebuild)
log.app.command("reseal")(bundles.reseal)
app.add_typer(log.app, name="log", rich_help_panel=_LOG)
app.command("deadlines", rich_help_panel=_LOG)(reminding.deadlines)
app.command("bundle", rich_help_panel=_LOG)(bundles.bundle)
app.command("leave", rich_help_panel=_LOG)(leaving.leave)
app.command("restore", rich_help_panel=_LOG)(bundles.restore)
app.command("run", rich_help_panel=_RUN)(installation.run)
app.command("evidence", rich_help_panel=_RUN)(installation.evidence)
app.command("verify", rich_help_panel=_RUN)(installation.verify)
app.command("demo", rich_help_panel=_CONSOLE)(console.demo)
app.command("serve", rich_help_panel=_CONSOLE)(console.serve)
app.command(
    "manage",
    rich_help_panel=_CONSOLE,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)(console.manage)
app.command("tidy", rich_help_panel=_CONSOLE)(tidying.tidy)
app.command("remind", rich_help_panel=_CONSOLE)(reminding.remind)
app.add_typer(console.app, name="agreement", rich_help_panel=_CONSOLE)
app.add_typer(ledger.app, name="ledger", rich_help_panel=_CONSOLE)
app.add_typer(people.app, name="people", rich_help_panel=_CONSOLE)
app.add_typer(tokens.app, name="token", rich_help_panel=_CONSOLE)
app.add_typer(moving.app, name="installation", rich_help_panel=_CONSOLE)
for _field in FIELDS:
    _manifest = import_module(_field).FIELD
    if _manifest.cli:
        _module, _, _attribute = _manifest.cli.partition(":")
        app.add_typer(getattr(import_module(_module), _attribute), rich_help_panel=_APPS)


def main() -> None:
    """Run the command line; ends the process with an exit code of ``unipact.exits``."""
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except UnipactError as error:
        for finding in error.findings or (error.message,):
            _say(str(finding))
        sys.exit(exit_for(error))
    except typer.TyperException as error:
        sys.exit(_usage(error))
    except typer.Abort:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away, as `head` does.
        sys.stderr.close()
        os._exit(Exit.OK)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _say(f"{place}{error.strerror or error}")
        # What was named can be mended by naming another; a full disk cannot.
        sys.exit(Exit.INVALID if error.filename else Exit.NOT_ACCEPTED)
    sys.exit(code or Exit.OK)


def _usage(error: typer.TyperException) -> Exit:
    """Say in one line what is wrong with the arguments."""
    text = getattr(error, "format_message", error.__str__)()
    # A bare group has no message: its help was printed.
    if text:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "unipact"
        _say(f"{text.rstrip('.')}. See `{command} --help`.")
    return Exit.INVALID


def _say(line: str) -> None:
    print(f"unipact: {line}", file=sys.stderr)
