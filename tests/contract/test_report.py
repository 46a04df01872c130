"""The doors of the report: page, PDF, JSON, command; in either language, alike for both parties."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from pypdf import PdfReader
from typer.testing import CliRunner

from unipact.agreement.queries.report import pdf
from unipact.agreement.roles import Role
from unipact.agreement.services import evaluation_record
from unipact.agreement.tests.kept import (
    NOW,
    kept_evaluations,
    kept_version,
    person,
    run_document,
)
from unipact.cli import app
from unipact.errors import UnipactError

pytestmark = pytest.mark.django_db

PAGE = "/agreements/pact/report/"
DOORS = ("/agreements/pact/report.pdf", "/agreements/pact/report.json")


def _client(party: str, role: Role) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person(party, role))  # type: ignore[arg-type]
    return client


@pytest.fixture
def officer() -> Client:
    """The university's officer, before an agreement that was evaluated on two days."""
    kept_evaluations(kept_version())
    return _client("uni", Role.COOPERATION_OFFICER)


@pytest.mark.parametrize("address", DOORS)
def test_both_parties_and_every_role_get_the_same_bytes(officer: Client, address: str) -> None:
    other = _client("firm", Role.EXECUTIVE)
    asked = f"{address}?language=zh"

    assert officer.get(asked).content == other.get(asked).content


def test_the_language_of_a_report_is_that_of_its_address(officer: Client) -> None:
    for language, word in (("en", "Energy saved"), ("zh", "节能")):
        page = officer.get(f"{PAGE}?language={language}").content.decode()
        paper = officer.get(f"{DOORS[0]}?language={language}")
        assert word in page
        assert f"{language}.pdf" in paper.headers["Content-Disposition"]
        assert PdfReader(BytesIO(paper.content)).trailer["/Root"]["/Lang"].startswith(language)
    officer.cookies["django_language"] = "zh-hans"
    assert "节能" in officer.get(PAGE).content.decode()
    assert 'lang="en"' in officer.get(f"{PAGE}?language=en").content.decode()


def test_the_page_leads_to_its_other_forms(officer: Client) -> None:
    page = officer.get(f"{PAGE}?as_of=2019-09-30&language=zh").content.decode()

    assert f"{DOORS[0]}?as_of=2019-09-30&amp;language=zh" in page
    assert f"{DOORS[1]}?as_of=2019-09-30" in page
    assert "?as_of=2019-09-30&amp;language=en" in page


def test_a_year_is_its_latest_evaluation_and_is_compared_with_the_year_before(
    officer: Client,
) -> None:

    for day in (date(2020, 3, 31), date(2020, 6, 30)):
        evaluation_record(actor=None, version=kept_version(), document=run_document(day), now=NOW)

    def told(query: str) -> tuple[str, str]:
        found = json.loads(officer.get(f"{DOORS[1]}{query}").content)
        return found["as_of"], found["compared_with"]["as_of"]

    assert told("") == ("2020-06-30", "2019-12-31")
    assert told("?year=2020") == ("2020-06-30", "2019-12-31")
    assert told("?as_of=2020-03-31") == ("2020-03-31", "2019-12-31")
    assert told("?year=2019") == ("2019-12-31", "2019-09-30")
    assert "2019-12-31" in officer.get(f"{PAGE}?year=2019").content.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?language=fr", 422),
        ("?language=en&language=fr", 422),
        ("?year=soon", 422),
        ("?year=二〇一九", 422),
        ("?year=99999", 422),
        ("?year=2019&as_of=2019-12-31", 422),
        ("?as_of=2019-02-30", 422),
        ("?year=2018", 404),
        ("?as_of=2019-10-01", 404),
    ],
)
@pytest.mark.parametrize("address", [PAGE, *DOORS])
def test_a_wrong_question_gets_a_problem(
    officer: Client, address: str, query: str, status: int
) -> None:
    assert officer.get(f"{address}{query}").status_code == status


@pytest.mark.parametrize("address", DOORS)
def test_before_the_first_evaluation_there_is_nothing_to_give(address: str) -> None:
    kept_version()

    assert _client("uni", Role.EXECUTIVE).get(address).status_code == 404


@pytest.mark.parametrize("address", [PAGE, *DOORS])
def test_a_stranger_is_led_to_the_sign_in(officer: Client, address: str) -> None:
    assert Client().get(address).status_code == 302
    assert Client().get(address).headers["Location"].startswith("/sign-in/")


def test_without_pango_the_console_says_so_and_goes_on(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf._library.cache_clear()
    pdf._MADE.clear()
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    try:
        answer = officer.get(DOORS[0])
    finally:
        pdf._library.cache_clear()

    assert answer.status_code == 503
    assert "make system" in answer.content.decode()
    assert officer.get(PAGE).status_code == 200


def _write(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["agreement", "report", "pact", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.usefixtures("officer")
class TestCommand:
    """``unipact agreement report``."""

    def test_it_writes_what_the_console_gives(self, officer: Client, tmp_path: Path) -> None:
        for form, address in (("pdf", DOORS[0]), ("json", DOORS[1])):
            out = tmp_path / f"report.{form}"
            said = _write("--format", form, "--language", "zh", "--out", out)
            assert out.read_bytes() == officer.get(f"{address}?language=zh").content
            assert "2019-12-31" in said

    def test_its_html_is_one_file_that_asks_for_nothing(self, tmp_path: Path) -> None:
        out = tmp_path / "report.html"
        _write("--format", "html", "--year", 2019, "--out", out)

        page = out.read_text(encoding="utf-8")
        assert "Energy saved" in page
        assert "default-src 'none'" in page
        for word in ("src=", "url(", "@import", "<script", "<link", 'href="/', "http://"):
            assert word not in page, word

    def test_nothing_but_the_file_is_left_and_an_older_one_is_replaced(
        self, tmp_path: Path
    ) -> None:
        out = tmp_path / "report.json"
        out.write_text("old", encoding="utf-8")
        _write("--format", "json", "--out", out)

        assert json.loads(out.read_bytes())["format"] == "unipact-report/1"
        assert [each.name for each in tmp_path.iterdir()] == ["report.json"]

    def test_what_cannot_be_written_leaves_what_was_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out = tmp_path / "report.json"
        out.write_text("old", encoding="utf-8")

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(UnipactError, match="not written"):
            _write("--format", "json", "--out", out)
        assert out.read_text(encoding="utf-8") == "old"
        assert [each.name for each in tmp_path.iterdir()] == ["report.json"]

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--as-of", "2019-02-30"),
            ("--as-of", "2019-10-01"),
            ("--year", "2018"),
            ("--year", "2019", "--as-of", "2019-12-31"),
        ],
    )
    def test_a_wrong_question_is_refused_with_its_mend(
        self, arguments: tuple[str, ...], tmp_path: Path
    ) -> None:
        with pytest.raises(UnipactError):
            _write(*arguments, "--out", tmp_path / "x.pdf")
        assert list(tmp_path.iterdir()) == []


def test_the_command_line_does_not_import_it_before_a_pdf_is_asked_for():
    script = (
        "import django, sys; django.setup()\n"
        "import unipact.web.report, unipact.cli\n"
        "print('weasyprint' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"
