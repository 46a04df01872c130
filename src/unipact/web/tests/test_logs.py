"""The log: one line for one record, whatever a stranger writes into an address; and no secret."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from django.test import Client, RequestFactory

from unipact.web.api.routes import _fault

_FORGED = "%0a2026-11-25 00:00:00 ERROR django FORGED LINE"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the handler of the settings writes meanwhile."""
    log = next(each for each in logging.getLogger().handlers if each.get_name() == "stderr")
    assert isinstance(log, logging.StreamHandler)
    stream = io.StringIO()
    # Not by `setStream`, which flushes the one before: a test before this may have closed it.
    before, log.stream = log.stream, stream
    yield stream
    log.stream = before


@pytest.mark.django_db
def test_an_address_with_a_line_break_forges_no_line_and_the_secret_is_blotted_whole(
    written: io.StringIO,
) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(f"/invitation/abc{_FORGED}/").status_code == 403
    lines = written.getvalue().splitlines()
    assert lines
    assert [each for each in lines if "WARNING" not in each] == []
    said = written.getvalue()
    assert "FORGED" not in said
    assert "abc" not in said
    assert "CSRF check failed: /invitation/…/ " in said


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_is_one_line(written: io.StringIO) -> None:
    assert Client().get(f"/nowhere%0d{_FORGED}%1b[31m%E2%80%A8").status_code in {302, 404}
    Client().get(f"/static/{_FORGED}")
    lines = written.getvalue().splitlines()
    assert [each for each in lines if " WARNING " not in each] == []
    assert "\\n2026-11-25 00:00:00 ERROR django FORGED LINE" in written.getvalue()


@pytest.mark.django_db
def test_a_fault_of_the_api_is_told_in_one_line_before_its_traceback(
    written: io.StringIO,
) -> None:
    request = RequestFactory().get("/api/v1/x")
    request.path = "/api/v1/x\n2026-11-25 ERROR FORGED"
    assert _fault(request, ValueError("wrong")).status_code == 500
    first, second, *_ = written.getvalue().splitlines()
    assert "a fault at GET /api/v1/x\\n2026-11-25 ERROR FORGED" in first
    assert "FORGED" not in second


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("/account/password/reset/3-ab cd/ef", "/account/password/reset/…/ef"),
        ("/invitation/ab cd", "/invitation/…"),
        ("a\u202eb\ud800\x9b", "a\\u202eb\\ud800\\x9b"),
        ("协议 ü 100 %", "协议 ü 100 %"),
    ],
)
def test_what_cannot_be_seen_is_spelt_out_also_in_the_arguments(
    written: io.StringIO, said: str, plain: str
) -> None:
    logging.getLogger("unipact.test").warning("%s", said)
    assert written.getvalue().endswith(f" {plain}\n")
