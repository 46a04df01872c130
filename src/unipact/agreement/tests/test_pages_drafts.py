"""Importing a draft through the console: what is wrong is named, and whose it is."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from unipact.agreement.models import AgreementVersion
from unipact.agreement.roles import MATRIX, Act, Role, Side
from unipact.agreement.services import agreement_import
from unipact.agreement.tests.kept import CONTENT, NOW, kept_evaluations, kept_version, person
from unipact.agreement.tests.specimen import spoiled

pytestmark = pytest.mark.django_db

IMPORT = "/agreements/pact/versions/import/"
SIDES = {"uni": Side.UNIVERSITY, "firm": Side.ENTERPRISE}
EVERYBODY = [(party, role) for party, side in SIDES.items() for role in MATRIX.roles(side)]


@pytest.fixture
def first() -> AgreementVersion:
    """The version in force."""
    version = agreement_import(actor=None, content=CONTENT, now=NOW, state="in_force")
    kept_evaluations(version)
    return version


def window(party: str, role: Role, language: str = "en") -> Client:
    """Somebody's browser."""
    client = Client(headers={"accept-language": language})
    client.force_login(person(party, role))  # type: ignore[arg-type]
    return client


def _file(content: bytes) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("agreement.toml", content, "application/toml")}


def _next(first: AgreementVersion) -> bytes:
    return spoiled("version = 1", f'version = 2\nprevious = "sha256:{first.sha256}"')


def test_a_draft_stands_under_the_versions_of_its_own_party_alone(first: AgreementVersion) -> None:
    officer = window("uni", Role.COOPERATION_OFFICER)
    answer = officer.post(IMPORT, _file(_next(first)), follow=True)
    page = answer.content.decode()
    draft = AgreementVersion.objects.get(n=2)
    assert "Version 2 is here as your party&#x27;s own draft." in page
    assert "our draft, unseen by the other party" in page
    assert draft.sha256 in page
    theirs = window("firm", Role.RELATIONS_MANAGER).get("/agreements/pact/").content.decode()
    assert draft.sha256 not in theirs
    assert "draft" not in theirs.casefold().replace("import a draft", "")
    assert officer.get("/agreements/pact/versions/2/agreement.toml").content == _next(first)
    refused = window("firm", Role.RELATIONS_MANAGER).get(
        "/agreements/pact/versions/2/agreement.toml"
    )
    assert refused.status_code == 404


@pytest.mark.parametrize(("party", "role"), EVERYBODY)
def test_who_may_import_is_said_by_the_table_of_roles(
    first: AgreementVersion, party: str, role: Role
) -> None:
    client = window(party, role)
    may = Act.AGREEMENT_IMPORT in MATRIX.permitted[SIDES[party], role]
    assert (IMPORT in client.get("/agreements/pact/").content.decode()) is may
    assert client.get(IMPORT).status_code == (200 if may else 403)
    assert client.post(IMPORT, _file(_next(first))).status_code == (302 if may else 403)
    assert AgreementVersion.objects.filter(n=2).exists() is may


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_finding_stands_beside_the_field_with_its_line(
    first: AgreementVersion, language: str
) -> None:
    wrong = spoiled("2019-06-25", '"soon"').replace(b'level = "0.90"', b'level = "9"')
    answer = window("uni", Role.COOPERATION_OFFICER, language).post(IMPORT, _file(wrong))
    page = answer.content.decode()
    assert answer.status_code == 422
    findings = page[page.index('id="error_file"') :]
    assert "agreement.toml:9" in findings
    assert findings.count("<li><code>agreement.toml:") >= 2
    assert AgreementVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "agreement.toml:1"),
        (b"\xff\xfe", "agreement.toml"),
        (b"= nonsense", "agreement.toml:1"),
        (spoiled('id = "pact"', 'id = "other"'), "it is other, not pact"),
        (b"#" * (1024 * 1024 + 1), "The file is larger than 1024 KiB"),
    ],
    ids=["empty", "no text", "no TOML", "another agreement", "too large"],
)
def test_what_is_no_draft_is_refused_with_its_reason(
    first: AgreementVersion, content: bytes, words: str
) -> None:
    answer = window("uni", Role.COOPERATION_OFFICER).post(IMPORT, _file(content))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page[page.index('id="error_file"') :]
    assert AgreementVersion.objects.count() == 1


def test_a_draft_that_does_not_follow_the_version_before_is_in_conflict(
    first: AgreementVersion,
) -> None:
    other = spoiled("version = 1", f'version = 2\nprevious = "sha256:{"0" * 64}"')
    answer = window("uni", Role.COOPERATION_OFFICER).post(IMPORT, _file(other))
    assert answer.status_code == 409
    assert f"it is not sha256:{first.sha256}" in answer.content.decode()
    assert AgreementVersion.objects.count() == 1


def test_other_terms_under_a_number_that_is_taken_are_in_conflict(first: AgreementVersion) -> None:
    other = spoiled("A small pact.", "Another pact.")
    answer = window("uni", Role.COOPERATION_OFFICER).post(IMPORT, _file(other))
    assert answer.status_code == 409
    assert "holds other terms" in answer.content.decode()


def test_the_same_terms_again_change_nothing_and_say_so(first: AgreementVersion) -> None:
    answer = window("uni", Role.COOPERATION_OFFICER).post(IMPORT, _file(CONTENT), follow=True)
    assert "These terms are here already, as version 1." in answer.content.decode()
    assert AgreementVersion.objects.count() == 1


def test_a_form_without_a_file_says_so_beside_the_field(first: AgreementVersion) -> None:
    answer = window("uni", Role.COOPERATION_OFFICER).post(IMPORT, {"file": "text"})
    assert answer.status_code == 422
    assert "No file is chosen" in answer.content.decode()


def test_the_agreement_of_others_takes_no_draft_and_does_not_exist(
    first: AgreementVersion,
) -> None:
    kept_version()
    officer = window("uni", Role.COOPERATION_OFFICER)
    assert officer.post("/agreements/theirs/versions/import/", _file(CONTENT)).status_code == 404
