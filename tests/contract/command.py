"""The real command line, as people call it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path("examples/usst-huawei-2019")


def unipact(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[bytes]:
    """Run `unipact` with its data in ``home`` and nothing else from the environment."""
    return subprocess.run(
        [Path(sys.executable).parent / "unipact", *arguments],
        check=False,
        capture_output=True,
        env={
            "PATH": "/usr/bin:/bin",
            "UNIPACT_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "unipact.settings.demo",
            "OMP_NUM_THREADS": "1",
        },
    )
