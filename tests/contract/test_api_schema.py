"""The API is what its OpenAPI document says, whatever is sent: no 500, no answer of another shape.

schemathesis makes requests from the document, right ones and wrong ones. Every operation is asked
by a program that may do it, so that the requests get past the door.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.contract.test_doors import DOORS
from tests.contract.world import PARTIES, Program, World, world_of
from unipact.agreement.roles import MATRIX, Act, Purpose, Side
from unipact.web.api.routes import api
from unipact.web.throttle import HEAVY_WORK, take

pytestmark = pytest.mark.django_db

KEPT = Path(__file__).parents[2] / "docs/reference/openapi.json"
DOCUMENT: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
_CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    allow_header_conformance,
)


@pytest.fixture
def world(home, printed, settings):
    # As Django's own test client does: the transaction of a test outlives each of its requests.
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    try:
        yield from _world(home, printed, settings)
    finally:
        signals.request_started.connect(close_old_connections)
        signals.request_finished.connect(close_old_connections)


def _world(home, printed, settings):
    # The limits have tests of their own; here they would end the questions early.
    settings.UNIPACT_TOKEN_REQUESTS = 1_000_000
    for each in world_of(home, printed, settings):
        # An evaluation takes seconds: one goes through, the next are told to wait.
        for party in PARTIES.values():
            take(HEAVY_WORK, party, now=timezone.now(), permits=HEAVY_WORK.permits - 1)
        yield each


def _program_for(operation: str) -> Program:
    act = Act(DOORS["api"][operation])
    purpose = next(each for each in Purpose if act in MATRIX.purposes[each])
    return Program(Side.ENTERPRISE, MATRIX.officers[Side.ENTERPRISE], purpose)


@schemathesis.serializer("application/toml")
def _as_toml(context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")


def _schema() -> Any:
    from unipact.web.wsgi import application

    loaded = schemathesis.openapi.from_dict(DOCUMENT)
    loaded.app = application
    return loaded


SCHEMA = _schema()


def test_the_kept_document_is_the_one_that_is_served(client) -> None:
    served = client.get("/api/v1/openapi.json").json()
    assert served == DOCUMENT
    assert json.loads(KEPT.read_text(encoding="utf-8")) == served, "make docs"


@SCHEMA.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_the_answer_is_as_documented(case, world: World) -> None:
    operation = case.operation.definition.raw["operationId"]
    program = _program_for(operation)
    for name, value in world.parts.items():
        if name in (case.path_parameters or {}) and name in {"agreement", "digest"}:
            case.path_parameters[name] = value
    case.call_and_validate(headers={"Authorization": f"Bearer {program.secret}"}, checks=_CHECKS)
