"""The demo's log: founded with the example's published keys, with a first consultation in it."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings

from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.formats.key_files import PrivateKeys, read_private
from unipact.agreement.queries.log_kept import log_size, proposals_open, run_newest
from unipact.agreement.services.consultation import (
    comment_add,
    evidence_put_forward,
    evidence_review,
    founding_prepare,
    key_hold,
    proposal_make,
    request_sign,
)
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.services.consultation.signing import Signer
from unipact.errors import NotPermitted

_SUFFIX = ".demo-key"


def demo_log_found(folder: Path, agreement: str) -> bool:
    """Found the log with the keys beside the example, all inside; whether it was not there yet.

    It is founded as of the first day of the term, so that the example's story has its own time.

    Raises:
        NotPermitted: this installation is no demo: published keys sign nothing real.
    """
    if not settings.UNIPACT_DEMO:
        raise NotPermitted("published keys sign on the demo only")
    keys = {
        path.stem: _keys(path) for path in sorted(folder.glob(f"*{_SUFFIX}")) if path.stem != "log"
    }
    if not keys or log_size(agreement):
        return False
    start = read_agreement((folder / "agreement.toml").read_bytes()).agreement.term.start
    now = datetime.combine(start, time(1), UTC)
    for party, pair in keys.items():
        for key in (pair.consent, pair.cosign):
            key_hold(signer=Signer(party), agreement=agreement, key=key, now=now)
    public = {party: pair.public for party, pair in keys.items()}
    first = Signer(next(iter(keys)))
    for each in founding_prepare(signer=first, agreement=agreement, keys=public, now=now):
        signer = Signer(each.party.slug)
        request_sign(signer=signer, agreement=agreement, request=each.pk, now=now)
    return True


def demo_consultation_begin(folder: Path, agreement: str, *, now: datetime) -> None:
    """Put the evaluation forward, review some of it, and propose the example's next version."""
    path = folder / "consultation.toml"
    if not path.is_file() or proposals_open(agreement):
        return
    told = tomllib.loads(path.read_text("utf-8"))
    proposed = told["proposal"]
    other = proposed["party"]
    run = run_newest(agreement)
    if run is not None:
        owner = next(party for party in _parties(folder) if party != other)
        digest = hashlib.sha256(run).hexdigest()
        evidence_put_forward(signer=Signer(owner), agreement=agreement, run_sha256=digest, now=now)
        for each in told.get("review", ()):
            _review(agreement, digest, json.loads(run), Signer(other), each, now)
    proposal_make(
        signer=Signer(other),
        agreement=agreement,
        proposed=Proposed(
            "version",
            reason_en=proposed["reason"]["en"],
            reason_zh=proposed["reason"]["zh"],
            content=(folder / proposed["file"]).read_bytes(),
        ),
        now=now,
        consent=True,
    )
    if comment := proposed.get("comment"):
        comment_add(
            actor=None,
            party=comment["party"],
            agreement=agreement,
            proposal=proposals_open(agreement)[0],
            text=comment["text"],
            now=now,
        )


def _review(
    agreement: str,
    digest: str,
    run: Mapping[str, Any],
    signer: Signer,
    told: Mapping[str, Any],
    now: datetime,
) -> None:
    commitment = next(each for each in run["commitments"] if each["id"] == told["commitment"])
    evidence = next(each["evidence"] for each in commitment["periods"] if each["evidence"])
    reason = told.get("reason", {})
    evidence_review(
        signer=signer,
        agreement=agreement,
        run_sha256=digest,
        evidence_sha256=evidence["id"].removeprefix("sha256:"),
        decision=told["decision"],
        reason=reason.get("en", ""),
        reason_zh=reason.get("zh", ""),
        now=now,
    )


def _parties(folder: Path) -> list[str]:
    return [path.stem for path in sorted(folder.glob(f"*{_SUFFIX}")) if path.stem != "log"]


def _keys(path: Path) -> PrivateKeys:
    return read_private(path.read_bytes(), name=path.name)
