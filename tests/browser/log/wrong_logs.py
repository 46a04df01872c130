"""Logs of which the last entry breaks a rule, and the code with which the browser says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.browser.log.builder import (
    ORIGIN,
    SILENCE_DAYS,
    Key,
    Log,
    agreement,
    canonical,
    moment,
    rotate,
    sha256,
    text_of,
    version_hash,
)

WAIVER = {"commitment": "energy", "period": "y2026"}
LATE = timedelta(days=SILENCE_DAYS, seconds=1)


def _entry(text: bytes) -> Callable[[Log], None]:
    return lambda log: log.sign(text + b"\n", log.consent["a"])


def _two_rounds(log: Log) -> None:
    first = log.change("waiver", WAIVER)
    log.propose("a", first)
    log.propose("b", {**first, "round": 2})
    log.decide("a", first)


def _stale(log: Log) -> None:
    waiver = log.change("waiver", WAIVER, 2)
    log.propose("a", waiver)
    log.adopt(log.next_version(3))
    log.decide("b", waiver)


def _late(log: Log) -> None:
    change = log.next_version()
    log.propose("a", change)
    log.decide("a", change)
    log.mark(log.now + LATE)
    log.now += LATE
    log.decide("b", change)


def _late_round(log: Log) -> None:
    change = log.change("waiver", WAIVER)
    log.propose("a", change)
    log.mark(log.now + LATE)
    log.now += LATE
    log.propose("b", log.change("waiver", WAIVER, round=2))


def _backdated(log: Log) -> None:
    log.mark(log.now + timedelta(days=7, seconds=1))
    log.add("a", "notice", clause="renewal", on="2027-01-01")


def _by(log: Log, party: str, key: Key, **values: object) -> None:
    entry = {"type": "notice", "origin": log.origin, "party": party, "at": moment(log.now)}
    log.sign({**entry, "clause": "renewal", "on": "2027-01-01", **values}, key)


def _old_key(log: Log) -> None:
    old = log.consent["a"]
    rotate(log, "a", "consent", Key("a.example/consent", seed="2"), 1)
    _by(log, "a", old)


def _twice_after(decision: str) -> Callable[[Log], None]:
    def act(log: Log) -> None:
        change = log.change("waiver", WAIVER)
        log.propose("a", change)
        log.decide("a", change, decision)
        log.decide("a", change)

    return act


def _propose(**changed: object) -> Callable[[Log], None]:
    return lambda log: log.propose("a", {**log.change("waiver", WAIVER), **changed})


def _version(file: Callable[[Log], bytes]) -> Callable[[Log], None]:
    def act(log: Log) -> None:
        given = file(log)
        hashes = {"proposed_file_sha256": log.keep(given)}
        hashes["proposed_version_sha256"] = version_hash(given)
        log.propose("a", log.change("version", {}, **hashes))

    return act


def _next(log: Log, **changed: Any) -> bytes:
    return agreement(**{"version": 2, "previous": log.version, **log.consent, **changed})


def _without_file(log: Log) -> None:
    log.propose("a", log.next_version())
    del log.files[sha256(_next(log))]


def _key(holder: str, use: str, key: Key) -> Callable[[Log], None]:
    effect = {"holder": holder, "use": use, "key": key.vkey}
    return lambda log: log.propose("a", log.change("key", effect))


def _decide(decision: str, by: str = "b", **but: object) -> Callable[[Log], None]:
    def act(log: Log) -> None:
        change = log.change("waiver", WAIVER)
        log.propose("a", change)
        log.decide(by, change, decision, **but)

    return act


def _after(*acts: Callable[[Log], None]) -> Callable[[Log], None]:
    def act(log: Log) -> None:
        for each in acts:
            each(log)

    return act


def _add(party: str, kind: str, **values: object) -> Callable[[Log], None]:
    return lambda log: log.add(party, kind, **values)


def _run(number: int = 1) -> Callable[[Log], None]:
    return lambda log: log.add(
        "a",
        "evaluation",
        as_of="2026-01-31",
        version_sha256=log.version,
        run_sha256=text_of(number),
    )


def _review(party: str, decision: str, run: int = 1, evidence: int = 2) -> Callable[[Log], None]:
    reason = text_of(9) if decision == "contest" else ""
    hashes = {"run_sha256": text_of(run), "evidence_sha256": text_of(evidence)}
    return _add(party, "review", **hashes, decision=decision, reason_sha256=reason)


def _dispute(party: str, act: str, number: int = 1, period: str = "y2026") -> Callable[[Log], None]:
    pair = {"commitment": "energy", "period": period, "reason_sha256": text_of(9)}
    return _add(party, "dispute", dispute=f"{number:032x}", act=act, **pair)


def _report(party: str, edition: int, number: int) -> Callable[[Log], None]:
    return _add(party, "report", year=2025, edition=edition, report_sha256=text_of(number))


def _post(party: str, decision: str, number: int = 1) -> Callable[[Log], None]:
    reason = text_of(9) if decision == "contest" else ""
    hashes = {"transaction_sha256": text_of(number), "reason_sha256": reason}
    return _add(party, "transaction", **hashes, decision=decision)


def _ended(log: Log) -> None:
    log.adopt(log.change("end", {"on": "2026-06-30"}, 5))


NOTICE = b'"on":"2027-01-01","origin":"log.example/cooperation","party":"a","type":"notice"}'
OTHER = Key("else.example/consent")

_VALID = {"clause": "renewal", "on": "2027-01-01", "origin": ORIGIN, "party": "a", "type": "notice"}

WRONG: dict[str, tuple[Callable[[Log], None], str]] = {
    # consents for something else
    "a consent for a change that nobody proposed": (
        _decide("consent", change_sha256=text_of(1)),
        "decision-unknown",
    ),
    "a consent for the round before": (_two_rounds, "decision-unknown"),
    "a consent on another base": (_decide("consent", base_sha256=text_of(1)), "decision-base"),
    "a consent to another version": (
        _decide("consent", proposed_version_sha256=text_of(1)),
        "decision-version",
    ),
    "a consent for another agreement": (_decide("consent", origin="log.example/x"), "origin-other"),
    "a consent to a stale proposal": (_stale, "decision-closed"),
    "a consent after the proposal lapsed": (_late, "decision-closed"),
    "a round after the proposal lapsed": (_late_round, "propose-closed"),
    "two consents by one party": (_twice_after("consent"), "decision-twice"),
    "a consent after a decline": (_twice_after("decline"), "decision-closed"),
    "a consent after a withdrawal": (_twice_after("withdraw"), "decision-closed"),
    "a withdrawal by the other party": (_decide("withdraw"), "withdraw-party"),
    # signatures
    "a stranger's key": (lambda log: _by(log, "a", OTHER), "signature-key"),
    "the other party's key": (lambda log: _by(log, "a", log.consent["b"]), "signature-key"),
    "a key that was replaced": (_old_key, "signature-key"),
    "a key of the same name": (
        lambda log: _by(log, "a", Key("a.example/consent", seed="x")),
        "signature-key",
    ),
    "nobody who is a party": (lambda log: _by(log, "c", OTHER), "party-unknown"),
    "two signatures": (
        lambda log: log.sign(
            canonical({**_VALID, "at": moment(log.now)}) + b"\n", *log.consent.values()
        ),
        "signature-count",
    ),
    # forms
    "an unknown type": (_entry(b'{"origin":"x","type":"wish"}'), "form-type"),
    "an unknown key": (
        _add("a", "notice", clause="renewal", on="2027-01-01", x="y"),
        "form-unknown",
    ),
    "a missing key": (_add("a", "notice", clause="renewal"), "form-missing"),
    "a duplicate key": (
        _entry(b'{"at":"2026-03-01T09:00:00Z","clause":"renewal","clause":"renewal",' + NOTICE),
        "json-duplicate",
    ),
    "a space": (
        _entry(b'{"at":"2026-03-01T09:00:00Z", "clause":"renewal",' + NOTICE),
        "json-syntax",
    ),
    "keys out of order": (
        _entry(b'{"clause":"renewal","at":"2026-03-01T09:00:00Z",' + NOTICE),
        "json-not-canonical",
    ),
    "an escape without need": (
        _entry(b'{"at":"2026-03-01T09:00:00Z","clause":"\\u0072enewal",' + NOTICE),
        "json-not-canonical",
    ),
    "half a character": (
        _entry(b'{"at":"2026-03-01T09:00:00Z","clause":"\\ud800",' + NOTICE),
        "json-surrogate",
    ),
    "a fraction": (_entry(b'{"type":1.5}'), "json-syntax"),
    "a number beyond 2^53": (_entry(b'{"type":9007199254740992}'), "json-number"),
    "null": (_entry(b'{"type":null}'), "json-syntax"),
    "a day that does not exist": (
        _add("a", "notice", clause="renewal", on="2027-02-29"),
        "form-value",
    ),
    "a leap second": (
        _add("a", "notice", clause="renewal", on="2027-01-01", at="2026-03-01T09:00:60Z"),
        "form-value",
    ),
    "a time long before it can be": (_backdated, "backdated"),
    "a second founding": (lambda log: log.found(), "founding-place"),
    # proposals
    "a first round 2": (_propose(round=2), "propose-round"),
    "a base not in force": (_propose(base_sha256=text_of(1)), "propose-base"),
    "another version beside a waiver": (
        _propose(proposed_version_sha256=text_of(1)),
        "propose-version",
    ),
    "another time to lapse": (_propose(lapses_at="2026-03-02T00:00:00Z"), "propose-lapses"),
    "an unknown kind": (_propose(kind="gift"), "form-kind"),
    "another effect": (_propose(effect={}), "form-missing"),
    "a waiver of what is not promised": (
        _propose(effect={"commitment": "x", "period": "y"}),
        "commitment-unknown",
    ),
    "a waiver of what is waived": (
        _after(lambda log: log.adopt(log.change("waiver", WAIVER, 5)), _propose()),
        "waived-already",
    ),
    "another kind in the next round": (
        _after(
            _propose(),
            lambda log: log.propose("a", log.change("end", {"on": "2027-01-01"}, round=2)),
        ),
        "propose-kind",
    ),
    "anything after the end": (_after(_ended, _propose()), "propose-ended"),
    "an end in the past": (
        lambda log: log.propose("a", log.change("end", {"on": "2026-02-28"})),
        "end-past",
    ),
    "a version without its file": (
        _without_file,
        "file-missing",
    ),
    "a version with another hash": (
        lambda log: log.propose("a", log.next_version(proposed_version_sha256=text_of(1))),
        "file-other",
    ),
    "a version of other parties": (
        _version(
            lambda log: _next(log, c=OTHER).replace(
                b'consent = ["a", "b"]', b'consent = ["a", "b", "c"]'
            )
        ),
        "version-parties",
    ),
    "a version that swaps a key": (_version(lambda log: _next(log, b=OTHER)), "version-key"),
    "a version that skips a number": (
        _version(lambda log: _next(log, version=3)),
        "version-number",
    ),
    "a version after another one": (
        _version(lambda log: _next(log, previous=text_of(1))),
        "version-previous",
    ),
    "a version of another agreement": (
        _version(lambda log: _next(log).replace(b'"cooperation"', b'"other"')),
        "version-id",
    ),
    "a version that one party can change": (
        _version(lambda log: _next(log).replace(b'consent = ["a", "b"]', b'consent = ["a"]')),
        "consent-not-all",
    ),
    "a version with a fraction": (
        _version(lambda log: _next(log) + b"x = 1.5\n"),
        "terms-number",
    ),
    "a version with a character newer than Unicode 14.0": (
        _version(lambda log: _next(log) + 'x = "\U000105d2\u0307"\n'.encode()),
        "terms-newer",
    ),
    "a version with a time of day": (
        _version(lambda log: _next(log) + b"x = 10:00:00\n"),
        "terms-time",
    ),
    "a version without silence": (
        _version(lambda log: _next(log).replace(b"silence_days = 60", b"")),
        "terms-key",
    ),
    "a key that is in use": (_key("a", "cosign", Key("b.example/cosign", 0x04)), "key-twice"),
    "a key with a very long name": (_key("a", "consent", Key("x" * 459)), "form-value"),
    "a key of the wrong type": (_key("a", "cosign", Key("a.example/x", 0x01)), "vkey-type"),
    "a log key of another name": (_key("log", "log", Key("log.example/x")), "log-key-name"),
    "a key for nobody": (_key("c", "consent", OTHER), "key-holder"),
    # what happens under the terms
    "an evaluation of an unknown version": (
        _add(
            "a", "evaluation", as_of="2026-01-31", version_sha256=text_of(1), run_sha256=text_of(1)
        ),
        "evaluation-version",
    ),
    "an evaluation put forward twice": (_after(_run(), _run()), "evaluation-twice"),
    "a review of no evaluation": (_review("b", "accept"), "review-run"),
    "a review of one's own evaluation": (_after(_run(), _review("a", "accept")), "review-own"),
    "a second review": (
        _after(_run(), _review("b", "accept"), _review("b", "contest")),
        "review-twice",
    ),
    "a settlement of what nobody contests": (
        _after(_run(), _review("a", "settle")),
        "settle-uncontested",
    ),
    "a settlement by one party twice": (
        _after(_run(), _review("b", "contest"), *2 * [_review("a", "settle")]),
        "settle-twice",
    ),
    "a contest without a reason": (
        _after(
            _run(),
            _add(
                "b",
                "review",
                run_sha256=text_of(1),
                evidence_sha256=text_of(2),
                decision="contest",
                reason_sha256="",
            ),
        ),
        "form-value",
    ),
    "a second dispute on a period": (
        _after(_dispute("a", "open"), _dispute("b", "open", 2)),
        "dispute-open",
    ),
    "a dispute opened twice": (
        _after(_dispute("a", "open"), _dispute("b", "open", period="z")),
        "dispute-known",
    ),
    "the end of no dispute": (_dispute("a", "close"), "dispute-not-open"),
    "the end of another dispute": (
        _after(_dispute("a", "open"), _dispute("a", "close", period="z")),
        "dispute-other",
    ),
    "one party ending a dispute twice": (
        _after(_dispute("a", "open"), *2 * [_dispute("b", "close")]),
        "dispute-closed-twice",
    ),
    "a notice by an unknown clause": (
        _add("a", "notice", clause="x", on="2027-01-01"),
        "notice-clause",
    ),
    "a notice by the wrong party": (
        _add("b", "notice", clause="leave", on="2027-01-01"),
        "notice-party",
    ),
    "a notice that is too short": (
        _add("a", "notice", clause="leave", on="2026-05-29"),
        "notice-short",
    ),
    "a notice given twice": (
        _after(*2 * [_add("a", "notice", clause="renewal", on="2027-01-01")]),
        "notice-twice",
    ),
    "a report that begins with edition 2": (_report("a", 2, 1), "report-edition"),
    "another text of an edition": (_after(_report("a", 1, 1), _report("b", 1, 2)), "report-other"),
    "an edition signed twice": (_after(*2 * [_report("a", 1, 1)]), "report-twice"),
    "an edition before the last": (
        _after(_report("a", 1, 1), _report("a", 2, 2), _report("b", 1, 1)),
        "report-edition",
    ),
    "an answer to no transaction": (_post("b", "acknowledge"), "transaction-unknown"),
    "an answer to one's own transaction": (
        _after(_post("a", "post"), _post("a", "acknowledge")),
        "transaction-own",
    ),
    "a transaction acknowledged twice": (
        _after(_post("a", "post"), *2 * [_post("b", "acknowledge")]),
        "transaction-answered",
    ),
    "a transaction posted twice": (
        _after(_post("a", "post"), _post("b", "post")),
        "transaction-twice",
    ),
}


FOUNDINGS: dict[str, tuple[dict[str, object], str]] = {
    "another format": ({"format": "unipact-log/2"}, "form-value"),
    "another agreement": ({"agreement": "x"}, "founding-agreement"),
    "another version": ({"version": 2}, "founding-version"),
    "another hash of the version": ({"version_sha256": text_of(1)}, "file-other"),
    "a file that is not there": ({"file_sha256": text_of(1)}, "file-missing"),
    "a log key of another name": ({"log_key": Key("x").vkey}, "log-key-name"),
    "a log whose name is no plain one": ({"origin": "log example"}, "form-value"),
}
