"""``unipact campus``: what the console shows, savings from files, the calibration behind them."""

from __future__ import annotations

import typer

from unipact.campus.commands.calibrate import calibrate
from unipact.campus.commands.savings import savings
from unipact.campus.commands.shown import buildings, meter, pool

app = typer.Typer(
    name="campus",
    no_args_is_help=True,
    help="Energy on a campus: what was saved, and how sure that is.",
)
app.command("buildings")(buildings)
app.command("pool")(pool)
app.command("meter")(meter)
app.command("savings")(savings)
app.command("calibrate")(calibrate)
