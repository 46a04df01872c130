"""Verifying a bundle from the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import typer

from unipact.agreement.engine.register.acts import KeyPair
from unipact.agreement.formats.bundle.layout import README_TEXT
from unipact.agreement.formats.bundle.ustar import header
from unipact.agreement.formats.bundle.verdict import Mode, Verdict
from unipact.agreement.formats.bundle.verify import Question, verify_bundle
from unipact.agreement.formats.key_files import read_public
from unipact.errors import Finding, Invalid, NotFound
from unipact.exits import Exit
from unipact.tlog.checkpoint import read_checkpoint
from unipact.tlog.note import Note, read_note

_FIRST = header("README.txt", len(README_TEXT))
_LARGEST_NOTE = 16_384


def is_bundle(path: Path) -> bool:
    """Whether a file begins as a bundle does."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(_FIRST)) == _FIRST
    except OSError:
        return False


def verify_file(
    path: Path,
    keys: Sequence[Path],
    *,
    mode: Mode,
    seen: Path | None,
    as_json: bool,
    shows_progress: bool,
) -> None:
    """Verify a bundle and say what was found; exit 1 where it is not accepted.

    Raises:
        NotFound: there is no such file.
        Invalid: the keys or the kept checkpoint cannot be read.
    """
    kept = _seen(seen) if seen else None
    question = Question(
        keys=[_key(each) for each in keys],
        mode=mode,
        seen=read_checkpoint(kept.text) if kept else None,
        seen_note=kept,
        progress=_told if shows_progress else None,
    )
    if len(question.keys) < 2:
        finding = Finding("--key", "the public keys of both parties are needed", "Give it twice.")
        raise Invalid("keys are missing", findings=[finding])
    if not path.is_file():
        raise NotFound(f"there is no file {path}")
    try:
        with path.open("rb") as stream:
            verdict = verify_bundle(stream, question)
    except OSError as error:
        verdict = Verdict(False, mode, where=str(path), what=error.strerror or "it cannot be read")
    if as_json:
        typer.echo(json.dumps(_document(verdict), ensure_ascii=False, indent=2))
    else:
        _say(verdict)
    if not verdict.accepted:
        raise typer.Exit(Exit.NOT_ACCEPTED)


def _say(verdict: Verdict) -> None:
    if not verdict.accepted:
        typer.echo(f"unipact: not accepted: {verdict.where}: {verdict.what}", err=True)
        return
    typer.echo(f"accepted: {verdict.origin}, {verdict.size} entries, root {verdict.root}")
    if verdict.register is None:
        typer.echo(
            "root only: hashes and the checkpoint's signatures; --full verifies every signature, "
            "rule and file"
        )
        return
    terms = verdict.register.terms
    typer.echo("full: every signature, rule and file")
    typer.echo(f"in force: version {terms.version} of {terms.agreement}, sha256:{terms.sha256}")
    if verdict.dated_by:
        typer.echo(f"deadlines: checked against {verdict.dated_by} earlier cosigned checkpoints")
    else:
        typer.echo("deadlines: not checked, the bundle has no earlier cosigned checkpoint")
    typer.echo(f"documents: {verdict.documents} here, {verdict.withheld} withheld or erased")


def _document(verdict: Verdict) -> dict[str, object]:
    document: dict[str, object] = {
        "format": "unipact-verdict/1",
        "accepted": verdict.accepted,
        "mode": verdict.mode,
        "origin": verdict.origin,
        "size": verdict.size,
        "root": verdict.root,
        "where": verdict.where,
        "entry": verdict.entry,
        "what": verdict.what,
    }
    if verdict.register is not None:
        terms = verdict.register.terms
        document["in_force"] = {
            "agreement": terms.agreement,
            "version": terms.version,
            "sha256": terms.sha256,
            "file_sha256": terms.file_sha256,
        }
        document["keys"] = {
            party: {"consent": pair.consent, "cosign": pair.cosign}
            for party, pair in verdict.register.keys.items()
        }
        document["dated_by"] = verdict.dated_by
        document["documents"] = {"here": verdict.documents, "withheld": verdict.withheld}
    return document


def _key(path: Path) -> KeyPair:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path}: {error.strerror or 'it cannot be read'}") from error
    return read_public(data, name=str(path))


def _seen(path: Path) -> Note:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST_NOTE)
    except OSError as error:
        raise NotFound(f"{path}: {error.strerror or 'it cannot be read'}") from error
    return read_note(data)


def _told(done: int, of: int) -> None:
    typer.echo(f"\r{done} of {of} entries", err=True, nl=done == of)
