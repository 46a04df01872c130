"""A write that is sent twice happens once (the ``Idempotency-Key`` header field, IETF draft).

The write and its answer are kept in one transaction: after a crash either both are there or
neither, and the client that asks again with the same key gets the answer or the act.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from unipact.errors import Finding, Invalid
from unipact.web.models import KeptAnswer

HEADER = "Idempotency-Key"
_LONGEST = 255
#: A token's secret, and the path of an invitation's link.
_SHOWN_ONCE = frozenset({"secret", "path"})
_KEPT_HEADERS = ("Content-Type", "Location")


class KeyMissing(Invalid):
    """A write came without an ``Idempotency-Key``."""

    slug = "idempotency-key-missing"


class KeyReused(Invalid):
    """The key was used for another request."""

    slug = "idempotency-key-reused"


def answered_once(
    request: HttpRequest,
    principal: str,
    act: Callable[[], HttpResponse],
    *,
    now: datetime,
    is_long: bool = False,
) -> HttpResponse:
    """The answer to a write: of ``act``, or the kept one where the same was asked before.

    Refusals are not kept: what was wrong may be mended and sent with the same key. An act that
    ``is_long`` keeps no transaction open meanwhile, so it must be one that twice does no harm.

    Raises:
        KeyMissing: there is no key, or it is no good.
        KeyReused: the key came with another request before.
    """
    key = _key(request)
    asked = _digest(request)
    if is_long:
        return _kept(principal, key, asked) or _keep_after(principal, key, asked, act, now)
    try:
        with transaction.atomic():
            found = _kept(principal, key, asked)
            if found is not None:
                return found
            answer = act()
            if _is_done(answer):
                _keep(principal, key, asked, answer, now)
            else:
                transaction.set_rollback(True)
            return answer
    except IntegrityError:
        # Another worker did the same meanwhile; ours was undone.
        found = _kept(principal, key, asked)
        if found is None:
            raise
        return found


def _keep_after(
    principal: str, key: str, asked: str, act: Callable[[], HttpResponse], now: datetime
) -> HttpResponse:
    answer = act()
    if _is_done(answer):
        try:
            with transaction.atomic():
                _keep(principal, key, asked, answer, now)
        except IntegrityError:
            return _kept(principal, key, asked) or answer
    return answer


def _key(request: HttpRequest) -> str:
    key = request.headers.get(HEADER, "")
    if not key:
        finding = Finding(HEADER, "is missing", "Send a new random value, such as a UUID.")
        raise KeyMissing("a write needs a key", findings=[finding])
    if len(key) > _LONGEST or not (key.isascii() and key.isprintable()):
        finding = Finding(HEADER, f"is not 1 to {_LONGEST} printable ASCII characters")
        raise KeyMissing("the key is no good", findings=[finding])
    return key


def _digest(request: HttpRequest) -> str:
    """What was asked, whole: method, address, type and body."""
    parts = (request.method or "", request.get_full_path(), request.content_type or "")
    head = "\0".join(parts).encode(errors="surrogatepass")
    return hashlib.sha256(head + b"\0" + request.body).hexdigest()


def _is_done(answer: HttpResponse) -> bool:
    return 200 <= answer.status_code < 300


def _kept(principal: str, key: str, asked: str) -> HttpResponse | None:
    kept = KeptAnswer.objects.filter(principal=principal, key=key).first()
    if kept is None:
        return None
    if kept.request_sha256 != asked:
        finding = Finding(HEADER, "came with another request before", "Take a new key.")
        raise KeyReused("the key was used before", findings=[finding])
    answer = HttpResponse(bytes(kept.body), status=kept.status, headers=kept.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _keep(principal: str, key: str, asked: str, answer: HttpResponse, now: datetime) -> None:
    KeptAnswer.objects.create(
        principal=principal,
        key=key,
        request_sha256=asked,
        status=answer.status_code,
        headers={name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers},
        body=_without_secret(answer),
        kept_at=now,
    )


def _without_secret(answer: HttpResponse) -> bytes:
    """The body to keep: what is shown once is not kept."""
    if not answer.headers.get("Content-Type", "").startswith("application/json"):
        return answer.content
    said = json.loads(answer.content)
    if not isinstance(said, dict) or _SHOWN_ONCE.isdisjoint(said):
        return answer.content
    hidden = {name: None if name in _SHOWN_ONCE else part for name, part in said.items()}
    return json.dumps(hidden, ensure_ascii=False).encode()
