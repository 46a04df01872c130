"""What goes to the log: never a link that lets somebody in."""

from __future__ import annotations

import logging
import re

# Django writes the path of each answer from 400 on; in these, the path is the secret.
_SECRET = re.compile(r"(/invitation/|/account/password/reset/)[^/\s]+")


class WithoutSecrets(logging.Filter):
    """Blots the secret out of the paths that hold one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, blotted."""
        said = record.getMessage()
        blotted = _SECRET.sub(r"\1…", said)
        if blotted != said:
            record.msg, record.args = blotted, None
        return True
