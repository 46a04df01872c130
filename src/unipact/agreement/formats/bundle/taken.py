"""Taking the entries of a bundle one by one: signature, rule, files, earlier checkpoints."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from unipact.agreement.engine.register import acts
from unipact.agreement.engine.register.acts import Act, KeyPair
from unipact.agreement.engine.register.broken import refuse
from unipact.agreement.engine.register.fold import take
from unipact.agreement.engine.register.register import Register
from unipact.agreement.engine.register.terms import LogTerms
from unipact.agreement.formats.bundle import layout
from unipact.agreement.formats.bundle.contents import Contents
from unipact.agreement.formats.bundle.history import (
    Earlier,
    floor_kept,
    floor_of,
    require_checkpoint,
    verifier,
)
from unipact.agreement.formats.bundle.ustar import content
from unipact.agreement.formats.bundle.verdict import Broken, at_entry
from unipact.agreement.formats.log.entry import read_entry, require_signed
from unipact.agreement.formats.log.named import documents_named
from unipact.agreement.formats.log.terms import log_terms
from unipact.errors import UnipactError
from unipact.tlog.checkpoint import Checkpoint
from unipact.tlog.merkle import Frontier
from unipact.tlog.note import Note

#: Terms are asked for when a version is proposed and again when it is adopted.
_KEPT_TERMS = 8


class Taking:
    """A register that grows by the entries of a bundle.

    ``with_signatures`` is off where only the keys are wanted that the log ends with; what gives it
    its keys is verified even then, or a forger could hand it keys of his own.
    """

    def __init__(
        self,
        contents: Contents,
        keys: Collection[KeyPair],
        *,
        with_signatures: bool,
        kept: tuple[Checkpoint, Note] | None = None,
    ) -> None:
        self._contents = contents
        self._keys = keys
        self._with_signatures = with_signatures
        self._kept = kept
        self.dated_by = 0
        self._frontier = Frontier()
        self._ahead: list[bytes] = []
        self._earlier = Earlier(contents) if with_signatures else None
        self._named_files: set[str] = set()
        self._named: set[str] = set()
        self._terms = lru_cache(maxsize=_KEPT_TERMS)(self._read_terms)
        self.register = Register(terms_of=self._terms)

    def take(self, entries: Iterable[bytes], hashes: Iterable[bytes]) -> None:
        """Take some entries and their leaf hashes.

        Raises:
            Broken: an entry or an earlier checkpoint does not fit.
        """
        for data, leaf in zip(entries, hashes, strict=True):
            index = self.register.size
            try:
                self._take(data)
            except UnipactError as error:
                raise at_entry(index, error.message) from error
            self._ahead.append(leaf)
            if self._earlier is not None and self._earlier.next is not None:
                self._look_back(self._earlier)
            if self._kept is not None and self._kept[0].size == self.register.size:
                self.register.raise_floor(floor_kept(self._kept[1], self.register))

    def finish(self) -> None:
        """Judge what only the end shows: the final checkpoint, and files that nobody named.

        Raises:
            Broken: it says what.
        """
        contents = self._contents
        self._require_checkpoint_left()
        require_checkpoint(
            contents.note, contents.checkpoint, self.register, self.root(), layout.CHECKPOINT
        )
        for name in contents.agreements.keys() - self._named_files:
            raise Broken(layout.agreement_name(name), "no entry names this file")
        for name in contents.documents - self._named:
            raise Broken(layout.document_name(name), "no entry names this document")

    def documents(self) -> tuple[int, int]:
        """How many documents that entries name are in the bundle, and how many are not."""
        return len(self._contents.documents), len(self._named - self._contents.documents)

    def root(self) -> bytes:
        """The root of the entries taken so far."""
        self._frontier.extend(self._ahead)
        self._ahead.clear()
        return self._frontier.root()

    def _take(self, data: bytes) -> None:
        entry = read_entry(data)
        signers = [verifier(key) for key in self.register.signers(entry.act)]
        if self._with_signatures or self._gives_keys(entry.act):
            require_signed(entry.note, signers)
        take(self.register, entry.act)
        if isinstance(entry.act, acts.Founding):
            self._require_keys(entry.act)
        for named in documents_named(entry.act):
            self._named.add(named)
            if named in self._contents.damaged:
                refuse(f"the document {named} was changed: it has another hash")

    def _gives_keys(self, act: Act) -> bool:
        """Whether keys follow from it: the founding, a change of a key, a decision on one."""
        if isinstance(act, acts.Proposing):
            return act.change.kind == "key"
        if isinstance(act, acts.Decision):
            named = self.register.changes.get(act.change_sha256)
            return named is not None and self.register.proposals[named].last.change.kind == "key"
        return isinstance(act, acts.Founding)

    def _require_keys(self, founding: acts.Founding) -> None:
        given = set(self._keys)
        for party, pair in founding.keys.items():
            if pair not in given:
                refuse(f"the keys of {party} are not among those that were given", "keys")
        if len(given) != len(founding.keys):
            refuse("a key was given that is of no party", "keys")

    def _read_terms(self, file_sha256: str) -> LogTerms:
        member = self._contents.agreements.get(file_sha256)
        if member is None:
            refuse(f"the agreement file {file_sha256} is not in the bundle")
        if file_sha256 in self._contents.damaged:
            refuse(f"the agreement file {file_sha256} was changed: it has another hash")
        self._named_files.add(file_sha256)
        return log_terms(content(self._contents.stream, member, layout.LARGEST_AGREEMENT))

    def _look_back(self, earlier: Earlier) -> None:
        assert earlier.next is not None
        note, checkpoint = earlier.next
        if checkpoint.size != self.register.size:
            return
        where = f"{layout.CHECKPOINTS}, size {checkpoint.size}"
        require_checkpoint(note, checkpoint, self.register, self.root(), where)
        self.register.raise_floor(floor_of(note))
        self.dated_by += 1
        earlier.advance()

    def _require_checkpoint_left(self) -> None:
        if self._earlier is not None and self._earlier.next is not None:
            raise Broken(layout.CHECKPOINTS, "more checkpoints than entries")
