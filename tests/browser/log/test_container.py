"""The container of a bundle has one form, and nothing beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.browser.log.builder import (
    KEYS,
    README,
    founded,
    pack,
    sample,
    sha256,
    text_of,
)
from tests.browser.log.window import ask, verify


@dataclass(frozen=True)
class Archive:
    """The sample's members, and the archive that a change of them makes."""

    members: dict[str, bytes] = field(default_factory=lambda: sample().members())

    def without(self, name: str) -> bytes:
        """Leave a member out."""
        return pack({each: self.members[each] for each in self.members if each != name})

    def with_first(self, name: str) -> bytes:
        """Put a member before all others."""
        return pack({name: self.members[name], **self.members})


def test_the_container_has_exactly_its_members(page: Page) -> None:
    archive = Archive()
    document = next(name for name in archive.members if name.startswith("documents/"))
    agreements = [name for name in archive.members if name.startswith("agreements/")]
    for name in ("README.txt", "checkpoint", "hashes", "checkpoints", "entries"):
        assert not verify(page, archive.without(name), KEYS)["accepted"], name
    assert verify(page, archive.without(document), KEYS)["accepted"]
    assert verify(page, archive.without(agreements[0]), KEYS)["code"] == "file-missing"
    for name in archive.members:
        if name != "README.txt":
            assert verify(page, archive.with_first(name), KEYS)["code"] == "archive-order", name


def test_a_file_that_no_entry_names_is_refused(page: Page) -> None:
    for folder, end in (("agreements", ".toml"), ("documents", "")):
        content = b"nobody names me"
        name = f"{folder}/{sha256(content)}{end}"
        members = sample().members()
        entries = members.pop("entries")
        rest = sorted(each for each in [*members, name] if each.startswith(folder))
        ordered = {each: members.get(each, content) for each in rest}
        others = {each: members[each] for each in members if not each.startswith(folder)}
        head = dict(list(others.items())[:4])
        tail = {each: content for each, content in others.items() if each not in head}
        parts = (ordered, tail) if folder == "agreements" else (tail, ordered)
        bundle = pack({**head, **parts[0], **parts[1], "entries": entries})
        verdict = verify(page, bundle, KEYS)
        assert (verdict["where"], verdict["code"]) == (name, "member-unnamed")


def test_documents_out_of_order_are_refused(page: Page) -> None:
    log = sample()
    log.documents = {text_of(number): str(number).encode() for number in (2, 8)}
    members = log.members()
    assert verify(page, log.bundle(), KEYS)["accepted"]
    entries = members.pop("entries")
    for name in sorted((each for each in members if each.startswith("documents/")), reverse=True):
        members[name] = members.pop(name)
    assert verify(page, pack({**members, "entries": entries}), KEYS)["code"] == "archive-order"


def test_bytes_after_the_end_and_a_file_cut_short_are_refused(page: Page) -> None:
    bundle = sample().bundle()
    assert verify(page, bundle + b"\0", KEYS)["where"] == "end"
    assert verify(page, bundle + bytes(512), KEYS)["where"] == "end"
    for length in (0, 1, 511, 512, 5000, len(bundle) - 1024, len(bundle) - 1):
        verdict = verify(page, bundle[:length], KEYS)
        assert (verdict["accepted"], verdict["code"]) == (False, "archive-short"), length


def test_headers_that_tar_would_take_but_the_format_does_not_are_refused(page: Page) -> None:
    bundle = sample().bundle()
    for offset, value in ((100, b"0000755"), (136, b"00000000001"), (265, b"root"), (500, b"x")):
        header = bytearray(bundle[:512])
        header[offset : offset + len(value)] = value
        header[148:156] = b" " * 8
        header[148:156] = f"{sum(header):06o}\0 ".encode()
        verdict = verify(page, bytes(header) + bundle[512:], KEYS)
        assert (verdict["where"], verdict["code"]) == ("README.txt", "archive-header")


def test_a_document_that_is_not_what_its_name_says_is_refused(page: Page) -> None:
    log = sample()
    log.documents[text_of(2)] = b"3"
    assert verify(page, log.bundle(), KEYS)["where"] == f"documents/{text_of(2)}"


def test_a_large_file_is_read_in_pieces(page: Page) -> None:
    log = founded()
    content = bytes(5 << 20)
    log.documents[sha256(content)] = content
    log.add("a", "report", year=2025, edition=1, report_sha256=sha256(content))
    head, tail = log.bundle().split(content)
    longest = ask(
        page,
        "verify.js",
        """const text = (of) => Uint8Array.from(atob(of), (each) => each.charCodeAt(0));
        const blob = new Blob([text(given.head), new Uint8Array(given.zeros), text(given.tail)]);
        let longest = 0;
        const slice = (from, until) => {
          longest = Math.max(longest, until - from);
          return blob.slice(from, until);
        };
        const verdict = await m.verifyBundle({ size: blob.size, slice }, given.keys);
        return verdict.accepted ? longest : verdict.text;""",
        {
            "head": _base64(head),
            "tail": _base64(tail),
            "zeros": len(content),
            "keys": KEYS,
        },
    )
    assert longest == 1 << 20


def test_the_fixed_text_is_that_of_the_package(page: Page) -> None:
    known = ask(page, "readme.js", "return m.README;")
    assert known.encode() == README.read_bytes()


def _base64(content: bytes) -> str:
    import base64

    return base64.b64encode(content).decode()
