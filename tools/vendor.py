"""Copy the pinned front end out of node_modules into the package (`make vendor`).

The console serves its own files: no page asks another host, and neither `make demo` nor
`make test` needs Node. What is copied is committed together with its licences and a manifest of
SHA-256 sums, `SHA256SUMS`, which `--check` (and a test) compares with the files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src/unipact/web/static/vendor"
BROWSER_TESTS = ROOT / "tests/browser/vendor"
MANIFEST = "SHA256SUMS"
UNVENDORED = {MANIFEST, "LICENCES.md"}

CONSOLE_FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "echarts/i18n/langZH.js": "echarts/langZH.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
    "echarts/licenses/LICENSE-d3": "echarts/LICENSE-d3",
    "zrender/LICENSE": "echarts/LICENSE-zrender",
    "@tabler/icons/LICENSE": "icons/LICENSE",
    **{
        f"smol-toml/dist/{name}.js": f"smol-toml/{name}.js"
        for name in ("parse", "struct", "extract", "primitive", "date", "util", "error")
    },
    "smol-toml/LICENSE": "smol-toml/LICENSE",
}
TEST_FILES = {
    "axe-core/axe.min.js": "axe.min.js",
    "axe-core/LICENSE": "LICENSE",
    "axe-core/LICENSE-3RD-PARTY.txt": "LICENSE-3RD-PARTY.txt",
}
TEXT = {".css", ".js", ".svg"}
# Source maps are not shipped, and the manifest storage of Django aborts on a link to a missing one.
SOURCE_MAP = re.compile(rb"\n?(?://|/\*)# sourceMappingURL=[^\n*]*(?:\*/)?\s*$")
DRAWING = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)
BOUNDING_BOX = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'


def wanted_icons() -> list[tuple[str, str]]:
    """Return (name, style) of each icon in `tools/icons.txt`; style is outline or filled."""
    lines = (ROOT / "tools/icons.txt").read_text(encoding="utf-8").splitlines()
    icons = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return [(words[0], words[1] if len(words) > 1 else "outline") for words in icons]


def sprite(icons: Path) -> str:
    """Return one SVG with a `<symbol>` for each wanted icon."""
    symbols: list[str] = []
    for name, style in wanted_icons():
        # Tabler names its printer icon "printer"; the sprite keeps the shorter act.
        source = {"print": "printer"}.get(name, name)
        drawing = DRAWING.search((icons / style / f"{source}.svg").read_text(encoding="utf-8"))
        if drawing is None:
            raise SystemExit(f"{source}.svg is not the drawing that was expected")
        body = re.sub(r"\s*\n\s*", "", drawing[1].replace(BOUNDING_BOX, ""))
        paint = (
            'fill="none" stroke="currentColor" stroke-width="1.75" '
            'stroke-linecap="round" stroke-linejoin="round"'
            if style == "outline"
            else 'fill="currentColor"'
        )
        identity = name if style == "outline" else f"{name}-{style}"
        symbols.append(f'<symbol id="{identity}" viewBox="0 0 24 24" {paint}>{body}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def copy(node_modules: Path) -> None:
    """Copy every vendored file, without its source map link, and draw the sprite."""
    for files, target in ((CONSOLE_FILES, VENDOR), (TEST_FILES, BROWSER_TESTS)):
        for source, name in files.items():
            content = (node_modules / source).read_bytes()
            if Path(name).suffix in TEXT:
                content = SOURCE_MAP.sub(b"\n", content)
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(content)
    (VENDOR / "icons").mkdir(parents=True, exist_ok=True)
    (VENDOR / "icons/sprite.svg").write_text(
        sprite(node_modules / "@tabler/icons/icons"), encoding="utf-8"
    )


def sums(folder: Path) -> str:
    """Return the manifest of a folder in the layout of `sha256sum`, sorted by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n"
        for path in files
        if path.name not in UNVENDORED
    )


def differences(folder: Path) -> list[str]:
    """Return the lines in which a folder and its manifest differ; none when they agree."""
    written = set((folder / MANIFEST).read_text(encoding="utf-8").splitlines())
    return sorted(written ^ set(sums(folder).splitlines()))


def unpinned(lock: Path) -> list[str]:
    """Return what the npm lock should not hold: addresses, or a package without a hash."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return [
        name
        for name, package in packages.items()
        if name and ("resolved" in package or not package.get("integrity"))
    ]


def main() -> int:
    """Copy and write the manifests, or with `--check` compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--node-modules", type=Path, default=None)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    if arguments.check:
        faults = [*differences(VENDOR), *differences(BROWSER_TESTS)]
        faults += [
            f"package-lock.json: {name}: no address, but a hash, belongs here"
            for name in unpinned(ROOT / "package-lock.json")
        ]
        for fault in faults:
            print(f"vendored files differ from their manifest: {fault}", file=sys.stderr)
        return 1 if faults else 0
    if arguments.node_modules is not None:
        copy(arguments.node_modules)
    for folder in (VENDOR, BROWSER_TESTS):
        (folder / MANIFEST).write_text(sums(folder), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
