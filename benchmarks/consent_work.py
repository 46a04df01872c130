"""The processes of the benchmark of consents: each acts as long as told, and says a rate."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterator

from tests.crash import consents

#: Acts before the clock runs: caches are as they are in a server that has worked for a while.
_WARM = 20


def main() -> None:
    """Prepare agreements, or act and print consents a second for each line of seconds."""
    import django

    django.setup()
    act, argument = sys.argv[1:3]
    if act == "prepare":
        for number in range(int(argument)):
            consents.found(consents.name(number))
        _make_bare()
        return
    counts = _acts(consents.name(int(argument))) if act == "consents" else _bare(int(argument))
    for _ in range(_WARM):
        next(counts)
    for line in sys.stdin:
        print(_rate(counts, float(line)), flush=True)


def _rate(counts: Iterator[int], seconds: float) -> float:
    end = (begin := time.perf_counter()) + seconds
    count = 0
    while (now := time.perf_counter()) < end:
        count += next(counts)
    return count / (now - begin)


def _acts(agreement: str) -> Iterator[int]:
    for _ in consents.rounds(agreement):
        yield 1


def _make_bare() -> None:
    from django.db import connection

    binary = "bytea" if connection.vendor == "postgresql" else "blob"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare_entry (data {binary}, hash {binary}, note {binary})")
        cursor.execute(f"CREATE TABLE bare_line (data {binary})")


def _bare(number: int) -> Iterator[int]:
    """Two entries and one entry in turn, each with two cosignatures, by SQL alone."""
    from django.db import connection, transaction

    from unipact.agreement.tests.parties import keys_of

    keys = [keys_of(party) for party in consents.PARTIES]
    count = 0
    while True:
        for entries in (2, 1):
            with transaction.atomic(), connection.cursor() as cursor:
                for _ in range(entries):
                    count += 1
                    line = b'{"entry":"%d-%d","more":"%s"}\n' % (number, count, b"x" * 500)
                    data = line + b"\n" + keys[count % 2].consent.sign(line).line
                    digest = hashlib.sha256(b"\0" + data).digest()
                    body = b"bare\n%d\n%s\n" % (count, digest.hex().encode())
                    note = body + b"\n" + keys[0].consent.sign(body).line
                    cursor.execute(
                        "INSERT INTO bare_entry VALUES (%s, %s, %s)", [data, digest, note]
                    )
                    lines = [each.cosign.sign(body, time=count).line for each in keys]
                    cursor.executemany("INSERT INTO bare_line VALUES (%s)", [[x] for x in lines])
            yield 1


if __name__ == "__main__":
    main()
