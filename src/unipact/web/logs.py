"""What goes to the log: never a link that lets somebody in, and one line for one record."""

from __future__ import annotations

import logging
import re

# Django writes the path of each answer from 400 on; in these, the path is the secret. Whoever
# writes a path may put a space into it: the secret ends at a slash alone.
_SECRET = re.compile(r"(/invitation/|/calendar/|/reminders/|/account/password/reset/)[^/]+")
# A line break begins a line that nobody wrote; the others hide, turn or colour what stands there.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


class WithoutSecrets(logging.Filter):
    """Blots the secret out of the paths that hold one, and spells out what cannot be seen."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, in one line without a secret; a traceback stays as it is."""
        said = record.getMessage()
        plain = _SECRET.sub(r"\1…", _UNSEEN.sub(_spelt, said))
        if plain != said:
            record.msg, record.args = plain, None
        return True


def _spelt(unseen: re.Match[str]) -> str:
    return unseen[0].encode("unicode_escape", "surrogatepass").decode("ascii")
