"""Who may do what. The table itself is ``roles.toml``; what it does not name is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from unipact.errors import NotPermitted


class Role(StrEnum):
    """A person's role within a party."""

    COOPERATION_OFFICER = "cooperation_officer"
    RELATIONS_MANAGER = "relations_manager"
    PROGRAMME_LEAD = "programme_lead"
    CAMPUS_OPERATOR = "campus_operator"
    ANALYST = "analyst"
    EXECUTIVE = "executive"


class Side(StrEnum):
    """Which of the two a party is."""

    UNIVERSITY = "university"
    ENTERPRISE = "enterprise"


class Purpose(StrEnum):
    """What a token is for: it narrows what the token's role permits."""

    REPORTING = "reporting"
    VERIFICATION = "verification"
    RECORDS = "records"
    SIGNING = "signing"
    ADMINISTRATION = "administration"


class Act(StrEnum):
    """Something that a person or a program may do."""

    AGREEMENT_SEE = "agreement_see"
    AGREEMENT_EXPORT = "agreement_export"
    AGREEMENT_IMPORT = "agreement_import"
    EVALUATION_RECORD = "evaluation_record"
    EVIDENCE_SEE = "evidence_see"
    EVIDENCE_ROWS_SEE = "evidence_rows_see"
    METERS_SEE = "meters_see"
    METRIC_SEE = "metric_see"
    PEOPLE_SEE = "people_see"
    PEOPLE_MANAGE = "people_manage"
    MEMBERSHIP_LEAVE = "membership_leave"
    ACCESS_LOG_SEE = "access_log_see"
    REPORT_SEE = "report_see"
    LEDGER_SEE = "ledger_see"
    LEDGER_RECORD = "ledger_record"
    TOKENS_MANAGE = "tokens_manage"
    LOG_SEE = "log_see"
    PROPOSAL_DISCUSS = "proposal_discuss"
    ACT_SIGN = "act_sign"
    KEYS_MANAGE = "keys_manage"
    LEAVING_EXPORT = "leaving_export"
    CALENDAR_SEE = "calendar_see"


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table of roles: ``permitted`` by side and role, ``purposes`` by purpose.

    ``names`` gives each act and purpose its name in both languages; ``abouts`` says what a
    purpose is good for.
    """

    permitted: Mapping[tuple[Side, Role], frozenset[Act]]
    purposes: Mapping[Purpose, frozenset[Act]]
    officers: Mapping[Side, Role]
    names: Mapping[str, Mapping[str, str]]
    abouts: Mapping[Purpose, Mapping[str, str]]

    def roles(self, side: Side) -> tuple[Role, ...]:
        """The roles that people of such a party may have, in the table's order."""
        return tuple(role for each, role in self.permitted if each == side)


def matrix_of(table: Mapping[str, Any]) -> Matrix:
    """The matrix that a table says.

    Raises:
        ValueError: it names a role, side, act or purpose that does not exist, leaves one out, or
            gives an act to a role that the party does not have.
    """
    if set(table["acts"]) != set(Act) or set(table["purposes"]) != set(Purpose):
        raise ValueError("roles.toml names every act and every purpose, and no other")
    if set(table["parties"]) != set(Side) or set(table["officers"]) != set(Side):
        raise ValueError("roles.toml speaks of the university and of the enterprise")
    permitted: dict[tuple[Side, Role], set[Act]] = {
        (Side(side), Role(role)): set()
        for side, roles in table["parties"].items()
        for role in roles
    }
    if {role for _, role in permitted} != set(Role):
        raise ValueError("roles.toml gives every role to a party")
    purposes: dict[Purpose, set[Act]] = {each: set() for each in Purpose}
    for name, entry in table["acts"].items():
        for side in Side:
            for role in entry[side]:
                if (side, Role(role)) not in permitted:
                    raise ValueError(f"{name}: the {side} has no {role}")
                permitted[side, Role(role)].add(Act(name))
        for purpose in entry["purposes"]:
            purposes[Purpose(purpose)].add(Act(name))
    officers = {Side(side): Role(role) for side, role in table["officers"].items()}
    if any(each not in permitted for each in officers.items()):
        raise ValueError("an officer is one of the party's roles")
    return Matrix(
        {key: frozenset(acts) for key, acts in permitted.items()},
        {key: frozenset(acts) for key, acts in purposes.items()},
        officers,
        {
            name: entry["name"]
            for part in ("acts", "purposes")
            for name, entry in table[part].items()
        },
        {Purpose(name): entry["about"] for name, entry in table["purposes"].items()},
    )


MATRIX = matrix_of(tomllib.loads(Path(__file__).with_name("roles.toml").read_text("utf-8")))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the services see them: a signed-in person, or a program with a token.

    ``party``, ``side`` and ``role`` come from the membership or from the token. A person has a
    ``user_id``, a program a ``token_id`` and the ``purpose`` of its token.
    """

    name: str
    party: str
    side: Side
    role: Role
    user_id: int | None = None
    token_id: int | None = None
    purpose: Purpose | None = None

    def may(self, act: Act) -> bool:
        if self.purpose is not None and act not in MATRIX.purposes[self.purpose]:
            return False
        return act in MATRIX.permitted.get((self.side, self.role), frozenset())

    def require(self, act: Act) -> None:
        """Refuse unless the actor's role, and the token's purpose, permit ``act``.

        Raises:
            NotPermitted: they do not.
        """
        if not self.may(act):
            raise NotPermitted(f"{self.side} {self.role} may not do this: {act}")

    @property
    def is_officer(self) -> bool:
        """Whether the actor's role speaks for its party."""
        return MATRIX.officers[self.side] == self.role
