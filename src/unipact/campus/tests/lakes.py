"""Lakes for the tests of metrics and queries: the example's files, or a few rows of one's own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from unipact.agreement.engine.ports import MetricAnswer, MetricRequest
from unipact.agreement.engine.terms import Parameter, Span, Text
from unipact.analysis.evaluation.evaluator import Evaluator
from unipact.analysis.evaluation.session import Session
from unipact.analysis.lake import Lake
from unipact.analysis.registry import ImportSource, Provenance, Registry
from unipact.campus.field import FIELD

DATA = Path(__file__).parents[4] / "examples" / "usst-huawei-2019" / "data"
FILES = {
    "buildings": "buildings.csv",
    "meter-readings": "readings.parquet",
    "weather": "weather.parquet",
    "grid-carbon": "carbon.parquet",
}
ZONE = "Asia/Shanghai"
BASELINE = Span(date(2018, 7, 1), date(2019, 7, 1))
HALF_YEAR = Span(date(2019, 7, 1), date(2020, 1, 1))
AS_OF = date(2019, 12, 31)

_TEST = Text("test", "测试")
_SAID = Text("test", "测试")
_PROVENANCE = Provenance(
    owner="usst", visibility="shared", source=_TEST, licence=_TEST, attribution=_TEST
)


def registry() -> Registry:
    """The campus field alone."""
    return Registry([FIELD])


def load(lake: Lake, kind: str, path: Path) -> None:
    """Import ``path`` as ``kind`` unless it is there; readings want ``buildings.csv`` beside."""
    options: dict[str, Parameter] = (
        {"buildings": "buildings.csv"} if kind == "meter-readings" else {}
    )
    asked = ImportSource(kind=kind, files={"file": path}, provenance=_PROVENANCE, options=options)
    batch = FIELD.importers[kind](asked)
    if lake.published(batch.key) is None:
        lake.publish(batch)


def lake_of(folder: Path, files: Mapping[str, Path]) -> Lake:
    """A lake in ``folder`` that holds ``files`` by kind."""
    lake = Lake(folder, registry().tables)
    for kind, path in files.items():
        load(lake, kind, path)
    return lake


def written(folder: Path, kind: str, lines: Sequence[str]) -> Path:
    """A CSV file of ``kind`` with these rows."""
    headers = {
        "buildings": "building_id,name_en,name_zh,zone,meters",
        "meter-readings": "building_id,meter,ts_utc,kwh",
        "weather": "ts_utc,temp_c",
        "grid-carbon": "ts_utc,kgco2_per_kwh",
    }
    path = folder / ("buildings.csv" if kind == "buildings" else f"{kind}.csv")
    path.write_text("\n".join([headers[kind], *lines, ""]), encoding="utf-8")
    return path


@lru_cache(maxsize=1)
def _example() -> tuple[tempfile.TemporaryDirectory[str], Lake]:
    folder = tempfile.TemporaryDirectory(prefix="unipact-campus-")
    files = {kind: DATA / name for kind, name in FILES.items()}
    return folder, lake_of(Path(folder.name) / "lake", files)


def example_lake() -> Lake:
    """The lake of the shipped example, imported once a process."""
    return _example()[1]


def session_of(lake: Lake) -> Session:
    """The lake as queries read it."""
    return Session(registry(), lake, lake.resolve(), threads=1)


def request(
    metric: str,
    where: Mapping[str, Parameter] | None = None,
    *,
    period: Span = HALF_YEAR,
    baseline: Span | None = BASELINE,
    as_of: date = AS_OF,
) -> MetricRequest:
    """What an agreement would ask of ``metric`` for ``period``."""
    return MetricRequest(
        commitment="C-test",
        target_id="T-1",
        metric=metric,
        version=1,
        where={"meter": "electricity", **(where or {})},
        baseline=baseline,
        period=period,
        due=period.until,
        as_of=as_of,
        zone=ZONE,
        target=Decimal("0.05"),
        direction="at_least",
        level=Decimal("0.90"),
        least_elapsed=Decimal("0.10"),
    )


def answer(lake: Lake, asked: MetricRequest) -> MetricAnswer:
    """The answer to one request at what the lake holds now."""
    (found,) = Evaluator(registry(), lake, threads=1).evaluate([asked])
    return found
