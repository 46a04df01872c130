"""An installation: the fields that run, and the folder that holds its lake."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path

from unipact.agreement.formats.scope import KnownMetric, KnownMetrics, KnownParameter
from unipact.analysis.evaluation.evaluator import Evaluator
from unipact.analysis.lake import Lake, Snapshot
from unipact.analysis.registry import PARAMETER_TYPES, FieldManifest, Registry
from unipact.errors import Finding, Invalid
from unipact.installation.sources import Source

#: The manifest of every field that runs. A field is switched on by a line here.
FIELDS = ("unipact.analysis.field", "unipact.campus.field")

Progress = Callable[[str], None]


def _prefixed(progress: Progress, name: str) -> Progress:
    return lambda step: progress(f"{name}: {step}")


def home_folder() -> Path:
    """The folder of the lake and the SQLite file: ``UNIPACT_HOME``, else ``./var``."""
    return Path(os.environ.get("UNIPACT_HOME") or "var").absolute()


@dataclass(frozen=True)
class Installation:
    """The fields that run, joined with the lake under ``home``."""

    home: Path

    @cached_property
    def manifests(self) -> tuple[FieldManifest, ...]:
        """What each field declares, in the order of ``FIELDS``."""
        return tuple(import_module(each).FIELD for each in FIELDS)

    @cached_property
    def registry(self) -> Registry:
        """Every table, metric and importer that a running field declares, checked."""
        return Registry(self.manifests)

    @cached_property
    def lake(self) -> Lake:
        """The lake under ``home``."""
        return Lake(self.home / "lake", self.registry.tables)

    @cached_property
    def known_metrics(self) -> KnownMetrics:
        """The metrics that an agreement may bind, by app: for ``unipact check``."""
        known: dict[str, dict[str, KnownMetric]] = {each.id: {} for each in self.manifests}
        for (name, version), metric in self.registry.metrics.items():
            parameters = {
                each.name: KnownParameter(PARAMETER_TYPES[each.type], each.required, each.choices)
                for each in metric.parameters
            }
            app = known.setdefault(name.partition(".")[0], {})
            app[f"{name}@{version}"] = KnownMetric(metric.unit, parameters)
        return known

    def load(self, sources: Sequence[Source], progress: Progress = lambda line: None) -> None:
        """Import ``sources`` into the lake, each whole or not at all; what is in it is left.

        ``progress`` hears a line for each file and step.

        Raises:
            Invalid: a source is wrong, or no field that runs reads its kind.
        """
        for each in sources:
            importer = self.registry.importers.get(each.kind)
            if importer is None:
                finding = Finding(
                    f"{each.field}.{each.kind}",
                    "no field that runs imports this kind",
                    f"Kinds: {', '.join(sorted(self.registry.importers))}.",
                )
                raise Invalid("a source cannot be read: nothing was imported", findings=[finding])
            batch = importer(each.asked())
            if self.lake.published(batch.key):
                progress(f"{each.path.name}: in the lake already")
                continue
            self.lake.publish(batch, _prefixed(progress, each.path.name))

    def evaluator(self, snapshot: Snapshot | None = None) -> Evaluator:
        """Computes metrics at ``snapshot``, by default at what the lake holds now."""
        return Evaluator(self.registry, self.lake, snapshot)
