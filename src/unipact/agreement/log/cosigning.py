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
    Cosignature.objects.bulk_create(
        _row(log, party, register.size, key.sign(note.text, time=int(now.timestamp())))
        for party, key in keys.items()
    )


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
    """Take a cosignature that a party made elsewhere, of any checkpoint of the log.

    Raises:
        Invalid: it is no cosignature by the party's key of a checkpoint of this log.
        Conflict: the party cosigned this size already.
    """
    signature = _signature(line)
    key = VerifierKey.parse(found.register.keys[party.slug].cosign)
    if (signature.name, signature.key_id) != (key.name, key.key_id):
        raise _wrong(f"it is by the key {signature.name}, not by {key.name}")
    if abs(cosigned_at(signature) - int(now.timestamp())) > _CLOCKS_S:
        raise _wrong("its time is more than ten minutes from the server's")
    entry = _cosigned(log, key, signature)
    if entry is None:
        raise _wrong("it does not verify on any of the last checkpoints of this log")
    size = entry.index + 1
    if size <= found.register.rotated.get(party.slug, -1):
        raise _wrong("this key took its place after that checkpoint")
    if Cosignature.objects.filter(log=log, party=party, size=size).exists():
        raise Conflict(f"{party.slug} has cosigned size {size} already")
    made = _row(log, party, size, signature)
    made.save()
    return made


def _cosigned(log: Log, key: VerifierKey, signature: Signature) -> LogEntry | None:
    """The entry whose checkpoint was cosigned: the newest first, back to the party's last."""
    newest = LogEntry.objects.filter(log=log).order_by("-index")[:1000]
    entry: LogEntry
    for entry in newest.iterator(chunk_size=16):
        # A log that was restored has the checkpoints of its bundle alone.
        if entry.checkpoint and key.verifies(
            read_note(bytes(entry.checkpoint)).text, signature.raw
        ):
            return entry
    return None


def _row(log: Log, party: Party, size: int, signature: Signature) -> Cosignature:
    return Cosignature(
        log=log, party=party, size=size, line=signature.line, time=cosigned_at(signature)
    )


def _signature(line: bytes) -> Signature:
    try:
        return read_signature(line.strip())
    except Invalid as error:
        raise _wrong(f"it is no signature line of a note: {error.message}") from error


def _wrong(what: str) -> Invalid:
    return Invalid("the cosignature is wrong", findings=[Finding("cosignature", what)])
