"""``sources.toml``: which data files stand behind an agreement file, whose they are, who may see.

It lies beside ``agreement.toml`` and binds nobody: it says where this installation finds the
facts. Its schema is ``sources.schema.json`` (``unipact schema sources``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import file_digest
from pathlib import Path
from typing import Any

from unipact.agreement.engine.terms import Parameter, Text
from unipact.agreement.formats.toml_file import read_toml_file
from unipact.analysis.registry import ImportSource, Provenance
from unipact.errors import Finding, Invalid

FILE_NAME = "sources.toml"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to import: ``field`` and ``kind`` name the importer that reads it."""

    field: str
    kind: str
    path: Path
    owner: str
    visibility: str
    source: Text
    licence: Text
    attribution: Text
    sha256: str | None
    options: Mapping[str, Parameter]

    def asked(self) -> ImportSource:
        """The source as an importer is asked for it.

        Raises:
            Invalid: the file is not there, or its bytes are not those that were agreed on.
        """
        place = f"{FILE_NAME} {self.field}.{self.kind}"
        if not self.path.is_file():
            finding = Finding(place, f"there is no file {self.path}", "Mend the path.")
            raise Invalid("a source is missing: nothing was imported", findings=[finding])
        if self.sha256:
            with self.path.open("rb") as stream:
                found = f"sha256:{file_digest(stream, 'sha256').hexdigest()}"
            if found != self.sha256:
                finding = Finding(
                    place,
                    f"{self.path.name} has the digest {found}, not {self.sha256}",
                    "Use the file that was meant, or name its digest.",
                )
                raise Invalid("a source has other bytes: nothing was imported", findings=[finding])
        return ImportSource(
            kind=self.kind,
            files={"file": self.path},
            provenance=Provenance(
                owner=self.owner,
                visibility=self.visibility,  # type: ignore[arg-type]  # the schema allows no other
                source=self.source,
                licence=self.licence,
                attribution=self.attribution,
            ),
            options=self.options,
        )


@dataclass(frozen=True, slots=True)
class Sources:
    """A sources file: ``as_of`` is the last day that counts unless another is asked for."""

    as_of: date
    imports: tuple[Source, ...]


def sources_beside(agreement: Path) -> Sources | None:
    """The sources that lie beside an agreement file, or None where there is no such file.

    Raises:
        Invalid: the file is wrong; the findings name line and key path.
    """
    path = agreement.parent / FILE_NAME
    if not path.is_file():
        return None
    document = read_toml_file(path.read_bytes(), name=FILE_NAME, schema="sources")
    return Sources(
        as_of=date.fromisoformat(document["as_of"]),
        imports=tuple(_source(each, path.parent) for each in document["import"]),
    )


def _source(said: Mapping[str, Any], folder: Path) -> Source:
    return Source(
        field=said["field"],
        kind=said["kind"],
        path=folder / said["path"],
        owner=said["owner"],
        visibility=said["visibility"],
        source=Text(**said["source"]),
        licence=Text(**said["licence"]),
        attribution=Text(**said["attribution"]),
        sha256=said.get("sha256"),
        options=said.get("options", {}),
    )
