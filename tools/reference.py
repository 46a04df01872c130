"""Write `docs/reference/cli.md` from the commands, or with `--check` compare (`make docs`).

The page cannot say anything else than the commands do, because it is made from them.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reference/cli.md"
HEAD = """# Commands

Written by `make docs` from the commands themselves; `unipact COMMAND --help` says the same. What
the exit codes mean: [exit-codes.md](exit-codes.md). Each finding is one line on stderr.
"""


def commands() -> Iterator[tuple[str, Any]]:
    """Yield each command that runs, by its whole name, in the order of the alphabet."""
    import typer.main

    from unipact.cli import app

    def walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
        children = getattr(command, "commands", None)
        if children is None:
            yield name, command
            return
        for key in sorted(children):
            yield from walk(children[key], f"{name} {key}")

    yield from walk(typer.main.get_command(app), "unipact")


def _plain(text: str | None) -> str:
    """Return a help text as paragraphs of one line each."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text or ""))
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _cell(text: str) -> str:
    return _plain(text).replace("\n\n", " ").replace("|", "\\|")


def _default(parameter: Any) -> str:
    value = parameter.default
    if callable(value) or value in (None, False, (), ""):
        return ""
    return f"`{value}`"


def _section(name: str, command: Any) -> str:
    usage = [name]
    rows: list[str] = []
    for parameter in command.params:
        if getattr(parameter, "hidden", False):
            continue
        if parameter.param_type_name == "argument":
            shown = (parameter.metavar or parameter.name).upper()
            usage.append(shown)
            names = f"`{shown}`"
        else:
            names = ", ".join(f"`{each}`" for each in (*parameter.opts, *parameter.secondary_opts))
            if parameter.required:
                usage.append(f"{parameter.opts[0]} {parameter.name.upper()}")
        needed = "yes" if parameter.required else _default(parameter)
        rows.append(f"| {names} | {needed} | {_cell(getattr(parameter, 'help', '') or '')} |")
    options = " [OPTIONS]" if any("`--" in row for row in rows) else ""
    lines = [f"## {name}", "", _plain(command.help), "", "```", " ".join(usage) + options, "```"]
    if rows:
        lines += ["", "| | needed, or default | |", "|---|---|---|", *rows]
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return the whole page."""
    return HEAD + "".join(f"\n{_section(name, command)}" for name, command in commands())


def main() -> int:
    """Write the page, or say that the kept one differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    text = page()
    if check:
        kept = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
        if kept != text:
            print(f"{PAGE.relative_to(ROOT)} differs from the commands: make docs", file=sys.stderr)
            return 1
        return 0
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
