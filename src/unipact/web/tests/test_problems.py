"""Every error has one shape: a page for people, a fragment for htmx, problem+json for programs."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from unipact.errors import (
    Conflict,
    Finding,
    Invalid,
    NotFound,
    NotPermitted,
    Unavailable,
    UnipactError,
)
from unipact.web.problems import ProblemMiddleware, problem_of

_ERRORS = [
    (Invalid("a date is wrong", findings=[Finding("term.from", "no day", "Write a day.")]), 422),
    (NotPermitted("behind this door lies the other party's money"), 403),
    (NotFound("the secret commitment"), 404),
    (Conflict("version 2 is taken"), 409),
    (Unavailable("the snapshot is gone"), 503),
    (UnipactError("something else"), 500),
]


def _answer(error: UnipactError, **headers: str) -> HttpResponse:
    request = RequestFactory(headers=headers).get("/somewhere/")
    request.user = AnonymousUser()
    return problem_of(request, error)


@pytest.mark.parametrize(("error", "status"), _ERRORS)
def test_a_program_gets_problem_json(error: UnipactError, status: int) -> None:
    answer = _answer(error, accept="application/json")
    body = json_of(answer)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance"} <= body.keys()
    assert body["status"] == status
    assert body["type"] == f"urn:unipact:problem:{error.slug}"
    assert bool(body.get("errors")) is bool(error.findings)


@pytest.mark.parametrize(("error", "status"), _ERRORS)
def test_a_person_gets_a_page_and_htmx_a_fragment(error: UnipactError, status: int) -> None:
    page, part = _answer(error, accept="text/html"), _answer(error, **{"hx-request": "true"})
    assert page.status_code == part.status_code == status
    assert b"<html" in page.content
    assert b"<html" not in part.content
    assert b'role="alert"' in part.content


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_refusal_tells_nothing_of_what_lies_behind_the_door(accept: str) -> None:
    for error, status in _ERRORS:
        if status in {403, 404}:
            assert error.message.encode() not in _answer(error, accept=accept).content


def test_a_finding_names_its_place_and_its_mend() -> None:
    page = _answer(_ERRORS[0][0], accept="text/html").content.decode()
    assert "term.from" in page
    assert "Write a day." in page


def test_other_errors_stay_djangos() -> None:
    middleware = ProblemMiddleware(lambda _: HttpResponse())
    assert middleware.process_exception(HttpRequest(), ValueError()) is None


def test_an_address_that_leads_nowhere_has_the_same_shape(client: Client) -> None:
    answer = client.get("/nowhere/", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert json_of(answer)["type"] == "urn:unipact:problem:not-found"


def test_a_form_from_elsewhere_has_the_same_shape() -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept": "application/json"})
    answer = client.post("/language/", {"language": "en"})
    assert answer.status_code == 403
    assert json_of(answer)["type"] == "urn:unipact:problem:csrf"


def json_of(answer: HttpResponse) -> dict[str, object]:
    """The body of an answer that is JSON."""
    found: dict[str, object] = json.loads(answer.content)
    return found


@pytest.mark.django_db
def test_an_address_that_takes_forms_only_has_a_page_for_who_comes_by_a_link(
    client: Client, django_user_model: type
) -> None:
    client.force_login(django_user_model.objects.create_user("li"))  # type: ignore[attr-defined]
    answer = client.get("/sign-in/demo/")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert b"<html" in answer.content


def test_a_person_is_sent_to_who_speaks_for_the_party_and_a_program_to_me() -> None:
    with translation.override("en"):
        page = _answer(NotPermitted("closed"), accept="text/html")
    assert "ask whoever speaks for your party" in page.content.decode()
    request = RequestFactory().get("/api/v1/people")
    request.user = AnonymousUser()
    with translation.override("en"):
        detail = json_of(problem_of(request, NotPermitted("closed")))["detail"]
    assert "GET /api/v1/me says what it may do" in detail
