"""``unipact lake`` and ``unipact metrics``: what this installation holds, and what it can measure.

The command line puts the installation (its ``registry`` and ``lake``) into the context: analysis
does not know which fields run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unipact.errors import Finding, NotFound
from unipact.exits import Exit

if TYPE_CHECKING:
    from unipact.analysis.evaluation.held import Holding
    from unipact.analysis.registry import AnyMetric, Registry

app = typer.Typer()
lake = typer.Typer(no_args_is_help=True, help="The lake: its tables, their batches, their digests.")
metrics = typer.Typer(no_args_is_help=True, help="The metrics that the fields declare.")
app.add_typer(lake, name="lake", rich_help_panel="Fields and data")
app.add_typer(metrics, name="metrics", rich_help_panel="Fields and data")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@lake.command("ls")
def lake_ls(context: typer.Context, as_json: AsJson = False) -> None:
    """List the tables at the newest snapshot: version, rows, owner, visibility, digest."""
    snapshot = _held(context).lake.resolve()
    rows = [
        {
            "table": name,
            "version": state.version,
            "rows": state.rows,
            "owner": ", ".join(sorted({each.owner for each in state.entries})),
            "visibility": ", ".join(sorted({each.visibility for each in state.entries})),
            "digest": state.digest,
        }
        for name, state in sorted(snapshot.tables.items())
    ]
    if as_json:
        _json({"snapshot": snapshot.id, "tables": rows})
        return
    _table(rows)
    typer.echo(f"snapshot {snapshot.id}")


@lake.command("describe")
def lake_describe(
    context: typer.Context,
    table: Annotated[str, typer.Argument(help="Name of a table, as `unipact lake ls` lists it.")],
    as_json: AsJson = False,
) -> None:
    """Show a table: columns with types and units, key, and whose batches it holds."""
    held = _held(context)
    declared = held.lake.describe(table)
    state = held.lake.resolve().tables.get(table)
    columns = [
        {
            "column": each.name,
            "type": str(each.type),
            "unit": declared.units.get(each.name, ""),
            "key": "key" if each.name in declared.key else "",
        }
        for each in declared.schema
    ]
    batches = [
        {
            "batch": each.batch_key,
            "rows": each.rows,
            "owner": each.owner,
            "visibility": each.visibility,
            "licence": each.licence.en,
            "attribution": each.attribution.en,
        }
        for each in (state.entries if state else ())
    ]
    if as_json:
        label, said = asdict(declared.label), asdict(declared.description)
        _json({"table": table, "label": label, "description": said, "columns": columns,
               "batches": batches})  # fmt: skip
        return
    typer.echo(f"{table}  {declared.label.en} / {declared.label.zh}\n{declared.description.en}\n")
    _table(columns)
    for each in batches:
        typer.echo(f"\n{each['batch']}\n  {each['rows']:,} rows, of {each['owner']}, "
                   f"{each['visibility']}, {each['licence']}\n  {each['attribution']}")  # fmt: skip


@lake.command("verify")
def lake_verify(context: typer.Context) -> None:
    """Read every file again and compare its rows with the digests that were published.

    Exit 0 when all are the same, 1 with a line for each batch that is not.
    """
    held = _held(context).lake
    snapshot = held.resolve()
    findings = held.verify(snapshot)
    for finding in findings:
        typer.echo(f"unipact: {finding}", err=True)
    if findings:
        raise typer.Exit(Exit.NOT_ACCEPTED)
    typer.echo(f"{len(snapshot.tables)} tables verified: every digest is the same")


@metrics.command("ls")
def metrics_ls(context: typer.Context, as_json: AsJson = False) -> None:
    """List the metrics that a commitment can bind, with their units."""
    rows = [
        {
            "metric": f"{each.name}@{each.version}",
            "unit": each.unit,
            "decimals": each.decimals,
            "direction": each.direction or "",
            "label": f"{each.label.en} / {each.label.zh}",
        }
        for _, each in sorted(_held(context).registry.metrics.items())
    ]
    if as_json:
        _json({"metrics": rows})
    else:
        _table(rows)


@metrics.command("show")
def metrics_show(
    context: typer.Context,
    metric: Annotated[str, typer.Argument(help="name@version, as `unipact metrics ls` lists it.")],
    as_json: AsJson = False,
) -> None:
    """Show what a metric means: definition, source, parameters, tables, and its digest."""
    held = _held(context)
    said = _said(held.registry, _metric(held.registry, metric))
    if as_json:
        _json(said)
        return
    for name, value in said.items():
        typer.echo(f"{name:<14} {value if isinstance(value, str) else json.dumps(value)}")


def _held(context: typer.Context) -> Holding:
    held: Holding = context.find_root().obj
    return held


def _metric(registry: Registry, reference: str) -> AnyMetric:
    name, _, version = reference.partition("@")
    for (known, number), metric in registry.metrics.items():
        if known == name and version in {"", str(number)}:
            return metric
    mend = "`unipact metrics ls` lists them."
    raise NotFound("no such metric", findings=[Finding(reference, "is no metric that runs", mend)])


def _said(registry: Registry, metric: AnyMetric) -> dict[str, Any]:
    from unipact.analysis.evaluation.compiler import Compiler

    return {
        "metric": f"{metric.name}@{metric.version}",
        "sha256": Compiler(registry).sha256(metric),
        "label": f"{metric.label.en} / {metric.label.zh}",
        "description": metric.description.en,
        "description_zh": metric.description.zh,
        "unit": metric.unit,
        "decimals": str(metric.decimals),
        "direction": metric.direction or "",
        "grain": metric.grain,
        "source": metric.source,
        "tables": list(metric.tables),
        "parameters": [
            f"{each.name} ({each.type}{', required' if each.required else ''})"
            for each in metric.parameters
        ],
    }


def _json(document: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        typer.echo("nothing yet: `unipact run FILE` imports what stands behind an agreement")
        return
    names = list(rows[0])
    texts = [[f"{row[name]:,}" if isinstance(row[name], int) else str(row[name]) for name in names]
             for row in rows]  # fmt: skip
    widths = [max(map(len, column)) for column in zip(names, *texts, strict=True)]
    for line in [names, *texts]:
        typer.echo("  ".join(map(str.ljust, line, widths)).rstrip())
