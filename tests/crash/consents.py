"""Consents in a loop, over the real services, for whoever kills or measures it.

::

    python -m tests.crash.consents prepare N       founds N agreements with the keys inside
    python -m tests.crash.consents go AGREEMENT    acts until it is killed; a line for each act

A line is said only after the commit of its act: whatever was said may not be lost. The moment that
an act states goes on by ten minutes each time, so that days pass.
"""

from __future__ import annotations

import itertools
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

EXAMPLE = Path("examples/usst-huawei-2019")
BEGIN = datetime(2020, 1, 2, 8, tzinfo=UTC)
_STEP = timedelta(minutes=10)
PARTIES = ("huawei", "usst")


def name(number: int) -> str:
    """The id of one of the agreements."""
    return f"agreement-{number}"


def content(agreement: str) -> bytes:
    """The example's file under another id."""
    text = (EXAMPLE / "agreement.toml").read_text(encoding="utf-8")
    begin = 'id = "usst-huawei-2019"\n'
    assert begin in text
    return text.replace(begin, f'id = "{agreement}"\n', 1).encode()


def found(agreement: str) -> None:
    """Bring an agreement into force and found its log, all keys inside."""
    from unipact.agreement.formats.key_files import read_private
    from unipact.agreement.services import agreement_import
    from unipact.agreement.services.consultation import founding_prepare, key_hold, request_sign
    from unipact.agreement.services.consultation.signing import Signer

    agreement_import(actor=None, content=content(agreement), now=BEGIN, state="in_force")
    keys = {
        party: read_private((EXAMPLE / f"{party}.demo-key").read_bytes(), name=party)
        for party in PARTIES
    }
    for party, private in keys.items():
        for key in (private.consent, private.cosign):
            key_hold(signer=Signer(party), agreement=agreement, key=key, now=BEGIN)
    public = {party: private.public for party, private in keys.items()}
    requests = founding_prepare(signer=Signer("usst"), agreement=agreement, keys=public, now=BEGIN)
    for each in requests:
        request_sign(
            signer=Signer(each.party.slug), agreement=agreement, request=each.pk, now=BEGIN
        )


def rounds(agreement: str):
    """Waivers that one proposes and both consent to; yields what was done, after each commit.

    Yields:
        Act, the hash of the change, and how many entries the log has with it.
    """
    from unipact.agreement.engine.register.register import moment_at
    from unipact.agreement.log.folded import register_of
    from unipact.agreement.models import Log
    from unipact.agreement.services.consultation import decision_make, proposal_make
    from unipact.agreement.services.consultation.proposals import Proposed
    from unipact.agreement.services.consultation.signing import Signer

    register = register_of(Log.objects.get(agreement__slug=agreement))
    commitment = min(register.terms.commitments)
    # A clock that goes on from what was cosigned last, as clocks do.
    now = BEGIN + register.size * _STEP
    assert now.strftime("%Y-%m-%dT%H:%M:%SZ") == moment_at(int(now.timestamp()))
    for number in itertools.count(register.size):
        by, other = PARTIES if number % 2 else PARTIES[::-1]
        effect = {"commitment": commitment, "period": f"y{number}"}
        now += _STEP
        made, consented = proposal_make(
            signer=Signer(by),
            agreement=agreement,
            proposed=Proposed("waiver", reason_en="Why not", effect=effect),
            now=now,
            consent=True,
        )
        register = register_of(Log.objects.get(agreement__slug=agreement))
        change = next(
            each.last.change_sha256
            for each in register.proposals.values()
            if each.last.index == made.entry.index
        )
        yield "proposed", change, consented.entry.index + 1
        now += _STEP
        done = decision_make(
            signer=Signer(other),
            agreement=agreement,
            change=change,
            decision="consent",
            now=now,
        )
        yield "adopted", change, done.entry.index + 1


def proposed(agreement: str, number: int) -> list[str]:
    """So many waivers that the enterprise proposes and consents to: the hashes of the changes."""
    from unipact.agreement.log.folded import register_of
    from unipact.agreement.models import Log
    from unipact.agreement.services.consultation import proposal_make
    from unipact.agreement.services.consultation.proposals import Proposed
    from unipact.agreement.services.consultation.signing import Signer

    log = Log.objects.get(agreement__slug=agreement)
    begin = register_of(log).size
    commitment = min(register_of(log).terms.commitments)
    for each in range(number):
        effect = {"commitment": commitment, "period": f"y{begin}-{each}"}
        proposal_make(
            signer=Signer(PARTIES[0]),
            agreement=agreement,
            proposed=Proposed("waiver", reason_en="Why not", effect=effect),
            now=BEGIN,
            consent=True,
        )
    last = list(register_of(log).proposals.values())[-number:]
    return [each.last.change_sha256 for each in last]


def consented(agreement: str, change: str) -> None:
    """The university consents to one of them."""
    from unipact.agreement.services.consultation import decision_make
    from unipact.agreement.services.consultation.signing import Signer

    decision_make(
        signer=Signer(PARTIES[1]), agreement=agreement, change=change, decision="consent", now=BEGIN
    )


def main() -> None:
    """Prepare, or act until the end."""
    import django

    django.setup()
    act, argument = sys.argv[1:3]
    if act == "prepare":
        for number in range(int(argument)):
            found(name(number))
        return
    for each in rounds(argument):
        print(*each, flush=True)


if __name__ == "__main__":
    main()
