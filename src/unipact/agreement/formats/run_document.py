"""Reading a run document from a file: what ``unipact run --json`` printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from unipact.agreement.formats.structure import structure_problems
from unipact.errors import Finding, Invalid


def read_run(path: Path) -> dict[str, Any]:
    """The run document in a file.

    Raises:
        Invalid: the file cannot be read, or is no run document.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        finding = Finding(str(path), error.strerror or "it cannot be read")
        raise Invalid("no run document", findings=[finding]) from error
    except RecursionError as error:
        finding = Finding(str(path), "this is no run document: its lists stand too deep")
        raise Invalid("no run document", findings=[finding]) from error
    except ValueError as error:
        finding = Finding(str(path), f"this is no JSON: {error}")
        raise Invalid("no run document", findings=[finding]) from error
    if problems := structure_problems(document, "run"):
        place = ".".join(str(each) for each in problems[0].path)
        finding = Finding(f"{path} {place}".rstrip(), problems[0].what, "Use `unipact run --json`.")
        raise Invalid("no run document", findings=[finding])
    return dict(document)
