"""Whoever reads an evidence document in the console is noted, and sees what the role may."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from tests.contract.command import EXAMPLE
from unipact.agreement.models import AccessLog
from unipact.agreement.roles import Role
from unipact.agreement.services import agreement_import, evaluation_record
from unipact.agreement.tests.kept import NOW, person
from unipact.web import lake

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(printed, home, settings) -> str:
    settings.UNIPACT_HOME = Path(home)
    lake.installation.cache_clear()
    version = agreement_import(
        actor=None, content=(EXAMPLE / "agreement.toml").read_bytes(), now=NOW
    )
    evaluation_record(actor=None, version=version, document=printed, now=NOW)
    document = json.loads(printed)
    evidence = next(
        part["evidence"]
        for each in document["commitments"]
        for part in each["periods"]
        if part["evidence"] and part["evidence"]["quality"]
    )
    digest = evidence["id"].removeprefix("sha256:")
    yield f"/agreements/{document['agreement']['id']}/evidence/{digest}/evidence.json"
    lake.installation.cache_clear()


@pytest.mark.parametrize(
    ("role", "is_whole"), [(Role.EXECUTIVE, False), (Role.COOPERATION_OFFICER, True)]
)
def test_single_meters_are_for_whoever_may_see_rows(address, role, is_whole):
    client = Client()
    client.force_login(person("usst", role))
    answer = client.get(address)
    assert answer.status_code == 200
    assert ("excluded" in json.loads(answer.content)["quality"]) is is_whole


def test_the_other_partys_download_is_noted(address):
    client = Client()
    client.force_login(person("huawei", Role.RELATIONS_MANAGER))
    client.get(address)
    assert AccessLog.objects.filter(kind="evidence-document", owner__slug="usst").count() == 1
