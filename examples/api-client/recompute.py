"""Recompute a value of an agreement from its rows, over the API, trusting nothing but arithmetic.

    export UNIPACT_URL=http://127.0.0.1:8000 UNIPACT_TOKEN=unipact_…
    python examples/api-client/recompute.py AGREEMENT COMMITMENT

It fits commitments whose value is a sum of electricity: their unit is kWh, and the example has
`campus-electricity-ceiling`. Shares, counts and carbon are more than a sum of their rows;
`unipact verify` computes every value again, by its own metric.

Python 3.11 or later and nothing else. The token needs the purpose `verification`. Exit 0: the sum
of the rows is the value of the commitment; 1: it is not; 2: it could not be asked, or is no sum.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

URL = os.environ.get("UNIPACT_URL", "http://127.0.0.1:8000").rstrip("/")
TOKEN = os.environ.get("UNIPACT_TOKEN", "")


def get(path: str, **question: str) -> Any:
    """Ask for something; a problem of RFC 9457 ends the program with what it says."""
    address = f"{URL}/api/v1{path}"
    if question:
        address += "?" + urllib.parse.urlencode(question)
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {TOKEN}"})
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        problem = json.load(refusal)
        print(f"{problem['title']} ({problem['type']}): {problem['detail']}", file=sys.stderr)
        for each in problem.get("errors", ()):
            print(f"  {each['where']}: {each['what']} {each['mend']}".rstrip(), file=sys.stderr)
    except urllib.error.URLError as error:
        print(f"{URL} cannot be reached: {error.reason}", file=sys.stderr)
    raise SystemExit(2)


def rows(evidence: str) -> Iterator[dict[str, Any]]:
    """Yield every row behind a piece of evidence, page by page, at the evidence's snapshot."""
    question = {"limit": "1000"}
    while True:
        page = get(f"{evidence}/rows", **question)
        names = [column["name"] for column in page["columns"]]
        yield from (dict(zip(names, row, strict=True)) for row in page["rows"])
        if page["next"] is None:
            return
        question["after"] = page["next"]


def no_sum() -> int:
    """Say that adding up is not how this value came about."""
    print(
        "this value is not a plain sum of its rows; `unipact verify` computes it again",
        file=sys.stderr,
    )
    return 2


def tell_progress(count: int, whole: int) -> None:
    """Show somebody who waits at a terminal how many rows have come."""
    if sys.stderr.isatty() and (count % 1000 == 0 or count == whole):
        end = "\n" if count == whole else ""
        print(f"\r{count:,} of {whole:,} rows", end=end, file=sys.stderr, flush=True)


def main(agreement: str, commitment: str) -> int:
    """Compare the value of the commitment's current period with the sum of its rows."""
    found = get(f"/agreements/{agreement}/commitments/{commitment}")
    period = next(each for each in found["periods"] if each["id"] == found["current_period"])
    if period["evidence"] is None:
        print(f"{found['title']['en']}: {period['reason']['en']}")
        return 2
    digest = period["evidence"]["id"].removeprefix("sha256:")
    evidence = f"/agreements/{agreement}/evidence/{digest}"
    document = get(evidence)
    whole = {name: part for name, part in document.items() if name != "id"}
    # The documents hold no numbers with fractions, so RFC 8785 is sorted keys without spaces.
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    is_whole = hashlib.sha256(text.encode()).hexdigest() == digest

    if document["unit"] not in ("kWh", "kW.h"):
        return no_sum()
    total, count, column = Decimal(0), 0, ""
    for row in rows(evidence):
        if not column:
            # What is summed is the one column of electricity; several make no plain sum.
            electricity = [name for name in row if name.endswith("_kwh") or name == "kwh"]
            if len(electricity) != 1:
                return no_sum()
            (column,) = electricity
        total += Decimal(row[column])
        count += 1
        tell_progress(count, document["rows"]["count"])
    is_same = total == Decimal(document["value"]) and count == document["rows"]["count"]
    print(f"{found['title']['en']}: {document['value']} {document['unit']}")
    print(f"  {count} rows, sum of {column}: {total}")
    print(f"  snapshot {document['snapshot']['id']}")
    print(f"  evidence is its own hash: {'yes' if is_whole else 'NO'}")
    print(f"  the sum is the value: {'yes' if is_same else 'NO'}")
    return 0 if is_same and is_whole else 1


if __name__ == "__main__":
    if len(sys.argv) != 3 or not TOKEN:
        print((__doc__ or "").strip(), file=sys.stderr)
        raise SystemExit(2)
    raise SystemExit(main(*sys.argv[1:]))
