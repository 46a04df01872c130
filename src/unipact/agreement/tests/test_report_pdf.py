"""The report as PDF, read back: its text in both languages, its tags, and what it never does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from itertools import pairwise
from threading import Thread
from typing import Any

import pytest
from django.utils import translation
from pypdf import PdfReader
from pypdf.generic import StreamObject

from unipact.agreement.engine.terms import Text
from unipact.agreement.queries.report import pdf
from unipact.agreement.queries.report.content import report_of
from unipact.agreement.queries.report.pages import report_html
from unipact.agreement.queries.report.pdf import report_pdf
from unipact.agreement.queries.wording import named
from unipact.agreement.tests.reported import document, earlier_document, edition
from unipact.errors import Unavailable

LANGUAGES = ("en", "zh")
HOSTILE = '</style><img src="http://127.0.0.1:9/x.png"><script>alert(1)</script>{{ 7 }}'


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def read(language) -> PdfReader:
    return PdfReader(BytesIO(report_pdf(edition(earlier=earlier_document()), language)))


def _text(reader: PdfReader) -> str:
    """All that the PDF says, without the spaces and line ends that setting it brought."""
    return _bare("".join(page.extract_text() for page in reader.pages))


def _bare(text: str) -> str:
    return "".join(text.split())


def _elements(node: Any) -> Iterator[Any]:
    node = node.get_object()
    if isinstance(node, list):
        for each in node:
            yield from _elements(each)
    elif isinstance(node, dict) and node.get("/Type") != "/OBJR":
        yield node
        if "/K" in node:
            yield from _elements(node["/K"])


def _tags(reader: PdfReader) -> list[Any]:
    root = reader.trailer["/Root"]["/StructTreeRoot"]
    return [each for each in _elements(root["/K"]) if "/S" in each]


def test_it_says_every_commitment_with_its_standing_and_its_reason(read, language):
    text = _text(read)

    with translation.override(language):
        for each in document()["commitments"]:
            period = each["periods"][0]
            assert _bare(each["title"][language]) in text
            assert _bare(named("standing", period["standing"])) in text
            assert _bare(period["reason"][language]) in text


def test_it_says_what_could_not_be_decided_and_how_figures_are_made(read, language):
    text = _text(read)
    report = report_of(edition())

    for group in report.open_groups:
        assert _bare(group.title.to(language)) in text
        assert _bare(group.text.to(language)) in text
    for note in report.notes:
        assert _bare(note.text.to(language)) in text
    for metric in report.metrics:
        assert _bare(metric.metric["description"][language]) in text


def test_it_carries_every_hash_whole(read):
    text = _text(read)
    made = edition()

    assert made.sha256 in text
    assert made.document["agreement"]["sha256"] in text
    for line in report_of(made).evidence:
        assert line.evidence["id"] in text


def test_every_page_says_its_number_the_day_and_that_it_is_an_illustration(read, language):
    many = len(read.pages)
    assert many > 1
    for n, page in enumerate(read.pages, start=1):
        text = _bare(page.extract_text())
        number = f"第{n}页，共{many}页" if language == "zh" else f"Page{n}of{many}"
        assert number in text
        assert "2019-11-30" in text
        assert ("示例" if language == "zh" else "Illustration") in text


def test_it_is_tagged_and_says_its_title_and_language(read, language):
    root = read.trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == {"en": "en", "zh": "zh-hans"}[language]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document()["agreement"]["title"][language] in read.metadata.title
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert read.metadata.creation_date.date().isoformat() == "2019-11-30"


def test_headings_are_tagged_in_order_and_are_the_bookmarks(read):
    levels = [
        int(each["/S"][2:])
        for each in _tags(read)
        if each["/S"][:2] == "/H" and each["/S"][2:].isdigit()
    ]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len([each for each in read.outline if not isinstance(each, list)]) == 6


def test_every_cell_of_a_table_has_its_heads(read):
    tags = _tags(read)
    cells = [each for each in tags if each["/S"] == "/TD"]

    assert cells
    assert [each for each in tags if each["/S"] == "/TH"]
    assert [each for each in cells if not each["/A"]["/Headers"]] == []


#: What each of them may hold (ISO 32000-1, 14.8.4.3); NonStruct stands for what is inside it.
NESTING = {
    "/Table": {"/Caption", "/THead", "/TBody", "/TR"},
    "/THead": {"/TR"},
    "/TBody": {"/TR"},
    "/TR": {"/TH", "/TD"},
    "/L": {"/LI", "/Caption"},
    "/LI": {"/Lbl", "/LBody"},
}


def test_tables_and_lists_hold_what_they_may(read):
    wrong = []
    for each in _tags(read):
        for kid in each["/K"] if each["/S"] in NESTING else ():
            tag = kid.get_object()["/S"]
            if tag not in NESTING[each["/S"]]:
                wrong.append((each["/S"], tag))

    assert wrong == []


def test_every_link_says_where_it_leads(read):
    links = [each.get_object() for page in read.pages for each in page.get("/Annots", ())]

    assert links
    assert all(each.get("/Contents") and "/StructParent" in each for each in links)
    assert all(page["/Tabs"] == "/S" for page in read.pages)


def test_every_picture_has_its_words(read):
    pictures = [each for each in _tags(read) if each["/S"] == "/Figure"]

    assert pictures
    assert all(each.get("/Alt") for each in pictures)


def test_every_font_is_one_of_ours_and_inside(read):
    names = set()
    for page in read.pages:
        for font in page["/Resources"]["/Font"].values():
            (inner,) = font.get_object()["/DescendantFonts"]
            descriptor = inner.get_object()["/FontDescriptor"]
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
            names.add(font.get_object()["/BaseFont"].partition("+")[2])

    assert all(name.startswith("Paper-") for name in names), names


def test_a_rare_character_is_set_in_the_font_that_has_it(caplog):
    shown = document()
    shown["commitments"][0]["title"]["zh"] = "祎喆玥昇 丂㑇 𠮷"

    with caplog.at_level("WARNING", logger="weasyprint"):
        text = _text(PdfReader(BytesIO(report_pdf(edition(shown), "zh"))))
    assert "祎喆玥昇" in text
    # GBK ends where it ends; what is beyond is taken from the machine or stays a box.
    missing = [each.getMessage() for each in caplog.records if "notdef" in each.getMessage()]
    assert all("𠮷" in each or "㑇" in each for each in missing)


def test_two_renderings_give_the_same_bytes(language, monkeypatch):
    first = report_pdf(edition(), language)
    monkeypatch.setattr(pdf, "_MADE", type(pdf._MADE)())

    again = report_pdf(edition(), language)
    assert again is not first
    assert again == first


def test_other_processes_give_the_same_bytes_and_leave_nothing_behind(tmp_path):
    script = (
        "import django, hashlib; django.setup()\n"
        "from unipact.agreement.queries.report.pdf import report_pdf\n"
        "from unipact.agreement.tests.reported import edition\n"
        "print(hashlib.sha256(report_pdf(edition(), 'en')).hexdigest())\n"
    )
    done = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        for _ in range(2)
    ]

    assert done[0].stdout == done[1].stdout
    assert done[0].stderr == ""
    assert list(tmp_path.glob("weasyprint-*")) == []


def test_a_report_is_made_once_and_then_kept(monkeypatch):
    report_pdf(edition(), "en")

    def refuse(*_: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(pdf, "_made", refuse)
    assert report_pdf(edition(), "en").startswith(b"%PDF-1.7")


def test_another_source_of_the_data_is_another_pdf():
    named_ones = (Text("Met Office", "英国气象局"),)
    text = _text(PdfReader(BytesIO(report_pdf(edition(), "en", named_ones))))

    assert "MetOffice" in text
    assert "MetOffice" not in _text(PdfReader(BytesIO(report_pdf(edition(), "en"))))


def test_hostile_text_is_said_and_never_obeyed():
    shown = document()
    shown["agreement"]["title"] = {"en": HOSTILE, "zh": HOSTILE}
    shown["commitments"][0]["title"] = {"en": HOSTILE, "zh": HOSTILE}
    shown["commitments"][0]["periods"][0]["reason"]["en"] = HOSTILE

    page = report_html(edition(shown), "en").decode()
    reader = PdfReader(BytesIO(report_pdf(edition(shown), "en")))

    assert "<script" not in page
    assert page.count("</style>") == 1
    assert "<img" not in page
    assert _bare(HOSTILE) in _text(reader)
    assert reader.metadata.title.endswith(HOSTILE)


class _Server:
    """A listener on this machine that notes what is asked of it."""

    def __init__(self) -> None:
        asked: list[str] = []

        class Noted(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                pass

        self.asked = asked
        self.http = HTTPServer(("127.0.0.1", 0), Noted)
        self.thread = Thread(target=self.http.serve_forever)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def close(self) -> None:
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


def test_even_markup_that_got_through_fetches_nothing(tmp_path):
    """The fetcher refuses what the escaping would have stopped before."""
    secret = tmp_path / "secret.css"
    secret.write_text('p::after { content: "LEAKED" }', encoding="utf-8")
    passage = tmp_path / "passage.html"
    passage.write_text("<p>LEAKED</p>", encoding="utf-8")
    server = _Server()
    try:
        page = (
            '<!doctype html><html lang="en"><head><title>T</title>'
            f'<link rel="stylesheet" href="{server.address}/a.css">'
            f'<link rel="stylesheet" href="{secret.as_uri()}">'
            f'<link rel="attachment" href="{secret.as_uri()}">'
            f'<style>@import "{secret.as_uri()}";p{{background:url({server.address}/b)}}</style>'
            f'</head><body><p>Text</p><img alt="x" src="{server.address}/c.png">'
            f'<object data="file:///etc/passwd"></object>'
            f'<object data="{passage.as_uri()}"></object>'
            f'<a rel="attachment" href="{secret.as_uri()}">file</a></body></html>'
        )
        made = pdf._made(page, "0")
    finally:
        server.close()

    reader = PdfReader(BytesIO(made))
    assert server.asked == []
    assert "Text" in _text(reader)
    assert not reader.attachments
    assert _files(reader) == []
    told = "".join(_contents(reader))
    assert "LEAKED" not in told + _text(reader)
    assert "root:" not in told + _text(reader)


def test_a_file_that_did_get_in_would_be_found(tmp_path):
    """The same look at a PDF that was let fetch: what it must not find above, it finds here."""
    from weasyprint import HTML, Attachment

    secret = tmp_path / "secret.css"
    secret.write_text("root:x:0:0", encoding="utf-8")
    page = HTML(string="<title>T</title><p>Text</p>")
    reader = PdfReader(BytesIO(page.write_pdf(attachments=[Attachment(filename=str(secret))])))

    assert _files(reader)
    assert any("root:" in each for each in _contents(reader))


def _objects(reader: PdfReader) -> list[Any]:
    """Every object of a PDF, whether anything leads to it or not."""
    found = [reader.get_object(number) for number in range(1, reader.trailer["/Size"])]
    return [each for each in found if each is not None]


def _files(reader: PdfReader) -> list[Any]:
    """The objects that are files, or name one."""
    kinds = {"/EmbeddedFile", "/Filespec"}
    return [
        each for each in _objects(reader) if isinstance(each, dict) and each.get("/Type") in kinds
    ]


def _contents(reader: PdfReader) -> Iterator[str]:
    """Every stream of a PDF as it is when it is unpacked."""
    for each in _objects(reader):
        if isinstance(each, StreamObject):
            yield each.get_data().decode("latin-1")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "https://example.org/font.woff2",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "data:text/css,p{}",
        "unipact-font:../../../../etc/passwd",
        "unipact-font:regular-latin?x",
        "/etc/passwd",
    ],
)
def test_nothing_but_our_own_fonts_is_fetched(url):
    with pytest.raises(ValueError, match="fetches nothing"):
        pdf.own_font(url)


def test_without_pango_the_mend_is_named_and_html_still_works(monkeypatch):
    pdf._library.cache_clear()
    monkeypatch.setattr(pdf, "_MADE", type(pdf._MADE)())
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    try:
        with pytest.raises(Unavailable) as refused:
            report_pdf(edition(), "en")
    finally:
        pdf._library.cache_clear()

    (finding,) = refused.value.findings
    assert finding.where == "Pango"
    assert "make system" in finding.mend
    assert report_html(edition(), "en").startswith(b"<!doctype html>")
