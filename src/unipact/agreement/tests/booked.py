"""A small agreement in force, whose parties bring money and things, for tests of the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime

from unipact.agreement.models import AgreementVersion, Transaction
from unipact.agreement.roles import Actor, Role
from unipact.agreement.services import (
    agreement_import,
    benefit_record,
    contribution_record,
    evaluation_record,
)
from unipact.agreement.tests.kept import actor, run_document
from unipact.agreement.tests.specimen import SPECIMEN

MORE = """
[[contribution]]
id = "meters"
party = "uni"
field = "campus"
kind = "equipment"
title.en = "Meters"
title.zh = "电表"
amount = "10"
unit = "piece"
schedule = [{ on = 2019-09-01, amount = "4" }, { on = 2020-09-01, amount = "6" }]

[[contribution]]
id = "mentors"
party = "firm"
field = "campus"
kind = "people"
title.en = "Mentors"
title.zh = "导师"
amount = "12"
unit = "person-month"
schedule = [{ on = 2019-09-01, amount = "5.5" }, { on = 2020-09-01, amount = "6.5" }]

[[contribution]]
id = "travel"
party = "firm"
field = "campus"
kind = "money"
title.en = "Travel"
title.zh = "差旅"
amount = "9000.00"
unit = "USD"
schedule = [{ on = 2019-09-01, amount = "9000.00" }]

[[benefit]]
id = "brand"
party = "firm"
field = "campus"
title.en = "A better known name"
title.zh = "品牌知名度"
metric = "college.reach@1"
"""
CONTENT = (SPECIMEN + MORE).encode()
NOW = datetime(2019, 12, 31, 8, tzinfo=UTC)
AGREEMENT = "pact"
DAY = date(2019, 9, 2)


def in_force(*, evaluated: bool = False) -> AgreementVersion:
    """The agreement, in force; ``evaluated`` at the last day of 2019."""
    version = agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    if evaluated:
        document = run_document(date(2019, 12, 31), CONTENT)
        evaluation_record(actor=None, version=version, document=document, now=NOW)
    return version


def officers() -> tuple[Actor, Actor]:
    """Who speaks for the university, and who for the firm."""
    return actor("uni", Role.COOPERATION_OFFICER), actor("firm", Role.RELATIONS_MANAGER)


def gave(
    by: Actor | None,
    contribution: str,
    amount: str,
    *,
    happened_on: date = DAY,
    note: str = "",
    party: str | None = None,
) -> Transaction:
    """Record a contribution."""
    return contribution_record(
        actor=by,
        agreement=AGREEMENT,
        contribution=contribution,
        amount=amount,
        happened_on=happened_on,
        note=note,
        party=party,
        now=NOW,
    )


def got(
    by: Actor | None, benefit: str, amount: str, unit: str, *, party: str | None = None
) -> Transaction:
    """Record a benefit."""
    return benefit_record(
        actor=by,
        agreement=AGREEMENT,
        benefit=benefit,
        amount=amount,
        unit=unit,
        happened_on=DAY,
        party=party,
        now=NOW,
    )
