"""Who may do what: one table of roles and acts. What it does not name is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from unipact.errors import NotPermitted


class Role(StrEnum):
    """A person's role within a party."""

    COOPERATION_OFFICER = "cooperation_officer"
    RELATIONS_MANAGER = "relations_manager"
    PROGRAMME_LEAD = "programme_lead"
    CAMPUS_OPERATOR = "campus_operator"
    ANALYST = "analyst"
    EXECUTIVE = "executive"


class Act(StrEnum):
    """Something that a person may do in the console."""

    AGREEMENT_SEE = "agreement_see"
    AGREEMENT_EXPORT = "agreement_export"
    AGREEMENT_IMPORT = "agreement_import"
    EVALUATION_RECORD = "evaluation_record"
    EVIDENCE_SEE = "evidence_see"
    EVIDENCE_ROWS_SEE = "evidence_rows_see"
    METERS_SEE = "meters_see"
    PEOPLE_SEE = "people_see"
    ACCESS_LOG_SEE = "access_log_see"
    REPORT_SEE = "report_see"


_EVERYONE = frozenset({Act.AGREEMENT_SEE, Act.REPORT_SEE, Act.PEOPLE_SEE})
_READER = _EVERYONE | {Act.AGREEMENT_EXPORT, Act.EVIDENCE_SEE}
_OFFICER = _READER | {
    Act.AGREEMENT_IMPORT,
    Act.EVALUATION_RECORD,
    Act.EVIDENCE_ROWS_SEE,
    Act.METERS_SEE,
    Act.ACCESS_LOG_SEE,
}

PERMITTED: Mapping[Role, frozenset[Act]] = {
    Role.COOPERATION_OFFICER: _OFFICER,
    Role.RELATIONS_MANAGER: _OFFICER,
    Role.PROGRAMME_LEAD: _READER,
    Role.CAMPUS_OPERATOR: _READER | {Act.EVIDENCE_ROWS_SEE, Act.METERS_SEE},
    Role.ANALYST: _READER | {Act.EVIDENCE_ROWS_SEE, Act.METERS_SEE, Act.EVALUATION_RECORD},
    Role.EXECUTIVE: _READER,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person as the services see them: ``party`` and ``role`` from the membership."""

    user_id: int
    name: str
    party: str
    role: Role

    def may(self, act: Act) -> bool:
        return act in PERMITTED.get(self.role, frozenset())

    def require(self, act: Act) -> None:
        """Refuse unless the actor's role permits ``act``.

        Raises:
            NotPermitted: it does not.
        """
        if not self.may(act):
            raise NotPermitted(f"the role {self.role.value} may not do this: {act.value}")
