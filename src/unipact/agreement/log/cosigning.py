"""Cosigning: each party confirms that the log extends the one that it saw before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from unipact.agreement.log.folded import Folded
from unipact.agreement.log.stored import checkpoint_seen, consistency
from unipact.agreement.log.vault import key_held
from unipact.agreement.models import Cosignature, Log, LogEntry, Party
from unipact.errors import Conflict, Finding, Invalid
from unipact.tlog.errors import Unproven
from unipact.tlog.keys import VerifierKey
from unipact.tlog.merkle import verify_consistency
from unipact.tlog.note import Signature, cosigned_at, read_note, read_signature

#: How far a cosigner's clock may be from ours; its time dates the entries before it.
_CLOCKS_S = 600


def cosign_inside(log: Log, found: Folded, row: LogEntry, *, before: bytes, now: datetime) -> None:
    """Cosign for the parties whose cosign keys live inside, each from what it cosigned last.

    ``before`` is the root without the entry of ``row``: whoever cosigned that size sees the log
    extended by this one entry, which is the proof.

    Raises:
        Unproven: the log does not extend what a party cosigned: it is forked or was cut.
    """
    register = found.register
    keys = {
        party: key
        for slug, party in log.parties.items()
        if (key := key_held(log, register.keys[slug].cosign)) is not None
    }
    if not keys:
        return
    note = read_note(bytes(row.checkpoint))
    # Both saw the same as a rule: then one proof is checked for both.
    for old in set(_last_sizes(log, tuple(keys)).values()):
        if old:
            _require_extended(log, found, old, before)
    time = int(now.timestamp())
    Cosignature.objects.bulk_create(
        _row(log, party, register.size, key.sign(note.text, time=time))
        for party, key in keys.items()
    )
    log.floor = max(log.floor, time)


def _require_extended(log: Log, found: Folded, old: int, before: bytes) -> None:
    seen, size = checkpoint_seen(log, old), found.register.size
    if old == size - 1:
        if seen.root != before:
            raise Unproven.at("checkpoint", f"fork: it does not follow from the {old} entries")
        return
    verify_consistency(
        old=old,
        new=size,
        proof=consistency(log, old, size),
        old_root=seen.root,
        new_root=found.frontier.root(),
    )


def _last_sizes(log: Log, parties: Sequence[Party]) -> dict[int, int]:
    """The size that each party cosigned last, by its primary key; 0 where it cosigned none."""
    sizes = Cosignature.objects.filter(log=log).order_by("-size")
    last: dict[int, int] = {}
    for party, size in sizes.values_list("party_id", "size")[: len(parties)]:
        last.setdefault(party, size)
    for each in parties:
        # Whoever cosigns elsewhere is behind.
        if each.pk not in last:
            behind = sizes.filter(party=each).values_list("size", flat=True).first()
            last[each.pk] = behind or 0
    return {each.pk: last[each.pk] for each in parties}


def cosignature_take(
    *, log: Log, found: Folded, party: Party, line: bytes, now: datetime
) -> Cosignature:
    """Take a cosignature that a party made elsewhere, of the present checkpoint of the log.

    Of an earlier one it would be too late: its time says that all entries after it are later.

    Raises:
        Invalid: it is no cosignature by the party's key of the present checkpoint of this log.
        Conflict: the party cosigned this size already.
    """
    signature = _signature(line)
    key = VerifierKey.parse(found.register.keys[party.slug].cosign)
    if (signature.name, signature.key_id) != (key.name, key.key_id):
        raise _wrong(f"it is by the key {signature.name}, not by {key.name}")
    if abs(cosigned_at(signature) - int(now.timestamp())) > _CLOCKS_S:
        raise _wrong("its time is more than ten minutes from the server's")
    newest = LogEntry.objects.filter(log=log).order_by("-index").first()
    if newest is None or not newest.checkpoint:
        raise _wrong("the log has no checkpoint here that could be cosigned")
    if not key.verifies(read_note(bytes(newest.checkpoint)).text, signature.raw):
        raise _wrong(
            f"it does not verify on the present checkpoint, of {log.size} entries",
            "The log may have gone on: take the present request and cosign that.",
        )
    if Cosignature.objects.filter(log=log, party=party, size=log.size).exists():
        raise Conflict(f"{party.slug} has cosigned size {log.size} already")
    made = _row(log, party, log.size, signature)
    made.save()
    log.floor = max(log.floor, made.time)
    log.save(update_fields=["floor"])
    return made


def _row(log: Log, party: Party, size: int, signature: Signature) -> Cosignature:
    return Cosignature(
        log=log, party=party, size=size, line=signature.line, time=cosigned_at(signature)
    )


def _signature(line: bytes) -> Signature:
    try:
        return read_signature(line.strip())
    except Invalid as error:
        raise _wrong(f"it is no signature line of a note: {error.message}") from error


def _wrong(what: str, mend: str = "") -> Invalid:
    return Invalid("the cosignature is wrong", findings=[Finding("cosignature", what, mend)])
