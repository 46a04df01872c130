"""A small agreement as the console keeps it: imported, evaluated on two days, with its people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser

from unipact.agreement.engine.assessment import assess, run_bytes
from unipact.agreement.engine.states import state_at
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.models import AgreementVersion, Evaluation
from unipact.agreement.queries.standpoint import actor_of
from unipact.agreement.roles import Actor, Role
from unipact.agreement.services import agreement_import, evaluation_record, membership_grant
from unipact.agreement.tests.specimen import SPECIMEN
from unipact.agreement.tests.spoken_source import SpokenSource

CONTENT = SPECIMEN.encode()
NOW = datetime(2020, 1, 2, 8, tzinfo=UTC)
DAYS = (date(2019, 9, 30), date(2019, 12, 31))
LEVEL = Decimal("0.90")


def run_document(as_of: date, content: bytes = CONTENT) -> bytes:
    """The run document of the file on a day on which nothing is measured."""
    file = read_agreement(content)
    return run_bytes(
        assess(
            file.agreement,
            sha256=file.sha256,
            state=state_at(file.agreement, as_of),
            source=SpokenSource({}, {}),
            as_of=as_of,
        )
    )


def kept_version() -> AgreementVersion:
    """The file, imported."""
    return agreement_import(actor=None, content=CONTENT, now=NOW)


def kept_evaluations(version: AgreementVersion) -> list[Evaluation]:
    """The run documents of both days."""
    return [
        evaluation_record(actor=None, version=version, document=run_document(day), now=NOW)
        for day in DAYS
    ]


def person(party: str, role: Role) -> AbstractBaseUser:
    """Somebody who acts for ``party``; named after both."""
    membership_grant(username=f"{party}-{role.value}", party=party, role=role, now=NOW)
    return get_user_model().objects.get(username=f"{party}-{role.value}")


def actor(party: str, role: Role) -> Actor:
    """The same person as the services see them."""
    user = person(party, role)
    return actor_of(int(user.pk), str(user))
