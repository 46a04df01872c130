"""The real command line, as people call it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.databases import settings_of

EXAMPLE = Path("examples/usst-huawei-2019")


def environment(home: Path) -> dict[str, str]:
    """What a command finds in its environment: its data in ``home``, and nothing of ours."""
    return {
        "PATH": "/usr/bin:/bin",
        "UNIPACT_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "unipact.settings.demo",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        **settings_of(home),
    }


def command(*arguments: str | Path) -> list[str]:
    """The words of a command."""
    return [str(Path(sys.executable).parent / "unipact"), *map(str, arguments)]


def unipact(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[bytes]:
    """Run `unipact` with its data in ``home`` and nothing else from the environment."""
    return subprocess.run(
        command(*arguments), check=False, capture_output=True, env=environment(home)
    )
