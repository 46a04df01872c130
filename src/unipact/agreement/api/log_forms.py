"""What the API takes and gives of the log and its keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from unipact.agreement.api.forms import Number, Strict, Texts

#: Of an entry, or a number of entries: what a column of the database holds.
Index = Annotated[int, Field(ge=0, le=2**31 - 1)]
_HASH = "64 hexadecimal digits."


class CosignedLine(Schema):
    """What a party cosigned last; ``size`` 0 before the first time."""

    party: str
    name: Texts
    size: int
    at: datetime | None


class CheckpointLine(Schema):
    """A checkpoint with every signature that it has by now."""

    size: int
    root: str = Field(description=_HASH)
    note: str = Field(description="A C2SP signed note: tlog-checkpoint.")
    cosigned_by: list[str]
    cosigned_at: datetime | None


class LogState(Schema):
    """A log: its present checkpoint, and the last one that both parties cosigned."""

    origin: str
    present: CheckpointLine
    cosigned: CheckpointLine | None
    parties: list[CosignedLine]
    pending: int = Field(description="Entries that wait for a cosignature.")


class EntryLine(Schema):
    """An entry; ``party`` is empty for the founding, in which both act."""

    index: int
    type: str
    type_name: Texts
    party: str
    at: str | None = Field(description="As its signer states it.")
    received_at: datetime = Field(description="The server's word, which proves nothing.")
    meaning: Texts
    leaf_sha256: str
    is_cosigned: bool = Field(description="A checkpoint that counts it was cosigned by both.")
    proposal: str = Field(description="Id of the proposal that it is about; else empty.")
    note: str = Field(description="The signed note: the leaf hash is made of its UTF-8 bytes.")


class Entries(Schema):
    """Entries, newest first; ``next`` is `before` of the next page."""

    items: list[EntryLine]
    next: int | None


class CheckpointAsked(Strict):
    """Which checkpoint is asked for."""

    size: Number | None = Field(None, description="Entries that it counts; all unless named.")


class InclusionAsked(Strict):
    """Which entry, in how many."""

    index: Index | None = Field(None, description="Of the entry; the last one unless named.")
    size: Number | None = Field(None, description="Entries of the tree; all unless named.")


class Inclusion(Schema):
    """RFC 6962 inclusion proof: from the leaf's sibling upward."""

    index: int
    size: int
    leaf_sha256: str
    root: str
    proof: list[str]


class ConsistencyAsked(Strict):
    """From how many entries to how many."""

    old: Index = Field(0, description="Entries that one saw before.")
    new: Number | None = Field(
        None, description="Entries that it shall go on to; all unless named."
    )


class Consistency(Schema):
    """RFC 6962 consistency proof; no hash and no old root where ``old`` is 0."""

    old: int
    new: int
    old_root: str | None
    new_root: str
    proof: list[str]


class CosigningAsked(Strict):
    """From which checkpoint the proof begins."""

    old: Index | None = Field(
        None, description="What the party cosigned last; as this server knows it unless named."
    )


class CosignatureAsked(Strict):
    """A cosignature that was made elsewhere."""

    cosignature: str = Field(max_length=1000, description="A signature line, `— name base64`.")


class CosignatureMade(Schema):
    """What the party has cosigned by that."""

    party: str
    size: int


class PublicKeys(Strict):
    """A party's public keys."""

    consent: str = Field(max_length=512, description="A C2SP vkey of type 0x01.")
    cosign: str = Field(max_length=512, description="A C2SP vkey of type 0x04.")


class FoundingAsked(Strict):
    """The public keys of both parties, by the parties' ids."""

    keys: dict[Annotated[str, Field(max_length=64)], PublicKeys] = Field(max_length=16)


class FoundingMade(Schema):
    """The request that waits for one's own party, and the line to sign."""

    request: int
    line: str


class KeyLine(Schema):
    """A public key. ``is_inside``: whoever runs the server can use its private key."""

    vkey: str
    fingerprint: str = Field(description="Begin of the SHA-256 of the vkey.")
    is_inside: bool
    since: int = Field(description="The entry after which it counts.")


class PartyKeysLine(Schema):
    """The two keys of a party."""

    party: str
    name: Texts
    consent: KeyLine
    cosign: KeyLine


class KeysAnswer(Schema):
    """Every key that counts now."""

    origin: str
    log: KeyLine
    parties: list[PartyKeysLine]
