"""The main job: read an agreement file, import what stands behind it, say how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from unipact.agreement.engine.assessment import assess, run_bytes
from unipact.agreement.engine.ports import MetricSource
from unipact.agreement.engine.states import state_at
from unipact.agreement.formats.agreement_toml import AgreementFile, read_agreement
from unipact.errors import Finding, Invalid
from unipact.installation.home import Installation, Progress
from unipact.installation.sources import FILE_NAME, sources_beside


class NoDay(Invalid):
    """No day was named, and none follows from the data."""


@dataclass(frozen=True, slots=True)
class Run:
    """An agreement file, and the run document that was made of it."""

    file: AgreementFile
    document: dict[str, Any]

    @property
    def bytes(self) -> bytes:
        """The document as it is printed, kept and hashed."""
        return run_bytes(self.document)


def read_file(installation: Installation, path: Path) -> AgreementFile:
    """The agreement in ``path``, checked against the metrics of the fields that run.

    Raises:
        Invalid: there is no such file, or it is wrong.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        what = error.strerror or "it cannot be read"
        raise Invalid(f"{path}: {what}", findings=[Finding(str(path), what)]) from error
    return read_agreement(data, name=path.name, known_metrics=installation.known_metrics)


def run_file(
    installation: Installation,
    path: Path,
    *,
    as_of: date | None = None,
    progress: Progress = lambda line: None,
) -> Run:
    """Evaluate the agreement in ``path`` at one snapshot of the lake.

    What ``sources.toml`` beside the file names is imported first; a file that is in the lake
    already is left as it is. Without ``as_of`` the day that the sources name counts, else the
    last day that the lake has data of: never the wall clock.

    Raises:
        Invalid: the file, its sources or their rows are wrong; nothing was half imported.
    """
    file = read_file(installation, path)
    sources = sources_beside(path)
    if sources:
        installation.load(sources.imports, progress)
    day = as_of or (sources.as_of if sources else None)
    try:
        return run_kept(installation, file, as_of=day, progress=progress)
    except NoDay as error:
        finding = Finding(
            str(path),
            f"there is no {FILE_NAME} beside it and the lake is empty, so no day is known",
            "Name one: --as-of 2019-12-31.",
        )
        raise NoDay(error.message, findings=[finding]) from error


def run_kept(
    installation: Installation,
    file: AgreementFile,
    *,
    as_of: date | None = None,
    progress: Progress = lambda line: None,
) -> Run:
    """Evaluate an agreement at what the lake holds now; nothing is imported first.

    Raises:
        NoDay: no day is named and the lake is empty.
    """
    evaluator = installation.evaluator()
    day = as_of or _last_day(evaluator.snapshot.data_until)
    if day is None:
        finding = Finding("as_of", "the lake is empty, so no day is known", "Name one.")
        raise NoDay("no day to evaluate", findings=[finding])
    progress(f"evaluating {len(file.agreement.commitments)} commitments as of {day}")
    return Run(file, assessed(file, evaluator, day))


def assessed(file: AgreementFile, source: MetricSource, day: date) -> dict[str, Any]:
    """The run document of a file that no log holds: its state follows from its own dates."""
    return assess(
        file.agreement,
        sha256=file.sha256,
        state=state_at(file.agreement, day),
        source=source,
        as_of=day,
    )


def last_day(installation: Installation) -> date | None:
    """The last day that the lake has data of; None while it is empty."""
    return _last_day(installation.evaluator().snapshot.data_until)


def _last_day(data_until: date | None) -> date | None:
    return data_until - timedelta(days=1) if data_until else None
