"""The manifest of the field "big data analysis"."""

from unipact.agreement.engine.terms import Text
from unipact.analysis.metrics import DOCUMENTED_TABLES
from unipact.analysis.registry import FieldManifest
from unipact.analysis.tables import TABLES

FIELD = FieldManifest(
    id="analysis",
    name=Text("Big data analysis", "大数据分析"),
    tables=(TABLES,),
    metrics=(DOCUMENTED_TABLES,),
    cli="unipact.analysis.commands:app",
)
