"""What is where in a leaving archive, and in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FORMAT = "unipact-leaving/1"
README = "README.txt"
MANIFEST = "manifest.json"
CHECKSUM = "manifest.json.sha256"
BUNDLE = "bundle.tar"
RUNS = "runs.jsonl"
TRANSACTIONS = "ledger/transactions.jsonl"
NOTES = "ledger/notes.jsonl"
ANSWERS = "ledger/answers.jsonl"
BEANCOUNT = "ledger/ledger.beancount"
VALUATIONS = "valuations.jsonl"
COMMENTS = "comments.jsonl"
PEOPLE = "people.jsonl"
PEOPLE_LOG = "people-log.jsonl"
ACCESS_LOG = "access-log.jsonl"
TOKENS = "tokens.jsonl"
SOURCES = "sources.jsonl"

README_TEXT = Path(__file__).with_name(README).read_bytes()
#: A manifest of about 300,000 members; one that claims more is not believed.
LARGEST_MANIFEST = 64 << 20
LARGEST_LINE = 1 << 20
LARGEST_DRAFT = 1 << 20
LARGEST_RUN = 64 << 20

RUN = re.compile(r"runs/([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9a-f]{64})\.json")
DRAFT = re.compile(r"drafts/([1-9][0-9]{0,8})-([0-9a-f]{64})\.toml")
REQUEST = re.compile(r"requests/([0-9a-f]{64})")
DATA = re.compile(r"data/([a-z0-9_.]{1,50})/(part-[0-9a-f]{32}\.parquet)")


@dataclass(frozen=True, slots=True)
class Listed:
    """A member as the manifest has it."""

    name: str
    size: int
    sha256: str


# One that stands alone is always there, even when it is empty; of those in a folder any number is.
_ORDER: tuple[str | re.Pattern[str], ...] = (
    *(BUNDLE, RUNS, RUN),
    *(TRANSACTIONS, NOTES, ANSWERS, BEANCOUNT, VALUATIONS, COMMENTS),
    *(DRAFT, PEOPLE, PEOPLE_LOG, ACCESS_LOG, TOKENS),
    *(REQUEST, SOURCES, DATA),
)
ALWAYS = frozenset(each for each in _ORDER if isinstance(each, str))

#: What a reader holds at once: one that claims to be larger than ever written is not believed.
HELD = frozenset({RUNS, PEOPLE, SOURCES})


def place_of(name: str) -> tuple[int, str] | None:
    """Where a member stands among the others; None for a name that no member has."""
    for place, each in enumerate(_ORDER):
        if name == each if isinstance(each, str) else each.fullmatch(name):
            return place, name
    return None


def run_name(as_of: str, sha256: str) -> str:
    """The name of the member that holds a run document."""
    return f"runs/{as_of}-{sha256}.json"


def draft_name(n: int, file_sha256: str) -> str:
    """The name of the member that holds a draft."""
    return f"drafts/{n}-{file_sha256}.toml"


def request_name(sha256: str) -> str:
    """The name of the member that holds a line which waits for a signature."""
    return f"requests/{sha256}"


def data_name(table: str, file: str) -> str:
    """The name of the member that holds one batch's rows of a lake table."""
    return f"data/{table}/{file}"
