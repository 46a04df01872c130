"""Production as `unipact serve` runs it, and beside it the bare views that it is compared with."""

from __future__ import annotations

from unipact.settings.production import *  # noqa: F403

ROOT_URLCONF = "benchmarks.api_peer"
MIDDLEWARE = ["benchmarks.api_peer.alone", *MIDDLEWARE]  # noqa: F405
