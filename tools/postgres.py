"""Run a command with a throw-away PostgreSQL beside it (`make test-postgres`).

::

    python tools/postgres.py -- python -m pytest -m db

The cluster lives in a temporary folder, listens on a Unix socket there and nowhere else, trades
durability for speed, and is gone when the command ends. The command finds it by
``UNIPACT_DATABASE_URL``. PostgreSQL refuses to run as root, so root runs it as `postgres`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DEBIAN_BINARIES = Path("/usr/lib/postgresql")
MISSING = "PostgreSQL is missing: make system (apt-get install --no-install-recommends postgresql)"
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def binaries() -> Path | None:
    """Return the folder with `initdb`, the newest of Debian's first; None without one."""

    def major(folder: Path) -> int:
        return int(folder.parent.name) if folder.parent.name.isdigit() else 0

    # Debian keeps them in a folder for each version, off the PATH.
    for folder in sorted(DEBIAN_BINARIES.glob("*/bin"), key=major, reverse=True):
        if (folder / "initdb").is_file():
            return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _owner() -> dict[str, Any]:
    """Return the `subprocess` arguments under which the server runs."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@contextmanager
def server(*, settings: str = FAST) -> Iterator[str]:
    """Yield the URL of a new, empty database; stop and remove its server afterwards.

    ``settings`` are options of the server; the empty text leaves it as PostgreSQL ships.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    folder = binaries()
    if folder is None:
        raise FileNotFoundError(MISSING)
    # The path of a Unix socket has at most 107 bytes: keep it short.
    home = Path(tempfile.mkdtemp(prefix="upg-", dir="/tmp"))
    owner = _owner()
    if owner:
        os.chown(home, owner["user"], owner["group"])
    data = home / "data"

    def run(*command: str) -> None:
        done = subprocess.run(
            [str(folder / command[0]), *command[1:]],
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
            **owner,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")

    options = f"-k {home} -c listen_addresses='' {settings}"
    try:
        run(
            "initdb",
            *("-D", str(data), "-A", "trust", "-U", "unipact"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        )
        # The log goes to a file: a server that inherits a pipe would keep its reader waiting.
        run("pg_ctl", "-D", str(data), "-w", "-l", str(home / "log"), "-o", options, "start")
        run("createdb", "-h", str(home), "-U", "unipact", "unipact")
        yield f"postgresql://unipact@/unipact?host={home}"
    finally:
        if (data / "postmaster.pid").exists():
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


def main(arguments: list[str]) -> int:
    """Run the command after `--` with the database's URL in its environment."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    # A terminated run stops its server like an interrupted one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with server() as url:
            environment = {**os.environ, "UNIPACT_DATABASE_URL": url}
            return subprocess.run(command, env=environment, check=False).returncode
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
