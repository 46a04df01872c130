"""The history of a commitment's period as a picture: what the chart on the page draws.

Decimals become floats here, and only here: a picture needs no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from unipact.agreement.queries.wording import unit_name


def history_chart(commitment: Mapping[str, Any], period: Mapping[str, Any]) -> dict[str, Any]:
    """The chart's data, in percent where the unit is a share; empty where nothing was measured.

    Days are the last days that a value covers, as people read them.
    """
    if not period["series"]:
        return {}
    scale = 100.0 if commitment["unit"] in {"share", "1"} else 1.0
    unit = "%" if scale == 100.0 else unit_name(commitment["unit"])

    def shown(value: str | None) -> float | None:
        return None if value is None else round(float(value) * scale, 6)

    forecast, interval = period["forecast"], period["interval"]
    until = _last(period["until"])
    measured = [
        [_last(step["until"]), shown(step["cumulative"]), shown(step["value"])]
        for step in period["series"]
    ]
    now = [_last(period["measured_until"] or period["series"][-1]["until"]), shown(period["value"])]
    return {
        "kind": "history",
        "unit": unit,
        "start": period["from"],
        "end": max(until, period["due"]),
        "measured": measured,
        "now": now,
        "interval": interval and [shown(interval["low"]), shown(interval["high"])],
        "target": shown(period["target"]),
        "fan": forecast
        and [
            [_last(step["until"]), shown(step["low"]), shown(step["middle"]), shown(step["high"])]
            for step in forecast["fan"]
        ],
        "burn": forecast and [now, [until, shown(forecast["burn"])]],
        "words": {
            "measured": _("Since the period began"),
            "step": _("Each interval alone"),
            "target": _("Target"),
            "interval": _("Measurement interval"),
            "fan": _("Forecast interval"),
            "middle": _("Forecast (median)"),
            "burn": _("Straight burn line"),
            "today": _("As of"),
        },
    }


def _last(until: str) -> str:
    return (date.fromisoformat(until) - timedelta(days=1)).isoformat()
