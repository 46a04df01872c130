"""Entries of the log: bytes to an act with its signatures, and an act to the line that is signed.

Every byte string gives an ``Entry`` or raises ``Invalid``. ``docs/reference/log.md``, "An entry".
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.acts import Act, Change, KeyPair
from unipact.agreement.formats.log import fields
from unipact.agreement.formats.log.fields import Check, require, wrong
from unipact.agreement.formats.log.lines import canonical, read_line, write_line
from unipact.tlog.keys import VerifierKey
from unipact.tlog.note import Note, Signature, read_note

LARGEST_BYTES = 65_536
FORMAT = "unipact-log/1"

_STATED: Mapping[str, Check] = {
    "origin": fields.is_origin,
    "party": fields.is_name,
    "at": fields.is_moment,
}
_FORMS: Mapping[str, Mapping[str, Check]] = {
    "founding": {
        "origin": fields.is_origin,
        "at": fields.is_moment,
        "format": fields.one_of(FORMAT),
        "agreement": fields.is_name,
        "version": fields.is_number,
        "version_sha256": fields.is_hash,
        "file_sha256": fields.is_hash,
        "log_key": fields.is_vkey,
        "keys": fields.is_object,
    },
    "proposal": {**_STATED, "change": fields.is_object},
    "decision": {
        "origin": fields.is_origin,
        "party": fields.is_name,
        "base_sha256": fields.is_hash,
        "proposed_version_sha256": fields.is_hash,
        "change_sha256": fields.is_hash,
        "decision": fields.one_of(*acts.VERDICTS),
    },
    "evaluation": {
        **_STATED,
        "as_of": fields.is_day,
        "version_sha256": fields.is_hash,
        "run_sha256": fields.is_hash,
    },
    "review": {
        **_STATED,
        "run_sha256": fields.is_hash,
        "evidence_sha256": fields.is_hash,
        "decision": fields.one_of("accept", "contest", "settle"),
        "reason_sha256": fields.is_hash_or_empty,
    },
    "dispute": {
        **_STATED,
        "dispute": fields.is_id,
        "commitment": fields.is_name,
        "period": fields.is_name,
        "act": fields.one_of("open", "close"),
        "reason_sha256": fields.is_hash,
    },
    "notice": {**_STATED, "clause": fields.is_name, "on": fields.is_day},
    "report": {
        **_STATED,
        "year": fields.is_number,
        "edition": fields.is_number,
        "report_sha256": fields.is_hash,
    },
    "transaction": {
        **_STATED,
        "transaction_sha256": fields.is_hash,
        "decision": fields.one_of("post", "acknowledge", "contest"),
        "reason_sha256": fields.is_hash_or_empty,
    },
}
_CHANGE: Mapping[str, Check] = {
    "kind": fields.one_of(*acts.KINDS),
    "proposal": fields.is_id,
    "round": fields.is_number,
    "base_sha256": fields.is_hash,
    "proposed_version_sha256": fields.is_hash,
    "proposed_file_sha256": fields.is_hash,
    "lapses_at": fields.is_moment,
    "reason_sha256": fields.is_hash,
    "effect": fields.is_object,
}
_EFFECTS: Mapping[str, Mapping[str, Check]] = {
    "version": {},
    "waiver": {"commitment": fields.is_name, "period": fields.is_name},
    "key": {
        "holder": fields.is_name,
        "use": fields.one_of("consent", "cosign", "log"),
        "key": fields.is_vkey,
    },
    "end": {"on": fields.is_day},
}
_PAIR: Mapping[str, Check] = {"consent": fields.is_vkey, "cosign": fields.is_vkey}
_ACTS: Mapping[str, type[Act]] = {
    each.type: each
    for each in (
        acts.Decision,
        acts.Evaluating,
        acts.Review,
        acts.Dispute,
        acts.Notice,
        acts.Reporting,
        acts.Transacting,
    )
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands in the log: the act, and the note that carries it."""

    act: Act
    note: Note

    @property
    def data(self) -> bytes:
        """The bytes of the leaf."""
        return bytes(self.note)


