"""The campus field's manifest: the only file of the app that the rest of unipact reads."""

from __future__ import annotations

from unipact.agreement.engine.terms import Text
from unipact.analysis.registry import FieldManifest, NavigationEntry
from unipact.campus.metrics import METRICS
from unipact.campus.services.importing import IMPORTERS
from unipact.campus.tables import TABLES

FIELD = FieldManifest(
    id="campus",
    name=Text("Smart campus", "智慧校园"),
    tables=TABLES,
    metrics=METRICS,
    importers=IMPORTERS,
    navigation=(
        NavigationEntry(
            label=Text("Energy of the campus", "校园用能"), route="campus:buildings", icon="bolt"
        ),
    ),
    cli="unipact.campus.commands:app",
    api="unipact.campus.api.routes:router",
)
