"""The charts of the campus's pages: numbers and words for the script that draws them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from unipact.campus import queries


def statement_chart(statement: queries.SavingsStatement) -> dict[str, Any]:
    """Cumulative avoided energy with its band, month by month, in MWh."""
    if not statement.months:
        return {}
    return {
        "kind": "statement",
        "unit": "MWh",
        "rows": [
            [
                (month.span.until - timedelta(days=1)).isoformat(),
                round(month.avoided_kwh / 1000, 3),
                round(month.cumulative_kwh / 1000, 3),
                round(month.low_kwh / 1000, 3),
                round(month.high_kwh / 1000, 3),
            ]
            for month in statement.months
        ],
        "words": {
            "month": _("Avoided in the month"),
            "cumulative": _("Avoided since the beginning"),
            "band": _("Interval"),
        },
    }


def days_chart(days: Sequence[queries.MeterDay]) -> dict[str, Any]:
    """What was used and expected on each day."""
    return {
        "kind": "intervals",
        "unit": "kWh",
        "rows": [
            [each.day.isoformat(), each.observed_kwh, each.expected_kwh, each.avoided_kwh]
            for each in days
        ],
        "words": {
            "observed": _("Observed"),
            "expected": _("Expected from the baseline"),
            "avoided": _("Avoided"),
        },
    }


def scatter_chart(scatter: queries.TemperatureScatter) -> dict[str, Any]:
    """Energy of each day against its temperature, with the model's lines."""

    def of(*, is_weekend: bool) -> list[list[float]]:
        return [
            [round(each.temp_c, 2), round(each.kwh, 1)]
            for each in scatter.days
            if each.is_weekend is is_weekend
        ]

    return {
        "kind": "scatter",
        "unit": "kWh",
        "workdays": of(is_weekend=False),
        "weekends": of(is_weekend=True),
        "workday_line": [list(each) for each in scatter.workday_line],
        "weekend_line": [list(each) for each in scatter.weekend_line],
        "words": {
            "workdays": _("Workdays"),
            "weekends": _("Weekends"),
            "workday_line": _("Model, workdays"),
            "weekend_line": _("Model, weekends"),
        },
    }


def heat_chart(heat: queries.HeatMap) -> dict[str, Any]:
    """The mean load of each hour of the week; nothing where nothing was measured."""
    if not heat.cells:
        return {}
    days = [
        pgettext("weekday", "Mon"),
        pgettext("weekday", "Tue"),
        pgettext("weekday", "Wed"),
        pgettext("weekday", "Thu"),
        pgettext("weekday", "Fri"),
        pgettext("weekday", "Sat"),
        pgettext("weekday", "Sun"),
    ]
    means = [each.mean_kwh for each in heat.cells]
    return {
        "kind": "heat",
        "unit": "kWh",
        "days": days,
        "hours": list(range(24)),
        "cells": [[each.hour, each.weekday, round(each.mean_kwh, 1)] for each in heat.cells],
        "low": round(min(means), 1),
        "high": round(max(means), 1),
    }
