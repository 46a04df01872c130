"""``unipact tidy``: what a timer runs once a day."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from unipact.web.start import with_records


def tidy() -> None:
    """Delete what has had its time: sessions, limits, answers kept for retries, the cache.

    Run it once a day from a timer; as often as you like, beside a console that serves. Nothing that
    binds anybody is touched.
    """
    with_records("unipact.settings.production")
    from unipact.web.tidying import tidy as sweep

    swept = sweep(datetime.now(UTC))
    typer.echo(
        f"swept {swept.sessions} sessions, {swept.limits} limits, "
        f"{swept.answers} kept answers, {swept.cached} rows of the cache"
    )
