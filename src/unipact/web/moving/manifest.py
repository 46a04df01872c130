"""What an archive says of itself: the software, the migrations, every table and every lake file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import jsonschema

from unipact.errors import Finding, Invalid

FORMAT = "unipact-installation/1"

#: What a writer holds, and what it is about to throw away (``analysis.lake.publish``).
LOCK = "_writer.lock"
OF_THE_WRITER = frozenset({LOCK, "_staging"})

_SIZE = {"type": "integer", "minimum": 0, "maximum": 1 << 53}
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 200}
_PART: dict[str, Mapping[str, Any]] = {
    "name": {"type": "string", "maxLength": 1_000},
    "size": _SIZE,
    "sha256": _SHA256,
}


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


_SCHEMA = _object(
    format={"const": FORMAT},
    software=_NAME,
    migrations={"type": "object", "additionalProperties": {"type": "array", "items": _NAME}},
    tables={
        "type": "array",
        "items": _object(
            model={"type": "string", "pattern": r"^[a-z_0-9]+\.[a-z_0-9]+$"}, rows=_SIZE, **_PART
        ),
    },
    lake={"type": "array", "items": _object(**_PART)},
)


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the archive: its name, size in bytes and SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Table(Part):
    """The records of one model, a line each."""

    model: str
    rows: int


@dataclass(frozen=True)
class Manifest:
    """The table of contents; ``migrations`` by app, tables by model, lake files by name."""

    software: str
    migrations: Mapping[str, tuple[str, ...]]
    tables: tuple[Table, ...]
    lake: tuple[Part, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every member after the manifest, in order."""
        return (*self.tables, *self.lake)

    @cached_property
    def content(self) -> bytes:
        """The manifest as it is written: the same facts give the same bytes."""
        said = {"format": FORMAT, **asdict(self)}
        return (json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()

    @classmethod
    def read(cls, content: bytes, where: str) -> Manifest:
        """The manifest that ``content`` is.

        Raises:
            Invalid: it is none, of another format, or names what no archive holds.
        """
        try:
            said = json.loads(content, parse_float=_no_fraction)
            # Half of a surrogate pair can be escaped in JSON, but is no text.
            json.dumps(said, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise _wrong(where, f"this is no JSON ({error})") from error
        kind = said.get("format") if isinstance(said, dict) else None
        if kind != FORMAT:
            raise _wrong(where, f"its format is {kind!r:.60}, and not {FORMAT!r}")
        for fault in jsonschema.Draft202012Validator(_SCHEMA).iter_errors(said):
            raise _wrong(f"{where} {fault.json_path}", fault.message[:200])
        manifest = cls(
            software=said["software"],
            migrations={app: tuple(names) for app, names in said["migrations"].items()},
            tables=tuple(Table(**each) for each in said["tables"]),
            lake=tuple(Part(**each) for each in said["lake"]),
        )
        for what in manifest.faults():
            raise _wrong(where, what)
        return manifest

    def faults(self) -> Iterator[str]:
        """What is wrong with the names: nothing may be written but below its own folder, once."""
        for table in self.tables:
            if table.name != f"records/{table.model}.jsonl":
                yield f"the records of {table.model} cannot be in {table.name!r}"
        for part in self.lake:
            steps = part.name.split("/")
            # Also refuses an absolute name, whose first step is empty.
            if len(steps) < 2 or steps[0] != "lake" or any(not _is_plain(each) for each in steps):
                yield f"{part.name!r} is no file of a lake"
            elif steps[1] in OF_THE_WRITER:
                yield f"{part.name!r} is a name that belongs to the lake's writer"
        for parts in (self.tables, self.lake):
            for before, after in pairwise(each.name for each in parts):
                if before >= after:
                    yield f"{after!r} is named twice, or out of order"
        folders = {
            "/".join(each.name.split("/")[:n])
            for each in self.lake
            for n in range(1, each.name.count("/") + 1)
        }
        for part in self.lake:
            if part.name in folders:
                yield f"{part.name!r} is named as a file and as a folder"


def _is_plain(step: str) -> bool:
    """Whether ``step`` is the name of a file, and of the same file on every system."""
    return (
        step not in {"", ".", ".."}
        and len(step.encode("utf-8", "surrogatepass")) <= 255
        and step.isprintable()
        and "\\" not in step
    )


def _no_fraction(number: str) -> int:
    raise ValueError(f"{number[:60]} is no whole number")


def _wrong(where: str, what: str) -> Invalid:
    mend = "Nothing was changed. Take another copy of the file, or export again."
    return Invalid("the archive is wrong", findings=[Finding(where, what, mend)])
