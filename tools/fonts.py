"""Cut the console's web fonts out of Noto Sans CJK SC (`make fonts`).

A whole CJK face weighs 16 MB, so the console ships subsets: GBK in Regular, because people's
names need characters that GB2312 lacks (祎 喆 玥 昇), and GB2312 in Bold. Each weight is cut
into slices with a `unicode-range`, so that a page fetches only what it shows.

Of two rules that cover one character the browser asks the *later* one first (CSS Fonts 4,
section 4.5). The rare slices therefore come first and name wide ranges; the common slices come
last and name exact ones.

Every slice holds the space as well, though no rule names it there: Pango, which sets the PDF of a
report, takes a space from the font of the character before it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "src/unipact/web/static/vendor/fonts"
SOURCES = Path("/usr/share/fonts/opentype/noto")
COPYRIGHT = Path("/usr/share/doc/fonts-noto-cjk/copyright")
FAMILY = "Noto Sans SC"
SIMPLIFIED_CHINESE_FACE = 2  # index of "SC" inside the .ttc collection
HAN = range(0x4E00, 0x9FA6)  # the Han characters of GBK
RARE_SLICES = 4
SPACES = (0x20, 0xA0)


@dataclass(frozen=True)
class Slice:
    """One font file: its code points, and the range that its CSS rule names."""

    name: str
    code_points: tuple[int, ...]
    unicode_range: str
    features: str = ""


def ranges(code_points: Iterable[int]) -> str:
    """Return code points as a CSS `unicode-range` list."""
    parts: list[str] = []
    start = last = -2
    for point in [*sorted(code_points), 0x110000]:
        if point == last + 1:
            last = point
            continue
        if start >= 0:
            parts.append(f"U+{start:X}" if start == last else f"U+{start:X}-{last:X}")
        start = last = point
    return ",".join(parts)


def _decoded(encoding: str, leads: range, trails: range) -> Iterator[int]:
    for lead in leads:
        for trail in trails:
            try:
                text = bytes((lead, trail)).decode(encoding)
            except UnicodeDecodeError:
                continue
            if len(text) == 1 and not 0xE000 <= ord(text) < 0xF900:  # not the private use area
                yield ord(text)


def slices(weight: str) -> list[Slice]:
    """Return the slices of one weight, rarest first."""
    trails = range(0xA1, 0xFF)
    common = set(_decoded("gb2312", range(0xB0, 0xD8), trails))  # level 1: 3,755 characters
    less_common = set(_decoded("gb2312", range(0xD8, 0xF8), trails))  # level 2: 3,008
    gbk = set(_decoded("gbk", range(0x81, 0xFF), range(0x40, 0xFF)))
    symbols = set(range(0x20, 0x7F)) | set(range(0xA0, 0x250)) | set(range(0x2010, 0x2060))
    symbols |= {0x20AC, 0x2103, 0x2116, 0x2122, 0x2212, 0x2264, 0x2265, 0x2713, 0x25CF}
    symbols |= set(range(0x2190, 0x219A)) | set(range(0x2080, 0x208A)) | set(range(0x2070, 0x207A))
    symbols |= {point for point in gbk if point not in HAN}
    result: list[Slice] = []
    if weight == "Regular":
        rare = sorted(point for point in gbk if point in HAN and point not in common | less_common)
        size = -(-len(rare) // RARE_SLICES)
        for number in range(RARE_SLICES):
            part = tuple(rare[number * size : (number + 1) * size])
            named = f"U+{part[0]:X}-{part[-1]:X}"
            result.append(Slice(f"rare-{number + 1}", (*SPACES, *part), named))
    result.append(Slice("level-2", (*SPACES, *sorted(less_common)), ranges(less_common)))
    result.append(Slice("level-1", (*SPACES, *sorted(common)), ranges(common)))
    result.append(Slice("latin", tuple(sorted(symbols)), ranges(symbols), "kern,liga"))
    return result


def _cut(source: Path, part: Slice, target: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.write("\n".join(f"{point:04X}" for point in part.code_points))
        listing.flush()
        subprocess.run(
            [
                sys.executable,
                "-m",
                "fontTools.subset",
                str(source),
                f"--font-number={SIMPLIFIED_CHINESE_FACE}",
                f"--unicodes-file={listing.name}",
                f"--layout-features={part.features}",
                "--flavor=woff2",
                "--no-hinting",
                "--desubroutinize",
                f"--output-file={target}",
            ],
            check=True,
        )


def _rule(file: str, weight: int, unicode_range: str) -> str:
    return (
        f'@font-face{{font-family:"{FAMILY}";font-style:normal;font-weight:{weight};'
        f'font-display:swap;src:url("{file}") format("woff2");unicode-range:{unicode_range}}}\n'
    )


def build(out: Path, cut: Callable[[Path, Slice, Path], None] = _cut) -> None:
    """Write the font files, `fonts.css` and the licence into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    regular, bold = slices("Regular"), slices("Bold")
    css = [
        f"/* {FAMILY}: subsets of Noto Sans CJK SC, SIL Open Font License 1.1 (OFL.txt).\n"
        "   Made by tools/fonts.py; the order of the rules matters, see there. */\n"
    ]
    for part in regular:
        file = f"noto-sans-sc-regular-{part.name}.woff2"
        cut(SOURCES / "NotoSansCJK-Regular.ttc", part, out / file)
        css.append(_rule(file, 400, part.unicode_range))
        if part.name.startswith("rare"):
            # A rare character inside bold text is drawn in Regular rather than as a box.
            css.append(_rule(file, 700, part.unicode_range))
    for part in bold:
        file = f"noto-sans-sc-bold-{part.name}.woff2"
        cut(SOURCES / "NotoSansCJK-Bold.ttc", part, out / file)
        css.append(_rule(file, 700, part.unicode_range))
    (out / "fonts.css").write_text("".join(css), encoding="utf-8")


def main() -> int:
    """Build the fonts; name the missing package when the sources are not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    if not (SOURCES / "NotoSansCJK-Regular.ttc").is_file():
        print("Noto Sans CJK is missing: apt-get install fonts-noto-cjk", file=sys.stderr)
        return 2
    build(arguments.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
