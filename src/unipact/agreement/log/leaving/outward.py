"""The records that a party takes along, each as a file in an open form.

Joint records are told whole, but people of the other party are never named. Of a party's own
records those of the leaving party are told, as it sees them; the other party's are not looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet

from unipact.agreement.engine.currencies import CURRENCIES
from unipact.agreement.engine.fixed_point import text_of
from unipact.agreement.formats.leaving import layout
from unipact.agreement.formats.leaving.writer import write_lines
from unipact.agreement.formats.ledger import instant
from unipact.agreement.models import (
    AccessLog,
    Acknowledgement,
    AgreementVersion,
    Comment,
    Evaluation,
    Log,
    Membership,
    Party,
    PeopleLog,
    SigningRequest,
    Token,
    Transaction,
    Valuation,
    VersionState,
)

_AT_ONCE = 500
Rows = Iterator[Mapping[str, Any]]


class Records:
    """The records of one agreement as ``party`` takes them along.

    ``signed`` are the terms (SHA-256) that both parties signed and cosigned: what refers to others
    could not be proved by the bundle, so it stays out and is counted.
    """

    def __init__(self, log: Log, party: Party, signed: Collection[str]) -> None:
        self._log, self._party, self._signed = log, party, signed

    def write(self, folder: Path) -> dict[str, Path]:
        """Write all of them under ``folder``; name in the archive → file."""
        told: dict[str, Callable[[], Rows]] = {
            layout.RUNS: self._runs,
            layout.NOTES: self._notes,
            layout.ANSWERS: self._answers,
            layout.VALUATIONS: self._valuations,
            layout.COMMENTS: self._comments,
            layout.PEOPLE: self._people,
            layout.PEOPLE_LOG: self._people_log,
            layout.ACCESS_LOG: self._access_log,
            layout.TOKENS: self._tokens,
        }
        for name, rows in told.items():
            write_lines(folder / name, rows())
        with (folder / layout.TRANSACTIONS).open("xb") as stream:
            documents = self.transactions().values_list("document", flat=True)
            stream.writelines(bytes(each) + b"\n" for each in documents.iterator(_AT_ONCE))
        names = [*told, layout.TRANSACTIONS]
        for name, content in self._files():
            path = folder / name
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)
                names.append(name)
        return {name: folder / name for name in names}

    def withheld(self) -> dict[str, int]:
        """How many records refer to terms that both have not signed yet."""
        unsigned = ~Q(version__sha256__in=self._signed)
        runs = Evaluation.objects.filter(
            unsigned, version__agreement=self._log.agreement, version__drafted_by__isnull=True
        )
        made = Transaction.objects.filter(unsigned, agreement=self._log.agreement)
        return {"runs": runs.count(), "transactions": made.count()}

    def told_of(self) -> dict[str, int]:
        """How many batches of each lake table the evaluations tell of: both parties know that."""
        versions: dict[str, int] = {}
        for document in self._evaluations().values_list("document", flat=True).iterator(20):
            tables = json.loads(bytes(document))["snapshot"]["tables"]
            for name, version in tables.items():
                versions[name] = max(versions.get(name, 0), version)
        return versions

    def transactions(self) -> QuerySet[Any]:
        """The posted transactions under signed terms, the lowest number first."""
        found: QuerySet[Any] = Transaction.objects.filter(
            agreement=self._log.agreement,
            posted_at__isnull=False,
            version__sha256__in=self._signed,
        ).order_by("n")
        return found

    def _evaluations(self) -> QuerySet[Any]:
        found: QuerySet[Any] = Evaluation.objects.filter(
            version__agreement=self._log.agreement,
            version__drafted_by__isnull=True,
            version__sha256__in=self._signed,
        ).order_by("as_of", "sha256")
        return found

    def _runs(self) -> Rows:
        for each in self._evaluations().select_related("version").defer("document").iterator():
            yield {
                "as_of": each.as_of.isoformat(),
                "sha256": each.sha256,
                "terms_sha256": each.version.sha256,
                "snapshot": each.snapshot_id,
                "made_at": instant(each.made_at),
            }

    def _files(self) -> Iterator[tuple[str, bytes]]:
        """What is a file of its own: evaluations, drafts, lines to sign."""
        for each in self._evaluations().iterator(20):
            yield layout.run_name(each.as_of.isoformat(), each.sha256), bytes(each.document)
        drafts = AgreementVersion.objects.filter(
            agreement=self._log.agreement, drafted_by=self._party, state=VersionState.DRAFT
        )
        for each in drafts.iterator(20):
            yield layout.draft_name(each.n, each.file_sha256), bytes(each.original)
        asked = SigningRequest.objects.filter(log=self._log, party=self._party)
        for line in asked.values_list("line", flat=True).iterator():
            yield layout.request_name(hashlib.sha256(bytes(line)).hexdigest()), bytes(line)

    def _notes(self) -> Rows:
        for each in self.transactions().exclude(note="").defer("document").iterator():
            yield {"number": each.n, "salt": each.note_salt, "note": each.note}

    def _answers(self) -> Rows:
        found = Acknowledgement.objects.filter(transaction__in=self.transactions())
        for each in found.select_related("party", "transaction").order_by("id").iterator():
            yield {
                "number": each.transaction.n,
                "party": each.party.slug,
                "answer": each.answer,
                "reason": each.reason,
                "answered_at": instant(each.answered_at),
            }

    def _valuations(self) -> Rows:
        found = Valuation.objects.filter(agreement=self._log.agreement)
        for each in found.select_related("valued_by").order_by("id").iterator():
            yield {
                "contribution": each.contribution,
                "unit": each.unit,
                "party": each.valued_by.slug,
                "amount": text_of(each.minor, CURRENCIES[each.currency]),
                "currency": each.currency,
                "from_on": each.from_on.isoformat(),
                "reason": each.reason,
                "stated_at": instant(each.stated_at),
            }

    def _comments(self) -> Rows:
        found = Comment.objects.filter(log=self._log).select_related("party").order_by("pk")
        for each in found.iterator():
            yield {
                "proposal": each.proposal,
                "round": each.round,
                "party": each.party.slug,
                "by": each.by if each.party_id == self._party.pk else "",
                "text": each.text,
                "at": instant(each.at),
            }

    def _people(self) -> Rows:
        found = Membership.objects.filter(party=self._party).select_related("user")
        for each in found.order_by("role", "user__username").iterator():
            yield {
                "party": self._party.slug,
                "name": each.user.get_full_name(),
                "account": each.user.get_username(),
                "role": each.role,
            }

    def _people_log(self) -> Rows:
        for each in PeopleLog.objects.filter(party=self._party).order_by("id").iterator():
            yield {
                "party": self._party.slug,
                "at": instant(each.at),
                "by": each.by,
                "act": each.act,
                "subject": each.subject,
                "detail": each.detail,
            }

    def _access_log(self) -> Rows:
        found = AccessLog.objects.filter(owner=self._party)
        for each in found.select_related("user", "token", "reader").order_by("id").iterator():
            yield {
                "owner": self._party.slug,
                "at": instant(each.at),
                "reader": each.token.name if each.user is None else each.user.get_username(),
                "is_token": each.user is None,
                "party": each.reader.slug,
                "kind": each.kind,
                "record": each.record,
            }

    def _tokens(self) -> Rows:
        found = Token.objects.filter(party=self._party).select_related("made_by")
        for each in found.order_by("id").iterator():
            yield {
                "party": self._party.slug,
                "name": each.name,
                "role": each.role,
                "purpose": each.purpose,
                "made_by": each.made_by.get_username() if each.made_by else "",
                "made_at": instant(each.made_at),
                "expires_at": instant(each.expires_at),
                "revoked_at": each.revoked_at and instant(each.revoked_at),
                "last_used_at": each.last_used_at and instant(each.last_used_at),
            }
