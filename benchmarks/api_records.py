"""Fill the tables of the console that the API's benchmark asks: runs as a process of its own.

::

    python -m benchmarks.api_records '{"programs": 64, "tokens": 100000, "answers": 100000}'

prints the secrets of ``programs`` tokens as JSON, and how durable the database says it is. Beside
them the table then holds tokens that nobody uses, ``tokens`` in all; and there are ``answers``
kept answers.
"""

from __future__ import annotations

import json
import secrets
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

_BATCH = 5_000


def fill(*, programs: int, tokens: int, answers: int) -> dict[str, Any]:
    """Empty the tables and fill them again.

    Tokens of programs are the university's officer's, one half for verification, the other for
    administration.
    """
    from django.db import connection

    from benchmarks.api_peer import ROW
    from unipact.agreement.models import Party, Token
    from unipact.agreement.roles import Purpose, Role
    from unipact.agreement.services import token_make
    from unipact.web.models import KeptAnswer, Rate

    now = datetime.now(UTC)
    # What was made with a token refers to it, and goes first.
    for rows in (KeptAnswer.objects, Rate.objects, Token.objects.exclude(made_with=None)):
        rows.all().delete()
    Token.objects.all().delete()
    Rate.objects.create(key=ROW, busy_until_us=1)
    party = Party.objects.get(role="university")
    found: dict[str, Any] = {"durability": _durability()}
    for purpose in (Purpose.VERIFICATION, Purpose.ADMINISTRATION):
        found[purpose.value] = [
            token_make(
                actor=None,
                party=party.slug,
                role=Role.COOPERATION_OFFICER,
                purpose=purpose,
                name=f"program {number}",
                days=1,
                now=now,
            )[1]
            for number in range(programs // 2)
        ]
    _tokens(party, max(0, tokens - programs), now)
    _answers(answers, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return found


def _durability() -> str:
    """What the database itself says of when a commit is on the disk."""
    from django.db import connection

    asked = (
        ("PRAGMA journal_mode", "PRAGMA synchronous")
        if connection.vendor == "sqlite"
        else ("SHOW fsync", "SHOW synchronous_commit")
    )
    said = []
    with connection.cursor() as cursor:
        for question in asked:
            cursor.execute(question)
            said.append(f"{question.split()[1]}={cursor.fetchone()[0]}")
    return ", ".join(said)


def _tokens(party: Any, number: int, now: datetime) -> None:
    from unipact.agreement.models import Token

    made = (
        Token(
            party=party,
            role="analyst",
            purpose="reporting",
            name=f"unused {each}",
            sha256=secrets.token_hex(32),
            hint="unipact_0000",
            made_at=now,
            expires_at=now + timedelta(days=90),
        )
        for each in range(number)
    )
    Token.objects.bulk_create(made, batch_size=_BATCH)


def _answers(number: int, now: datetime) -> None:
    from unipact.web.models import KeptAnswer

    body = json.dumps({"token": {"id": 1, "name": "x" * 200}, "secret": None}).encode()
    made = (
        KeptAnswer(
            principal=f"token:{each % 1000}",
            key=secrets.token_hex(16),
            request_sha256=secrets.token_hex(32),
            status=201,
            headers={"Content-Type": "application/json; charset=utf-8"},
            body=body,
            kept_at=now,
        )
        for each in range(number)
    )
    KeptAnswer.objects.bulk_create(made, batch_size=_BATCH)


def main() -> None:
    """Fill as the argument says, and print what a client needs."""
    import django

    django.setup()
    json.dump(fill(**json.loads(sys.argv[1])), sys.stdout)


if __name__ == "__main__":
    main()
