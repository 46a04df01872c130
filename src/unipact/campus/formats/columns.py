"""What a column of a data file must hold, as SQL over its raw values.

For each column two expressions: the value, typed, and the code of what is wrong with it (NULL
where nothing is). Nothing here raises on bad values: every row gives a value or a code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "hour", "decimal"]

_INSTANT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)? ?(Z|[+-]\d{2}(:\d{2})?)$"
_NAIVE = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$"

WHAT: Mapping[str, tuple[str, str]] = {
    "empty": ("has no value", "Fill it in or leave the row out."),
    "line_break": ("holds a line break", "Write one row on one line."),
    "long": ("is longer than 200 characters", "Shorten it."),
    "naive": ("has no offset from UTC", "Write 2019-03-31T01:00:00Z or …+08:00."),
    "not_time": ("is not a date and time", "Write 2019-03-31T01:00:00Z."),
    "not_hour": ("is not at the start of an hour (UTC)", "Give one row for each whole hour."),
    "not_number": ("is not a number", "Write digits with a decimal point, as 12.5."),
    "not_finite": ("is not a finite number", "Leave it empty where nothing was measured."),
    "too_large": ("has more digits than are kept", "Check the unit."),
    "too_low": ("is lower than can be", "Check the meter and the unit, or leave the row out."),
    "too_high": ("is higher than can be", "Check the unit, or leave the row out."),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a data file.

    Attributes:
        kind: ``text``; ``hour``, the UTC hour that starts there; or ``decimal``.
        digits, decimals: of a decimal; it is rounded half away from zero to ``decimals``.
        low, high: bounds of a decimal, both allowed, in the column's unit.
        required: whether an empty value is wrong, or means that nothing is known.
        may_lack: whether a file may leave the whole column out.
    """

    name: str
    kind: Kind
    digits: int = 18
    decimals: int = 0
    low: str | None = None
    high: str | None = None
    required: bool = True
    may_lack: bool = False


def fitting_type(column: Column, sql_type: str) -> str | None:
    """None where a column of this SQL type can be read, else what is wrong with the type."""
    if sql_type == "VARCHAR":
        return None
    if column.kind == "hour":
        if sql_type == "TIMESTAMP WITH TIME ZONE":
            return None
        if sql_type.startswith("TIMESTAMP"):
            return "its times have no offset from UTC"
    numbers = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL")
    unsigned = ("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
    if column.kind == "decimal" and sql_type.startswith((*numbers, *unsigned)):
        return None
    return f"it is of the type {sql_type.lower()}"


def value_sql(column: Column, sql_type: str) -> str:
    """The typed value; NULL where ``problem_sql`` has a code or the value is empty."""
    name = f'"{column.name}"'
    text = f"trim({name})" if sql_type == "VARCHAR" else name
    if column.kind == "text":
        return f"nullif({text}, '')"
    if column.kind == "hour":
        if sql_type == "VARCHAR":
            return f"try_cast(replace({text}, ' Z', 'Z') AS TIMESTAMPTZ)"
        return name
    return f"try_cast({text} AS DECIMAL({column.digits}, {column.decimals}))"


def problem_sql(column: Column, sql_type: str) -> str:
    """The code of what is wrong with the value, a key of ``WHAT``, or NULL."""
    name = f'"{column.name}"'
    is_text = sql_type == "VARCHAR"
    text = f"trim({name})" if is_text else name
    empty = f"({name} IS NULL OR {text} = '')" if is_text else f"{name} IS NULL"
    cases = [(empty, "'empty'" if column.required else "NULL")]
    if is_text:
        cases.append((rf"contains({name}, chr(10)) OR contains({name}, chr(13))", "'line_break'"))
    if column.kind == "text":
        cases.append((f"length({text}) > 200", "'long'"))
    elif column.kind == "hour":
        value = value_sql(column, sql_type)
        if is_text:
            cases.append((f"regexp_matches({text}, '{_NAIVE}')", "'naive'"))
            bad = f"NOT regexp_matches({text}, '{_INSTANT}') OR {value} IS NULL"
            cases.append((bad, "'not_time'"))
        else:
            cases.append((f"NOT isfinite({value})", "'not_time'"))
        cases.append((f"epoch_us({value}) % 3600000000 <> 0", "'not_hour'"))
    else:
        value, number = value_sql(column, sql_type), f"try_cast({text} AS DOUBLE)"
        cases.append((f"{number} IS NULL", "'not_number'"))
        cases.append((f"NOT isfinite({number})", "'not_finite'"))
        # The bounds are tested on the given number: -0.0001 kWh is negative, not a rounded zero.
        if column.low is not None:
            cases.append((f"{number} < {column.low}", "'too_low'"))
        if column.high is not None:
            cases.append((f"{number} > {column.high}", "'too_high'"))
        cases.append((f"{value} IS NULL", "'too_large'"))
    branches = " ".join(f"WHEN {test} THEN {code}" for test, code in cases)
    return f"CASE {branches} END"
