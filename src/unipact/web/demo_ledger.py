"""The demo's ledger: the example's made-up records, recorded and answered by the services."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings

from unipact.agreement.queries.ledger import exported
from unipact.agreement.services import (
    benefit_record,
    contribution_record,
    transaction_acknowledge,
    transaction_contest,
    transaction_reverse,
    valuation_state,
)
from unipact.errors import Finding, Invalid, NotPermitted

FILE_NAME = "ledger.csv"
_COLUMNS = ("act", "party", "subject", "amount", "unit", "on", "recorded_on", "note")


def demo_ledger_fill(folder: Path, agreement: str) -> int:
    """Record what ``ledger.csv`` beside the example says; nothing where anything is recorded.

    Each line is an act of a party on the day ``recorded_on``; ``subject`` is a contribution, a
    benefit, or the number of a record. Returns how many lines were acted upon.

    Raises:
        NotPermitted: this installation is no demo: the records are made up.
        Invalid: a line is wrong; nothing after it is recorded.
    """
    if not settings.UNIPACT_DEMO:
        raise NotPermitted("made-up records are loaded on the demo only")
    path = folder / FILE_NAME
    if not path.is_file() or exported(agreement, None):
        return 0
    lines = [
        line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    rows = csv.DictReader(lines)
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        finding = Finding(FILE_NAME, f"its columns are not {', '.join(_COLUMNS)}")
        raise Invalid("the example's ledger is wrong", findings=[finding])
    done = 0
    for row in rows:
        _act(agreement, row)
        done += 1
    return done


def _act(agreement: str, row: Mapping[str, str]) -> None:
    recorded_on = date.fromisoformat(row["recorded_on"])
    given: dict[str, Any] = {
        "actor": None,
        "agreement": agreement,
        "party": row["party"],
        "now": datetime.combine(recorded_on, time(2), UTC),
    }
    subject, note = row["subject"], row["note"]
    match row["act"]:
        case "given":
            contribution_record(
                contribution=subject,
                amount=row["amount"],
                happened_on=date.fromisoformat(row["on"]),
                note=note,
                **given,
            )
        case "received":
            benefit_record(
                benefit=subject,
                amount=row["amount"],
                unit=row["unit"],
                happened_on=date.fromisoformat(row["on"]),
                note=note,
                **given,
            )
        case "valued":
            valuation_state(
                contribution=subject,
                amount=row["amount"],
                currency=row["unit"],
                from_on=date.fromisoformat(row["on"]),
                reason=note,
                **given,
            )
        case "acknowledged":
            transaction_acknowledge(number=int(subject), **given)
        case "contested":
            transaction_contest(number=int(subject), reason=note, **given)
        case "taken-back":
            transaction_reverse(number=int(subject), reason=note, **given)
        case other:
            finding = Finding(FILE_NAME, f"{other!r} is no act")
            raise Invalid("the example's ledger is wrong", findings=[finding])
