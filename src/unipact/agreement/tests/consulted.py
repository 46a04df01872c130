"""The example between its parties as tests consult on it: who reads, and what was evaluated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from unipact.agreement.engine.assessment import assess, run_bytes
from unipact.agreement.engine.ports import MetricAnswer
from unipact.agreement.engine.register.records import Proposal
from unipact.agreement.formats.agreement_toml import read_agreement
from unipact.agreement.log.folded import register_of
from unipact.agreement.models import AgreementVersion, Log
from unipact.agreement.queries.standpoint import Standpoint, standpoint_of
from unipact.agreement.roles import Actor, Role, Side
from unipact.agreement.services import evaluation_record
from unipact.agreement.services.consultation import proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.tests.parties import (
    AGREEMENT,
    CONTENT,
    NOW,
    next_version,
    signer,
)
from unipact.agreement.tests.spoken_source import SpokenSource

POOL = "campus-energy-savings-pool"
CEILING = "campus-electricity-ceiling"
ROLES = {
    "usst": (Side.UNIVERSITY, Role.COOPERATION_OFFICER),
    "huawei": (Side.ENTERPRISE, Role.RELATIONS_MANAGER),
}


def reader(party: str, role: Role | None = None) -> Standpoint:
    """Somebody of a party before the example; its officer unless another role is named."""
    side, officer = ROLES[party]
    actor = Actor(name=f"{party}-reader", party=party, side=side, role=role or officer)
    return standpoint_of(actor, agreement=AGREEMENT)


def evidence_id(number: int) -> str:
    """The hash of an evidence by a number."""
    return f"{number:064x}"


def evidence_of(metric: str, unit: str, number: int) -> dict[str, object]:
    """An evidence as run documents hold it."""
    return {
        "format": "unipact-evidence/1",
        "id": f"sha256:{evidence_id(number)}",
        "metric": {"name": metric, "version": 1, "sha256": "1" * 64},
        "value": "0.05",
        "unit": unit,
        "rows": {"count": 1, "digest": "2" * 64},
        "snapshot": {"id": "abc", "tables": {"campus_readings": {"version": 2}}},
        "parameters": {
            "period": {"from": "2019-07-01", "until": "2020-01-01"},
            "until": "2020-01-01",
            "zone": "Asia/Shanghai",
        },
        "software": {"unipact": "0.1.0"},
        "quality": {},
    }


def evaluated(as_of: date = date(2019, 12, 31), **numbers: int) -> str:
    """An evaluation with an evidence for the first half year of each commitment that is named.

    ``numbers`` are those of the evidences, by commitment with ``_`` for ``-``. The hash of the run
    document.
    """
    file = read_agreement(CONTENT)
    named = {name.replace("_", "-"): number for name, number in numbers.items()}
    chosen = [each for each in file.agreement.commitments if each.id in named]
    answers = {
        (each.id, "h2-2019"): MetricAnswer(
            Decimal("0.05"), evidence=evidence_of(each.metric, each.unit, named[each.id])
        )
        for each in chosen
    }
    source = SpokenSource({each.metric: each.unit for each in chosen}, answers)
    document = run_bytes(
        assess(file.agreement, sha256=file.sha256, state="in_force", source=source, as_of=as_of)
    )
    version = AgreementVersion.objects.get(state="in_force")
    return evaluation_record(actor=None, version=version, document=document, now=NOW).sha256


def proposed(
    by: str = "usst", *, at=NOW, brings: bool = False, consent: bool = False, **more
) -> Proposal:
    """A version that was proposed, or what ``more`` says instead; an entry of the log."""
    what = {"kind": "version", "reason_en": "More time", "content": next_version(), **more}
    done = proposal_make(
        signer=signer(by, brings=brings),
        agreement=AGREEMENT,
        proposed=Proposed(**what),
        now=at,
        consent=consent,
    )
    assert done[0].entry is not None
    register = register_of(Log.objects.get(agreement__slug=AGREEMENT))
    return max(register.proposals.values(), key=lambda each: each.last.index)
