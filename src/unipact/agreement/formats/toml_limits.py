"""How a TOML file may be built, seen in one pass before a parser works on it.

``tomllib`` takes time with the square of the parts of a key, and both parsers call themselves once
a level. This pass looks at each byte once, and is right about strings and comments: what stands in
them is no dot and no bracket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_PARTS = 16
"""Parts of one key: ``a.b.c`` has three."""

DEEPEST_BRACKETS = 32
"""Lists and inline tables in one another."""

# Longest first: three quotes begin a text of several lines. Nothing is ever tried twice
# (possessive), so a text that does not end costs one look as well.
_TOKEN = re.compile(
    r'''
    (?P<text>
        """ (?: [^"\\]++ | \\. | "{1,2}+ (?!") )*+ "{3,5}
      | \'\'\' (?: [^']++ | '{1,2}+ (?!') )*+ '{3,5}
      | " (?!"") (?: [^"\\\n]++ | \\[^\n] )*+ "
      | ' (?!'') [^'\n]*+ '
    )
    | (?P<comment> \#[^\n]*+ )
    | (?P<dot> \. )
    | (?P<open> [\[{] )
    | (?P<close> [\]}] )
    | (?P<end> [=,\n]++ )
    | (?P<broken> ["'] )
    ''',
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Beyond:
    """Where a file passes a limit, and which: an offset in the text."""

    at: int
    what: str


def first_beyond(text: str) -> Beyond | None:
    """The first place at which ``text`` passes a limit; None where there is none.

    It stops at a text that does not end: there ends a parser too.
    """
    depth = dots = 0
    for token in _TOKEN.finditer(text):
        match token.lastgroup:
            case "dot":
                dots += 1
                if dots >= MOST_PARTS:
                    return Beyond(token.start(), f"a key has more than {MOST_PARTS} parts")
            case "text" | "comment":
                continue
            case "broken":
                return None
            case "open":
                depth, dots = depth + 1, 0
                if depth > DEEPEST_BRACKETS:
                    what = f"lists and tables are nested too deeply: {DEEPEST_BRACKETS} at most"
                    return Beyond(token.start(), what)
            case "close":
                depth, dots = max(0, depth - 1), 0
            case _:
                dots = 0
    return None
