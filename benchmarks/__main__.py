"""Run every benchmark beside its peer and write `benchmarks/results.json`.

A benchmark is a module of this folder with ``run() -> list[dict]``, or ``run(*, long)`` where the
full size takes minutes. Each row has:

``name``   what is compared;
``ours``   our figure, in ``unit``;
``peer``   the peer's figure, in the same unit;
``unit``   the unit of both;
``ratio``  above 1 where we are better, whatever the direction of the figure;
``note``   the peer and its version, the input, and what was left out.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results.json"
COLUMNS = ("name", "ours", "peer", "unit", "ratio", "note")
MEASURED_LIBRARIES = ("numpy", "duckdb", "pyarrow", "deltalake")

Row = Mapping[str, Any]


def checked(row: Row, module: str) -> dict[str, Any]:
    """Return a row as it is written.

    Raises:
        ValueError: a column is missing or unknown, a text is empty, or a number is not finite.
    """
    if set(row) != set(COLUMNS):
        raise ValueError(f"{module}: a row has the columns {', '.join(COLUMNS)}, not {list(row)}")
    for column in ("name", "unit", "note"):
        if not isinstance(row[column], str) or not row[column]:
            raise ValueError(f"{module}: {column} is a text, not {row[column]!r}")
    for column in ("ours", "peer", "ratio"):
        number = row[column]
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ValueError(f"{module}: {column} is a number, not {number!r}")
        if not math.isfinite(number):
            raise ValueError(f"{module}: {column} is finite, not {number!r}")
    return {column: row[column] for column in COLUMNS}


def benchmarks(only: Iterable[str] = ()) -> dict[str, Callable[..., list[Row]]]:
    """Return the `run` of each benchmark by its module's name; `only` chooses some.

    Raises:
        ValueError: a chosen name is no benchmark.
    """
    known = [path.stem for path in sorted(FOLDER.glob("*.py")) if _has_run(path)]
    chosen = list(only) or known
    for name in chosen:
        if name not in known:
            raise ValueError(f"{name} is no benchmark; there are {', '.join(known)}")
    return {name: importlib.import_module(f"benchmarks.{name}").run for name in chosen}


def _has_run(path: Path) -> bool:
    """Whether a file defines `run`; read, not imported: a peer's side runs elsewhere."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body)


def machine() -> dict[str, Any]:
    """Return what the figures depend on besides the code."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return {
        "cores": len(os.sched_getaffinity(0)),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in MEASURED_LIBRARIES},
        "commit": commit or None,
    }


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table of plain text."""
    lines = [["benchmark", "ours", "peer", "unit", "ratio"]]
    lines += [
        [
            row["name"],
            f"{row['ours']:.6g}",
            f"{row['peer']:.6g}",
            row["unit"],
            f"{row['ratio']:.3g}",
        ]
        for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in (1, 2, 4) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def measured(run: Callable[..., list[Row]], module: str, *, long: bool) -> list[dict[str, Any]]:
    """Run one benchmark; `long` is for those that take it."""
    takes_long = "long" in inspect.signature(run).parameters
    rows = run(long=long) if takes_long else run()
    return [checked(row, module) for row in rows]


def merged(
    before: Mapping[str, Any], rows: Iterable[Row], where: Mapping[str, Any]
) -> dict[str, Any]:
    """Return results with ``rows`` in the place of those of the same names, new ones at the end.

    ``machine`` stays that of the run of all benchmarks; ``since`` says, by benchmark, ``where``
    those ran that were measured again after it.
    """
    found = {row["name"]: dict(row) for row in before["results"]}
    found.update((row["name"], dict(row)) for row in rows)
    since = {**before.get("since", {}), **where}
    return {"results": list(found.values()), "machine": before["machine"], "since": since}


def main() -> int:
    """Run, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", help="names of benchmarks; all of them without")
    parser.add_argument("--long", action="store_true", help="full size")
    parser.add_argument(
        "--keep", action="store_true", help="put the rows of the chosen ones into results.json"
    )
    arguments = parser.parse_args()
    try:
        chosen = benchmarks(arguments.only)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    rows: list[dict[str, Any]] = []
    for name, run in chosen.items():
        print(f"{name} …", file=sys.stderr, flush=True)
        rows += measured(run, name, long=arguments.long)
    print(table(rows))
    if arguments.only and not arguments.keep:
        print("some were chosen, so results.json stays as it is (--keep)", file=sys.stderr)
        return 0
    document: dict[str, Any] = {"results": rows, "machine": machine()}
    if arguments.only:
        before = json.loads(RESULTS.read_text(encoding="utf-8"))
        document = merged(before, rows, dict.fromkeys(chosen, machine()))
    # Whole or not at all: an interrupted run keeps the results of the last one.
    unfinished = RESULTS.with_suffix(".json.tmp")
    unfinished.write_text(
        json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    unfinished.replace(RESULTS)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
