"""The keys: whose they are and where they live; founding the log, keeping and changing a key."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from unipact.agreement.formats.key_files import public_file, read_private, read_public
from unipact.agreement.queries.log.entries import founding_of
from unipact.agreement.queries.log.keys import (
    LogKeys,
    founding_parties,
    keys_of_ours,
    log_keys,
)
from unipact.agreement.queries.log.opened import log_or_none, log_seen
from unipact.agreement.queries.log.requests import requests_waiting
from unipact.agreement.queries.standpoint import Standpoint
from unipact.agreement.roles import Act
from unipact.agreement.services.consultation import founding_prepare, key_hold, proposal_make
from unipact.agreement.services.consultation.proposals import Proposed
from unipact.agreement.services.consultation.signing import Done, Signer
from unipact.agreement.views.filled import Filled, filled
from unipact.agreement.views.here import here_of, post_or_back
from unipact.agreement.views.log.uploads import uploaded
from unipact.errors import Conflict, Finding, Invalid, NotFound
from unipact.tlog.keys import COSIGNATURE, ED25519, SigningKey

_CHANGE = ("use", "where", "key", "reason")


@require_GET
def keys_page(request: HttpRequest, agreement: str) -> HttpResponse:
    """Which keys count, where each lives and what that means."""
    return _keys(request, here_of(request, agreement))


def _keys(request: HttpRequest, here: Standpoint, **more: Any) -> HttpResponse:
    actor = here.actor
    log = log_or_none(actor, here.slug)
    form = next((each for each in more.values() if isinstance(each, Filled)), Filled())
    context = {
        "keys": log_keys(log) if log is not None else None,
        "founding": () if log is not None else founding_parties(actor, here.slug),
        "held": keys_of_ours(actor, here.slug),
        "waiting": requests_waiting(actor, here.slug),
        "may_manage": actor.may(Act.KEYS_MANAGE),
        "may_sign": actor.may(Act.ACT_SIGN),
        "found_form": Filled(),
        "hold_form": Filled(),
        "change_form": Filled({"use": "consent", "where": "elsewhere"}),
    }
    return render(request, "agreement/keys.html", context | more, status=form.status)


@require_GET
def key_file(request: HttpRequest, agreement: str, party: str) -> HttpResponse:
    """The ``*.pub`` of a party as its keys were when the log began: what verifying asks for."""
    here = here_of(request, agreement)
    pair = founding_of(log_seen(here.actor, here.slug)).keys.get(party)
    if pair is None:
        raise NotFound("there is no such party")
    response = HttpResponse(public_file(pair), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{party}.pub"'
    return response


@post_or_back("agreement:keys", Act.KEYS_MANAGE)
def found(request: HttpRequest, agreement: str) -> HttpResponse:
    """Ask both parties to sign the first entry, over the public keys of both."""
    here = here_of(request, agreement)
    here.actor.require(Act.KEYS_MANAGE)
    parties = founding_parties(here.actor, here.slug)
    fields = tuple(f"pub_{each.party}" for each in parties)
    try:
        keys = {
            each.party: read_public(uploaded(request, field), name=field)
            for each, field in zip(parties, fields, strict=True)
        }
        signer = Signer(here.actor.party, here.actor)
        founding_prepare(signer=signer, agreement=here.slug, keys=keys, now=timezone.now())
    except (Invalid, Conflict) as error:
        return _keys(request, here, found_form=filled(request, _in_fields(error), fields))
    messages.success(
        request,
        _("The first entry is written. It counts when both parties have signed it."),
    )
    return _to_requests(here)


@post_or_back("agreement:keys", Act.KEYS_MANAGE)
def hold(request: HttpRequest, agreement: str) -> HttpResponse:
    """Keep the private keys in a file inside this server, sealed."""
    here = here_of(request, agreement)
    here.actor.require(Act.KEYS_MANAGE)
    try:
        keys = read_private(uploaded(request, "private"), name="private")
        signer = Signer(here.actor.party, here.actor)
        with transaction.atomic():
            for key in (keys.consent, keys.cosign):
                key_hold(signer=signer, agreement=here.slug, key=key, now=timezone.now())
    except (Invalid, Conflict) as error:
        form = filled(request, _in_fields(error), ("private",))
        return _keys(request, here, hold_form=form)
    messages.success(
        request,
        _("The keys are inside, sealed. Whoever runs this server can use them from now on."),
    )
    return redirect("agreement:keys", agreement=here.slug)


@post_or_back("agreement:keys", Act.ACT_SIGN)
def change(request: HttpRequest, agreement: str) -> HttpResponse:
    """Propose another key; it takes the place of the present one when both consent."""
    here = here_of(request, agreement)
    here.actor.require(Act.ACT_SIGN)
    try:
        done = _changed(request, here)
    except (Invalid, Conflict) as error:
        places = {"effect.key": "key", "change.effect.key": "key"}
        findings = [
            replace(each, where=places.get(each.where, each.where)) for each in error.findings
        ]
        said = type(error)(error.message, findings=findings)
        return _keys(request, here, change_form=filled(request, said, _CHANGE))
    if done.entry is None:
        messages.warning(
            request,
            _("Nothing is in the log yet: your party has to sign the proposal where its key is."),
        )
        return _to_requests(here)
    messages.success(
        request, _("The change of the key is proposed. It holds when both parties have consented.")
    )
    return redirect("agreement:log-entry", agreement=here.slug, index=done.entry.index)


def _changed(request: HttpRequest, here: Standpoint) -> Done:
    """The proposal of the key that was filled in, or of a new one that lives inside.

    Raises:
        Invalid: no use was chosen, or no key was given.
    """
    use = request.POST.get("use", "")
    if use not in {"consent", "cosign", "log"}:
        raise Invalid(
            "nothing is chosen", findings=[Finding("use", "nothing is chosen", "Choose one.")]
        )
    signer = Signer(here.actor.party, here.actor)
    # The log's own key signs every checkpoint, so it always lives in this server.
    is_inside = use == "log" or request.POST.get("where") == "inside"
    with transaction.atomic():
        vkey = request.POST.get("key", "").strip()
        if is_inside:
            vkey = _made_inside(here, log_keys(log_seen(here.actor, here.slug)), signer, use)
        elif not vkey:
            raise Invalid("no key is given", findings=[Finding("key", "it is empty")])
        holder = "log" if use == "log" else here.actor.party
        proposed = Proposed(
            kind="key",
            reason_en=request.POST.get("reason", ""),
            effect={"holder": holder, "use": use, "key": vkey},
        )
        return proposal_make(
            signer=signer,
            agreement=here.slug,
            proposed=proposed,
            consent=True,
            now=timezone.now(),
        )[0]


def _made_inside(here: Standpoint, keys: LogKeys, signer: Signer, use: str) -> str:
    if use == "log":
        name = keys.origin
    else:
        ours = next(each for each in keys.parties if each.party == here.actor.party)
        name = (ours.consent if use == "consent" else ours.cosign).name
    key = SigningKey.generate(name, COSIGNATURE if use == "cosign" else ED25519)
    key_hold(signer=signer, agreement=here.slug, key=key, now=timezone.now())
    return str(key.verifier)


def _in_fields(error: Invalid | Conflict) -> Invalid | Conflict:
    """A finding in a file of keys names its line after the field; people see the field."""
    findings = [replace(each, where=each.where.partition(":")[0]) for each in error.findings]
    return type(error)(error.message, findings=findings)


def _to_requests(here: Standpoint) -> HttpResponse:
    return redirect("agreement:requests", agreement=here.slug)
