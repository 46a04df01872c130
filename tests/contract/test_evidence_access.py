"""Whoever reads evidence and its rows is noted once it was read, and sees what the role may."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import rfc8785
from django.test import Client

from tests.contract.command import EXAMPLE
from tests.contract.world import Program
from unipact.agreement.models import AccessLog, AgreementVersion
from unipact.agreement.roles import Purpose, Role, Side
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


def test_what_fails_is_not_noted_as_read(address):
    client = Client(raise_request_exception=False)
    client.force_login(person("huawei", Role.ANALYST))
    program = Program(Side.ENTERPRISE, Role.ANALYST, Purpose.VERIFICATION)
    rows = address.removesuffix("evidence.json") + "rows"
    assert client.get(f"{rows}/?after=zzz").status_code == 422
    assert client.get(f"{rows}/?set=nothing").status_code == 404
    assert program.ask("get", f"{rows}?after=zzz").status_code == 422
    assert program.ask("get", f"{rows}?set=nothing").status_code == 404
    assert not AccessLog.objects.exists()
    assert client.get(f"{rows}/").status_code == 200
    assert program.ask("get", rows).status_code == 200
    assert AccessLog.objects.filter(kind="evidence-rows").count() == 2


def test_evidence_without_sets_of_rows_has_no_rows_to_show(address, printed):
    document = json.loads(printed)
    document["as_of"] = "2019-12-30"
    for commitment in document["commitments"]:
        for period in commitment["periods"]:
            if period["evidence"]:
                period["evidence"] |= {"rows": {"sets": []}, "id": "sha256:" + "0" * 64}
    version = AgreementVersion.objects.get()
    evaluation_record(actor=None, version=version, document=json.dumps(document).encode(), now=NOW)
    client = Client(raise_request_exception=False)
    client.force_login(person("usst", Role.ANALYST))
    program = Program(Side.UNIVERSITY, Role.ANALYST, Purpose.VERIFICATION)
    rows = f"{address.partition('/evidence/')[0]}/evidence/{'0' * 64}/rows"
    assert client.get(f"{rows}/").status_code == 404
    assert program.ask("get", rows).status_code == 404