def read_entry(data: bytes) -> Entry:
    """The entry in some bytes; that its signatures verify is another question.

    Raises:
        Invalid: the bytes are no entry; the finding names the key.
    """
    if len(data) > LARGEST_BYTES:
        raise wrong("", f"an entry has at most {LARGEST_BYTES} bytes")
    note = read_note(data)
    return Entry(read_act(note.text), note)


def read_act(line: bytes) -> Act:
    """The act that a line states.

    Raises:
        Invalid: it states none; the finding names the key.
    """
    value = read_line(line)
    kind = value.pop("type", None)
    form = _FORMS.get(kind) if isinstance(kind, str) else None
    if form is None:
        raise wrong("type", f"there is no such type of entry: {str(kind)[:60]!r}")
    require(value, form, "")
    if kind == "founding":
        return _founding(value)
    if kind == "proposal":
        return _proposing(value)
    if kind in {"review", "transaction"} and (value["decision"] == "contest") == (
        value["reason_sha256"] == ""
    ):
        raise wrong("reason_sha256", "whoever contests names a reason, and nobody else")
    return _ACTS[kind](**value)


def act_line(act: Act) -> bytes:
    """The line that is signed for an act."""
    value: dict[str, Any] = {"type": act.type}
    for each in dataclasses.fields(act):
        value[each.name] = getattr(act, each.name)
    if isinstance(act, acts.Founding):
        value["format"] = FORMAT
        value["keys"] = {party: dataclasses.asdict(pair) for party, pair in act.keys.items()}
    elif isinstance(act, acts.Proposing):
        del value["change_sha256"]
        value["change"] = dataclasses.asdict(act.change)
    return write_line(value)


def change_sha256(change: Change) -> str:
    """The hash that a decision on this change signs."""
    return hashlib.sha256(rfc8785.dumps(dataclasses.asdict(change))).hexdigest()


def require_signed(note: Note, keys: Sequence[VerifierKey]) -> None:
    """Refuse a note unless exactly these keys signed it, in this order.

    Raises:
        Invalid: a line is missing, too many, of another key, or does not verify.
    """
    if len(note.signatures) != len(keys):
        raise wrong("signature", f"it has {len(note.signatures)} signatures, not {len(keys)}")
    for signature, key in zip(note.signatures, keys, strict=True):
        require_signature(note.text, signature, key)


def require_signature(text: bytes, signature: Signature, key: VerifierKey) -> None:
    """Refuse a signature line that is not by ``key`` over ``text``.

    Raises:
        Invalid: it is of another key, or does not verify.
    """
    if (signature.name, signature.key_id) != (key.name, key.key_id):
        raise wrong("signature", f"it is signed by {signature.name}, not by the key {key.name}")
    if not key.verifies(text, signature.raw):
        raise wrong("signature", f"the signature of {key.name} does not verify")


def _founding(value: dict[str, Any]) -> acts.Founding:
    del value["format"]
    for party, pair in value["keys"].items():
        if not fields.is_name(party):
            raise wrong("keys", "a party has no such id")
        require(pair, _PAIR, f"keys.{party}")
    value["keys"] = {party: KeyPair(**pair) for party, pair in value["keys"].items()}
    return acts.Founding(**value)


def _proposing(value: dict[str, Any]) -> acts.Proposing:
    change = value["change"]
    require(change, _CHANGE, "change")
    require(change["effect"], _EFFECTS[change["kind"]], "change.effect")
    digest = hashlib.sha256(canonical(change, ascii_only=True)).hexdigest()
    return acts.Proposing(
        origin=value["origin"],
        party=value["party"],
        at=value["at"],
        change=Change(**change),
        change_sha256=digest,
    )
