"""The processes of the benchmark of consents: each acts as long as told, and says a rate.

A line ``ahead N`` makes ready what is consented to; a line of seconds runs the clock.
"""

from __future__ import annotations

import hashlib
import sys
import time
from typing import Protocol

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
    work: _Work = _Consents(argument) if act == "consents" else _Bare(argument)
    work.ahead(_WARM)
    for _ in range(_WARM):
        work.act()
    for line in sys.stdin:
        if line.startswith("ahead"):
            work.ahead(int(line.split()[1]))
            print(0, flush=True)
        else:
            print(_rate(work, float(line)), flush=True)


class _Work(Protocol):
    def ahead(self, number: int) -> None: ...
    def act(self) -> None: ...


def _rate(work: _Work, seconds: float) -> float:
    end = (begin := time.perf_counter()) + seconds
    count = 0
    while (now := time.perf_counter()) < end:
        work.act()
        count += 1
    return count / (now - begin)


class _Consents:
    """Consents of one party to what the other has proposed and consented to before."""

    def __init__(self, number: str) -> None:
        self._agreement = consents.name(int(number))
        self._waiting: list[str] = []

    def ahead(self, number: int) -> None:
        self._waiting += consents.proposed(self._agreement, number)

    def act(self) -> None:
        consents.consented(self._agreement, self._waiting.pop())


def _make_bare() -> None:
    from django.db import connection

    binary = "bytea" if connection.vendor == "postgresql" else "blob"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare_entry (data {binary}, hash {binary}, note {binary})")
        cursor.execute(f"CREATE TABLE bare_line (data {binary})")


class _Bare:
    """An entry with its checkpoint and two cosignatures, by SQL alone, in a commit of its own."""

    def __init__(self, number: str) -> None:
        from unipact.agreement.tests.parties import keys_of

        self._keys = [keys_of(party) for party in consents.PARTIES]
        self._number = int(number)
        self._count = 0

    def ahead(self, number: int) -> None:
        """Nothing is consented to."""

    def act(self) -> None:
        from django.db import connection, transaction

        keys = self._keys
        self._count += 1
        with transaction.atomic(), connection.cursor() as cursor:
            line = b'{"entry":"%d-%d","more":"%s"}\n' % (self._number, self._count, b"x" * 500)
            data = line + b"\n" + keys[self._count % 2].consent.sign(line).line
            digest = hashlib.sha256(b"\0" + data).digest()
            body = b"bare\n%d\n%s\n" % (self._count, digest.hex().encode())
            note = body + b"\n" + keys[0].consent.sign(body).line
            cursor.execute("INSERT INTO bare_entry VALUES (%s, %s, %s)", [data, digest, note])
            lines = [each.cosign.sign(body, time=self._count).line for each in keys]
            cursor.executemany("INSERT INTO bare_line VALUES (%s)", [[each] for each in lines])


if __name__ == "__main__":
    main()
