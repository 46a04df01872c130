"""The environment of its own in which OpenDSM runs (1.2 GB, made once, ignored by git)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".bench" / "opendsm"
# A plain install of 1.2.7 fails on import with multimethod 2.
REQUIREMENTS = ("opendsm==1.2.7", "multimethod<2")
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
}


def python() -> Path:
    """The interpreter of the environment, which is made where it is missing."""
    interpreter = HOME / "bin" / "python"
    ready = HOME / "ready"
    if not ready.exists():
        print(f"making {HOME} (OpenDSM, 1.2 GB, once)", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
        subprocess.run([interpreter, "-m", "pip", "install", "-q", *REQUIREMENTS], check=True)
        subprocess.run([interpreter, "-c", "import opendsm.eemeter"], check=True)
        ready.write_text("\n".join(REQUIREMENTS) + "\n")
    return interpreter


def fit_and_predict(
    method: str, **given: Any
) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """Run ``_opendsm_peer.py``: its report, and the predictions that it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.npz"), Path(folder, "out.npz")
        np.savez(source, **given)
        script = Path(__file__).with_name("_opendsm_peer.py")
        done = subprocess.run(
            [python(), script, method, source, target],
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | ONE_THREAD,
        )
        report = json.loads(done.stdout.strip().splitlines()[-1])
        with np.load(target) as said:
            return report, {name: said[name] for name in said.files}
