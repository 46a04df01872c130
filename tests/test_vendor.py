"""The vendored front end: unchanged since it was copied, licensed, and asking no other host."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (ROOT / "src/unipact/web/static/vendor", ROOT / "tests/browser/vendor")
ICON = re.compile(r"""{%\s*icon\s+["']([a-z0-9-]+)["']""")


@pytest.fixture(scope="module")
def vendor():
    """The tool that writes the manifests."""
    spec = importlib.util.spec_from_file_location("vendor", ROOT / "tools/vendor.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_vendored_files_are_those_of_the_manifest(vendor, folder):
    assert vendor.differences(folder) == []


def test_a_changed_an_added_and_a_removed_file_are_noticed(vendor, tmp_path):
    shutil.copytree(FOLDERS[1], tmp_path / "vendor")
    copy = tmp_path / "vendor"
    (copy / "axe.min.js").write_text("changed", encoding="utf-8")
    (copy / "added.js").write_text("added", encoding="utf-8")
    (copy / "LICENSE").unlink()

    noticed = {line.split("  ")[1] for line in vendor.differences(copy)}

    assert noticed == {"axe.min.js", "added.js", "LICENSE"}


def test_the_npm_lock_holds_hashes_and_no_addresses(vendor, tmp_path):
    assert vendor.unpinned(ROOT / "package-lock.json") == []

    lock = tmp_path / "lock.json"
    lock.write_text('{"packages": {"": {}, "a": {"resolved": "x", "integrity": "y"}, "b": {}}}')
    assert vendor.unpinned(lock) == ["a", "b"]


def test_no_vendored_file_links_to_a_source_map():
    for path in FOLDERS[0].rglob("*"):
        if path.suffix in {".js", ".css"}:
            assert b"sourceMappingURL" not in path.read_bytes(), path.name


def test_each_vendored_folder_carries_its_licence():
    for folder in FOLDERS[0].iterdir():
        if folder.is_dir():
            texts = [path.name for path in folder.iterdir() if path.name in {"LICENSE", "OFL.txt"}]
            assert texts, folder.name


def test_the_fonts_that_the_style_sheet_names_are_there():
    fonts = FOLDERS[0] / "fonts"
    named = set(re.findall(r'url\("([^"]+)"\)', (fonts / "fonts.css").read_text(encoding="utf-8")))

    assert named == {path.name for path in fonts.glob("*.woff2")}


@pytest.mark.parametrize("character", "祎喆玥昇璟珺翀堃瑄镕頔")
def test_names_of_people_are_in_the_regular_font(character):
    css = (FOLDERS[0] / "fonts/fonts.css").read_text(encoding="utf-8")
    faces = re.findall(r"font-weight:400;.*?url\(\"([^\"]+)\"\).*?unicode-range:([^}]+)}", css)
    point = ord(character)

    def covers(unicode_range: str) -> bool:
        bounds = [part.removeprefix("U+").split("-") for part in unicode_range.split(",")]
        return any(int(pair[0], 16) <= point <= int(pair[-1], 16) for pair in bounds)

    # The browser asks the last rule whose range covers the character.
    file = [name for name, unicode_range in faces if covers(unicode_range)][-1]
    with TTFont(FOLDERS[0] / "fonts" / file) as font:
        assert point in font.getBestCmap()


def test_the_icons_that_templates_use_are_in_the_sprite():
    sprite = (FOLDERS[0] / "icons/sprite.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = {
        name
        for path in (ROOT / "src/unipact").glob("*/templates/**/*.html")
        for name in ICON.findall(path.read_text(encoding="utf-8"))
    }

    assert used
    assert used <= drawn
