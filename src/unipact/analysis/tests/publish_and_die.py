"""A process that publishes one batch and kills itself with SIGKILL after the named step.

``python -m unipact.analysis.tests.publish_and_die LAKE KEY SEED STEP``; an empty step lets it end.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from unipact.analysis.tests import worlds


def main(root: str, key: str, seed: str, fatal: str) -> None:
    def die(step: str) -> None:
        if step == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    number = int(seed)
    batch = worlds.batch(
        key,
        readings=worlds.readings(3, 2_000, seed=number, first=10 * number),
        meters=worlds.meters(3, first=10 * number),
    )
    worlds.lake(Path(root)).publish(batch, on_step=die)
    print("acknowledged", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
