"""A browser window that has the log verifier, under the policy of the console and without it."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from unipact.web.middleware import POLICY

STATIC = Path(__file__).parents[3] / "src/unipact/web"

_VERIFY = """async ({ bundle, keys, options }) => {
  const { verifyBundle } = await import("/static/web/log/verify.js");
  const bytes = Uint8Array.from(atob(bundle), (each) => each.charCodeAt(0));
  return await verifyBundle(new Blob([bytes]), keys, options);
}"""


@dataclass
class Site:
    """A server of static files; ``pages`` are what it answers at other addresses."""

    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    address: str = ""


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *given: Any, site: Site, **options: Any) -> None:
        self._site = site
        super().__init__(*given, directory=str(STATIC), **options)

    def do_GET(self) -> None:
        found = self._site.pages.get(self.path)
        if found is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", found[0])
        self.send_header("Content-Length", str(len(found[1])))
        self.end_headers()
        self.wfile.write(found[1])

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: what a page misses shows in its test."""


@contextmanager
def served() -> Iterator[Site]:
    """Serve the static files of the console until the context ends."""
    site = Site({"/": ("text/html", b"<!doctype html><title>empty</title>")})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, site=site))
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def verify(page: Page, bundle: bytes, keys: Sequence[str], **options: object) -> Mapping[str, Any]:
    """Return the verdict of the browser on a bundle."""
    given = {"bundle": base64.b64encode(bundle).decode(), "keys": list(keys), "options": options}
    verdict: Mapping[str, Any] = page.evaluate(_VERIFY, given)
    return verdict


def ask(page: Page, module: str, body: str, given: object = None) -> Any:
    """Return what an expression over a module ``m`` and a value ``given`` has in the browser."""
    script = f'async (given) => {{ const m = await import("/static/web/log/{module}"); {body} }}'
    return page.evaluate(script, given)
