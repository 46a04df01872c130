"""``unipact log``: founding the log of an agreement, reading it, and signing for it elsewhere."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from unipact.agreement.commands.keys import bytes_of, private_keys
from unipact.agreement.formats.key_files import read_public
from unipact.errors import Conflict, Finding, Invalid
from unipact.tlog.keys import SigningKey
from unipact.web.start import with_records

app = typer.Typer(no_args_is_help=True, help="The log of an agreement: what both parties signed.")
proof = typer.Typer(no_args_is_help=True, help="Merkle proofs of the log (RFC 6962), as JSON.")
app.add_typer(proof, name="proof")

_PRODUCTION = "unipact.settings.production"
#: An entry has at most 64 KiB.
_LARGEST_BYTES = 131_072

AgreementId = Annotated[str, typer.Argument(metavar="AGREEMENT", help="Id of an agreement.")]
Index = Annotated[int, typer.Argument(metavar="INDEX", min=0, help="Of an entry, from 0.")]
Acting = Annotated[str, typer.Option("--party", help="Id of the party that you act for.")]
RequestId = Annotated[int, typer.Argument(metavar="ID", help="Number of the request.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Where to; standard output unless named."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


@app.command("found")
def found(
    agreement: AgreementId,
    pub: Annotated[
        list[Path],
        typer.Option("--pub", metavar="FILE", help="Public keys of a party: its id, then .pub."),
    ],
    party: Acting,
) -> None:
    """Ask both parties to sign the first entry: the version in force and the keys of both.

    Each file is named after its party, such as usst.pub. The log counts when both have signed.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.services.consultation import founding_prepare
    from unipact.agreement.services.consultation.signing import Signer

    keys = {each.stem: read_public(bytes_of(each), name=str(each)) for each in pub}
    asked = founding_prepare(
        signer=Signer(party), agreement=agreement, keys=keys, now=datetime.now(UTC)
    )
    for each in asked:
        typer.echo(f"request {each.pk} waits for {each.party.slug}")


