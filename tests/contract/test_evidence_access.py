"""Whoever reads an evidence document in the console is noted, and sees what the role may."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import rfc8785
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


def test_a_downloaded_document_is_whole_and_tells_of_no_single_meter(address):
    client = Client()
    client.force_login(person("usst", Role.EXECUTIVE))
    found = json.loads(client.get(address).content)
    content = {name: part for name, part in found.items() if name != "id"}
    assert found["id"] == "sha256:" + hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    assert isinstance(found["quality"]["meters"], int)


def test_the_other_partys_download_is_noted(address):
    client = Client()
    client.force_login(person("huawei", Role.RELATIONS_MANAGER))
    client.get(address)
    assert AccessLog.objects.filter(kind="evidence-document", owner__slug="usst").count() == 1
