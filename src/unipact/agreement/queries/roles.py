"""The table of roles as people read it: acts by roles of both parties, and what tokens are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from unipact.agreement.roles import MATRIX, Act, Actor, Purpose, Role, Side

_Name = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RoleColumn:
    """A role of a party; ``is_reader`` for the reader's own."""

    side: Side
    role: Role
    is_reader: bool
    is_officer: bool


@dataclass(frozen=True, slots=True)
class RoleMark:
    """Whether the role of a column may do the act of a row."""

    column: RoleColumn
    may: bool


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act, and which role may do it."""

    name: _Name
    marks: tuple[RoleMark, ...]


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """A purpose of tokens, what it is good for, and the acts that it permits at most."""

    purpose: Purpose
    name: _Name
    about: _Name
    acts: tuple[_Name, ...]


@dataclass(frozen=True, slots=True)
class RoleTable:
    """Acts by roles; ``sides`` counts the roles of each party, in the order of the columns."""

    columns: tuple[RoleColumn, ...]
    sides: tuple[tuple[Side, int], ...]
    rows: tuple[ActRow, ...]


def role_table(actor: Actor) -> RoleTable:
    """The table, the reader's own role marked."""
    columns = tuple(
        RoleColumn(side, role, (side, role) == (actor.side, actor.role), role == officer)
        for side, officer in MATRIX.officers.items()
        for role in MATRIX.roles(side)
    )
    rows = tuple(
        ActRow(
            MATRIX.names[act],
            tuple(
                RoleMark(each, act in MATRIX.permitted[each.side, each.role]) for each in columns
            ),
        )
        for act in _acts()
    )
    return RoleTable(columns, tuple((side, len(MATRIX.roles(side))) for side in Side), rows)


def purpose_rows() -> tuple[PurposeRow, ...]:
    """What tokens can be for, in the table's order."""
    return tuple(
        PurposeRow(
            each,
            MATRIX.names[each],
            MATRIX.abouts[each],
            tuple(MATRIX.names[act] for act in _acts() if act in MATRIX.purposes[each]),
        )
        for each in MATRIX.abouts
    )


def _acts() -> tuple[Act, ...]:
    """The acts in the table's order, which begins with what everybody may."""
    return tuple(Act(name) for name in MATRIX.names if name in set(Act))
