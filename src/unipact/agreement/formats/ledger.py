"""Transactions as others read them: a canonical document, plain text for beancount, and CSV.

References:
    RFC 8785 (JSON Canonicalization Scheme); the beancount language, version 3; RFC 4180 (CSV).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from unipact.agreement.engine.currencies import CURRENCIES
from unipact.agreement.engine.ledger import AccountKind, AccountName, Entry
from unipact.agreement.formats.canonical import canonical_bytes

TRANSACTION_FORMAT = "unipact-transaction/1"
CSV_COLUMNS = (
    *("number", "happened_on", "kind", "subject", "party", "recorded_by", "recorded_at"),
    *("field", "account", "amount", "unit", "reverses", "answer", "note", "sha256"),
)
# Every account is nominal; beancount wants one of its five roots before the name.
_ROOTS: dict[AccountKind, str] = {
    "given": "Income",
    "applied": "Expenses",
    "yielded": "Income",
    "received": "Assets",
}
# A spreadsheet takes a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True, slots=True)
class Exported:
    """An entry with what stands beside its document: its hash, its note, the other's answer."""

    entry: Entry
    sha256: str
    note: str = ""
    answer: str = ""
    reverses: int | None = None


def transaction_document(entry: Entry) -> bytes:
    """The canonical document of a transaction (RFC 8785): the same entry gives the same bytes.

    It holds no personal data. Amounts are plain decimal text, hashes ``sha256:`` and hexadecimal.
    """
    return canonical_bytes(
        {
            "format": TRANSACTION_FORMAT,
            "agreement": entry.agreement,
            "terms": f"sha256:{entry.terms_sha256}",
            "number": entry.number,
            "kind": entry.kind,
            "subject": entry.subject,
            "party": entry.party,
            "recorded_by": entry.recorded_by,
            "happened_on": entry.happened_on.isoformat(),
            "recorded_at": instant(entry.recorded_at),
            "reverses": entry.reverses and f"sha256:{entry.reverses}",
            "note": entry.note_sha256 and f"sha256:{entry.note_sha256}",
            "postings": [
                {
                    "party": each.account.party,
                    "field": each.account.field,
                    "account": each.account.kind,
                    "amount": each.amount,
                    "unit": each.account.unit,
                }
                for each in entry.postings
            ],
        }
    )


def note_sha256(salt: str, note: str) -> str:
    """The hash that stands for a note: nobody who only guesses the note can try it out."""
    return hashlib.sha256(f"{salt}{note}".encode()).hexdigest()


def instant(moment: datetime) -> str:
    """A time in UTC with all its microseconds: ``2019-06-25T01:02:03.000456Z``."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def beancount_text(exported: Sequence[Exported], *, title: str) -> str:
    """The transactions in the beancount language, which checks by itself that each sums to zero.

    Units that are no currency become commodities named ``UNIT-…``; the metadata ``unit`` of each
    says which.
    """
    names = _commodities(exported)
    lines = [f'option "title" "{_quoted(title)}"', ""]
    if exported:
        first = min(each.entry.happened_on for each in exported)
        for unit, name in names.items():
            lines += [f"{first} commodity {name}", f'  unit: "{unit}"']
        held: dict[str, set[str]] = {}
        for each in exported:
            for line in each.entry.postings:
                held.setdefault(_account(line.account), set()).add(names[line.account.unit])
        lines += [
            f"{first} open {account} {','.join(sorted(held[account]))}" for account in sorted(held)
        ]
    for each in exported:
        entry = each.entry
        lines += [
            "",
            f'{entry.happened_on} * "{entry.party}" "{entry.subject}"',
            f"  number: {entry.number}",
            f'  sha256: "{each.sha256}"',
        ]
        if each.note:
            lines.append(f'  note: "{_quoted(each.note)}"')
        lines += [
            f"  {_account(line.account)}  {line.amount} {names[line.account.unit]}"
            for line in entry.postings
        ]
    return "\n".join(lines) + "\n"


def csv_text(exported: Iterable[Exported]) -> str:
    """A line for each posting, under ``CSV_COLUMNS``; a note like a formula starts with ``'``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for each in exported:
        entry = each.entry
        note = f"'{each.note}" if each.note.startswith(_FORMULA) else each.note
        for line in entry.postings:
            writer.writerow(
                (
                    *(entry.number, entry.happened_on, entry.kind, entry.subject, entry.party),
                    *(entry.recorded_by, instant(entry.recorded_at)),
                    *(line.account.field, line.account.kind, line.amount, line.account.unit),
                    *(each.reverses or "", each.answer, note, each.sha256),
                )
            )
    return out.getvalue()


def _commodities(exported: Sequence[Exported]) -> dict[str, str]:
    """Unit → commodity, no two alike, in the order of the units."""
    units = sorted({line.account.unit for each in exported for line in each.entry.postings})
    names: dict[str, str] = {}
    for unit in units:
        plain = unit if unit in CURRENCIES else "UNIT-" + unit.upper().replace("/", "_")
        name, turn = plain, 1
        while name in names.values():
            turn += 1
            name = f"{plain}.{turn}"
        names[unit] = name
    return names


def _account(account: AccountName) -> str:
    parts = (account.party, account.field, account.kind)
    path = ":".join(part[0].upper() + part[1:] for part in parts)
    return f"{_ROOTS[account.kind]}:{path}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
