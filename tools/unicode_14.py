"""Write the table of the characters of Unicode 14.0, or with `--check` compare it.

Both readers of agreement files hold it, the one in Python and the one of the browser. It is read
off a Python whose `unicodedata` is of that version (3.11); on any other, nothing is done.
"""

from __future__ import annotations

import argparse
import re
import textwrap
import unicodedata
from itertools import groupby
from pathlib import Path

VERSION = "14.0.0"
PACKAGE = Path(__file__).resolve().parent.parent / "src/unipact"
FILES = (
    PACKAGE / "agreement/formats/unicode_14.py",
    PACKAGE / "web/static/web/log/unicode_14.js",
)
# The lines of the table between the brackets of RUNS, in Python and in JavaScript alike.
TABLE = re.compile(r'(?<=RUNS = .\n)(?P<indent> +)"[^"]*",\n(?: +"[^"]*",\n)*')
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
WIDTH = 90


def runs() -> list[int]:
    """The lengths of the runs of code points that are assigned and that are not, in turn."""
    assigned = (unicodedata.category(chr(point)) != "Cn" for point in range(0x110000))
    return [sum(1 for _ in run) for _, run in groupby(assigned)]


def written(text: str) -> str:
    """The text of one of the files with the table as it must be."""
    found = TABLE.search(text)
    if found is None:
        raise SystemExit("the file has no table RUNS")
    lines = textwrap.wrap(" ".join(_base_36(length) for length in runs()), WIDTH)
    table = "".join(f'{found["indent"]}"{line}",\n' for line in lines)
    return text[: found.start()] + table + text[found.end() :]


def _base_36(number: int) -> str:
    head, last = divmod(number, 36)
    return (_base_36(head) if head else "") + DIGITS[last]


def main() -> None:
    """Write or check both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    check = parser.parse_args().check
    if unicodedata.unidata_version != VERSION:
        found = unicodedata.unidata_version
        raise SystemExit(f"this Python knows Unicode {found}; the table is of {VERSION}")
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        right = written(text)
        if text != right and check:
            raise SystemExit(f"{file.name} has another table than Unicode {VERSION}")
        if text != right:
            file.write_text(right, encoding="utf-8")


if __name__ == "__main__":
    main()
