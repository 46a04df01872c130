"""Names that people type: one line that looks like what it is."""

from __future__ import annotations

import unicodedata

from unipact.errors import Finding, Invalid

# Cc control, Cf format (bidirectional overrides, zero width), Cs surrogates, Co private, Cn none,
# Zl and Zp line and paragraph separators.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters, marks and a sign that leave no ink all the same (Unicode: Default_Ignorable_Code_Point,
# and the empty pattern of Braille).
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Emoji and some scripts join letters with these two; on their own they hide nothing.
_JOINERS = frozenset("\u200c\u200d")
_MOST_MARKS = 4


def plain_name(text: str, *, where: str, longest: int) -> str:
    """``text`` in NFC, without space around it.

    Refused are characters that cannot be seen or that turn the direction of what follows, and
    letters under heaps of marks: such a name could pass for another, or spoil the page around it.

    Raises:
        Invalid: it is empty, too long, or holds such characters; the finding names ``where``.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise _wrong(where, "it is empty", "Write a name.")
    if len(name) > longest:
        raise _wrong(where, f"it is longer than {longest} characters", "Shorten it.")
    marks = 0
    for place, character in enumerate(name, start=1):
        kind = unicodedata.category(character)
        if character in _BLANK or (kind in _REFUSED and character not in _JOINERS):
            what = f"character {place} (U+{ord(character):04X}) cannot be seen"
            raise _wrong(where, what, "Leave it out.")
        marks = marks + 1 if kind in {"Mn", "Me"} else 0
        if marks > _MOST_MARKS:
            raise _wrong(where, f"too many marks on one letter at character {place}", "")
    if all(unicodedata.category(each)[0] in "ZMC" for each in name):
        raise _wrong(where, "nothing of it can be seen", "Write a name.")
    return name


def _wrong(where: str, what: str, mend: str) -> Invalid:
    return Invalid("a name is wrong", findings=[Finding(where, what, mend)])