@app.command("ls")
def list_entries(
    agreement: AgreementId,
    before: Annotated[
        int | None, typer.Option(min=0, help="Entries with a lower index; else the newest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List entries, newest first: what each means, and whether both have signed the whole."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.log.entries import ENTRY_PAGE, entry_rows
    from unipact.agreement.queries.log_kept import log_named

    rows = entry_rows(log_named(agreement), before=before)
    if as_json:
        typer.echo(_json([dataclasses.asdict(each) for each in rows]))
        return
    for each in rows:
        whole = "" if each.is_cosigned else "  (not yet signed as a whole)"
        typer.echo(f"{each.index}  {each.at or '-'}  {each.fingerprint}  {each.meaning.en}{whole}")
    if len(rows) == ENTRY_PAGE and rows[-1].index:
        typer.echo(f"earlier: --before {rows[-1].index}", err=True)


@app.command("show")
def show(agreement: AgreementId, index: Index, as_json: AsJson = False) -> None:
    """Print one entry: the signed note as it stands; what it means goes to standard error."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.log.entries import entry_found
    from unipact.agreement.queries.log_kept import log_named

    row = entry_found(log_named(agreement), index).row
    if as_json:
        typer.echo(_json(dataclasses.asdict(row)))
        return
    typer.echo(row.meaning.en, err=True)
    typer.echo(f"leaf {row.leaf_sha256}", err=True)
    _give(row.note.encode(), None)


@app.command("checkpoint")
def checkpoint(
    agreement: AgreementId,
    size: Annotated[
        int | None, typer.Option(min=1, help="Entries that it counts; all unless named.")
    ] = None,
    out: Out = None,
) -> None:
    """Print a checkpoint with its signatures: keep it, and compare later bundles with it.

    `unipact verify FILE --seen CHECKPOINT` shows whether the history is still the one you saw.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.queries.log.files import checkpoint_file
    from unipact.agreement.queries.log_kept import log_named

    _give(checkpoint_file(log_named(agreement), size), out)


@proof.command("inclusion")
def inclusion(
    agreement: AgreementId,
    index: Index,
    size: Annotated[
        int | None, typer.Option(min=1, help="Entries of the tree; all unless named.")
    ] = None,
) -> None:
    """Prove that an entry is in the log of a size."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.log.files import inclusion_found
    from unipact.agreement.queries.log_kept import log_named

    shown = inclusion_found(log_named(agreement), index=index, size=size)
    typer.echo(_json(dataclasses.asdict(shown)))


@proof.command("consistency")
def consistency(
    agreement: AgreementId,
    old: Annotated[int, typer.Argument(metavar="OLD", min=0, help="Entries that you saw before.")],
    new: Annotated[
        int | None, typer.Option(min=1, help="Entries that it went on to; all unless named.")
    ] = None,
) -> None:
    """Prove that the log goes on from what was seen before."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.log.files import consistency_found
    from unipact.agreement.queries.log_kept import log_named

    shown = consistency_found(log_named(agreement), old=old, new=new)
    typer.echo(_json(dataclasses.asdict(shown)))


@app.command("receipt")
def receipt(agreement: AgreementId, index: Index, out: Out = None) -> None:
    """Print the receipt of an entry (C2SP tlog-proof): it proves the entry without this server."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.log.files import receipt_file
    from unipact.agreement.queries.log_kept import log_named

    _give(receipt_file(log_named(agreement), index), out)


@app.command("keys")
def keys(agreement: AgreementId, as_json: AsJson = False) -> None:
    """List the keys that count now, and whether each lives inside this server."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.log.keys import log_keys
    from unipact.agreement.queries.log_kept import log_named

    count = log_keys(log_named(agreement))
    if as_json:
        typer.echo(_json(dataclasses.asdict(count)))
        return
    rows = [("log", count.log)]
    rows += [(each.party, row) for each in count.parties for row in (each.consent, each.cosign)]
    for holder, row in rows:
        where = "inside" if row.is_inside else "elsewhere"
        typer.echo(f"{holder}  {row.use}  {where}  since entry {row.since}  {row.vkey}")


@app.command("requests")
def requests(agreement: AgreementId, party: Acting, as_json: AsJson = False) -> None:
    """List what waits for the signature of a party."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.log.requests import request_rows

    rows = request_rows(party, agreement)
    if as_json:
        typer.echo(_json([dataclasses.asdict(each) for each in rows]))
        return
    if not rows:
        typer.echo(f"nothing waits for {party}", err=True)
    for each in rows:
        state = "signed, waits for the other party" if each.is_signed else f"by {each.key}"
        typer.echo(f"{each.id}  {each.made_at:%Y-%m-%d %H:%M}  {each.meaning.en}  {state}")


@app.command("request")
def request(agreement: AgreementId, asked: RequestId, party: Acting, out: Out = None) -> None:
    """Give the line of a request, byte for byte: `unipact sign` takes it."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.log.requests import request_found

    _give(request_found(party, agreement, asked).line.encode(), out)


@app.command("submit")
def submit(
    agreement: AgreementId,
    asked: RequestId,
    party: Acting,
    note: Annotated[
        Path | None, typer.Argument(metavar="[NOTE]", help="What `unipact sign` gave back.")
    ] = None,
) -> None:
    """Hand the signed note of a request in; it is then an entry of the log.

    Without a note it is signed with the party's key inside, where that is there.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.services.consultation import request_sign, request_submit
    from unipact.agreement.services.consultation.signing import Signer

    signer, now = Signer(party), datetime.now(UTC)
    if note is None:
        entry = request_sign(signer=signer, agreement=agreement, request=asked, now=now)
    else:
        data = bytes_of(note, _LARGEST_BYTES)
        entry = request_submit(
            signer=signer, agreement=agreement, request=asked, note=data, now=now
        )
    if entry is None:
        typer.echo(f"{party} has signed; it counts when the other party has signed as well")
    else:
        typer.echo(f"it is entry {entry.index} of the log")


@app.command("drop")
def drop(agreement: AgreementId, asked: RequestId, party: Acting) -> None:
    """Drop a request that shall not be signed; nothing of it is in the log."""
    with_records(_PRODUCTION)
    from unipact.agreement.services.consultation import request_drop
    from unipact.agreement.services.consultation.signing import Signer

    request_drop(signer=Signer(party), agreement=agreement, request=asked, now=datetime.now(UTC))
    typer.echo(f"request {asked} is dropped")


@app.command("erase-reason")
def erase_reason(
    agreement: AgreementId,
    sha256: Annotated[
        str, typer.Argument(metavar="SHA256", help="Of the reason, as the party's entry names it.")
    ],
    party: Acting,
) -> None:
    """Erase the text of a reason that the party gave; the log keeps its hash and verifies.

    It cannot be undone. Bundles that were taken along before still hold it.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.services.consultation import reason_erase
    from unipact.agreement.services.consultation.signing import Signer

    reason_erase(signer=Signer(party), agreement=agreement, sha256=sha256, now=datetime.now(UTC))
    typer.echo(f"the reason {sha256} is erased")


@app.command("cosign-request")
def cosign_request(
    agreement: AgreementId,
    party: Acting,
    old: Annotated[
        int | None,
        typer.Option(min=0, help="Entries cosigned last; as this server knows it unless named."),
    ] = None,
    out: Out = None,
) -> None:
    """Give the present checkpoint with its proof: `unipact cosign` takes it."""
    with_records(_PRODUCTION)
    from unipact.agreement.queries.log.requests import cosigning_file
    from unipact.agreement.queries.log_kept import log_named

    _give(cosigning_file(log_named(agreement), party, old=old), out)


@app.command("cosignature")
def cosignature(
    agreement: AgreementId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `unipact cosign` gave back.")],
    party: Acting,
) -> None:
    """Hand a cosignature in that the party made elsewhere."""
    with_records(_PRODUCTION)
    from unipact.agreement.services.consultation import cosignature_submit
    from unipact.agreement.services.consultation.signing import Signer

    made = cosignature_submit(
        signer=Signer(party), agreement=agreement, line=bytes_of(file), now=datetime.now(UTC)
    )
    typer.echo(f"{party} has cosigned the first {made.size} entries")


@app.command("hold-key")
def hold_key(
    agreement: AgreementId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Private keys: a .key file.")],
    party: Annotated[
        str | None,
        typer.Option(help="Whose they are; without it the file holds the log's own key."),
    ] = None,
) -> None:
    """Keep private keys inside this server, sealed: whoever runs it can use them from then on.

    A party's .key file holds two keys. The log's own key comes alone in a file, and is needed
    after `unipact restore` where the log shall go on.
    """
    with_records(_PRODUCTION)
    from unipact.agreement.services.consultation import key_hold
    from unipact.agreement.services.consultation.signing import Signer
    from unipact.agreement.services.log_key import log_key_hold

    if party is None:
        log_key_hold(agreement=agreement, key=_one_key(file))
        typer.echo(f"the key of the log of {agreement} is inside")
        return
    pair = private_keys(file)
    for key in (pair.consent, pair.cosign):
        key_hold(signer=Signer(party), agreement=agreement, key=key, now=datetime.now(UTC))
    typer.echo(f"the keys of {party} are inside; whoever runs this server can use them")


def _one_key(path: Path) -> SigningKey:
    """The only key in a file; no error tells anything of it."""
    try:
        lines = bytes_of(path).decode().splitlines()
    except UnicodeDecodeError:
        lines = []
    found = [each.strip() for each in lines if each.strip() and not each.startswith("#")]
    if len(found) != 1:
        finding = Finding(str(path), "it does not hold just one key", "Name the log's key file.")
        raise Invalid("this is not the key of a log", findings=[finding])
    return SigningKey.parse(found[0])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=_text)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _give(data: bytes, out: Path | None) -> None:
    """Write the bytes to standard output or into a new file."""
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        with out.open("xb") as stream:
            stream.write(data)
    except FileExistsError:
        finding = Finding(str(out), "it is there already", "Name another with --out.")
        raise Conflict("nothing is replaced", findings=[finding]) from None
