"""Whoever gave a mail address with an invitation can set a forgotten password anew."""

from __future__ import annotations

import re

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from unipact.agreement.formats.secret import invitation_path
from unipact.agreement.roles import Role
from unipact.agreement.services import invitation_make
from unipact.agreement.tests.kept import kept_evaluations, kept_version
from unipact.web.accounts import mailing

_PASSWORD = "correct horse battery"


@pytest.mark.django_db
def test_the_address_given_with_an_invitation_gets_the_link(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    kept_evaluations(kept_version())
    _, secret = invitation_make(
        actor=None, party="uni", role=Role.ANALYST, note="Li Na", now=timezone.now()
    )
    sent = {"username": "li.na", "password": _PASSWORD, "email": "li.na@example.org"}
    assert Client().post(invitation_path(secret), sent).status_code == 302
    client.post("/account/password/forgotten/", {"email": "li.na@example.org"})
    # The mail that was handed in has left.
    mailing.POST.submit(int).result()
    (mail,) = mailoutbox
    assert mail.to == ["li.na@example.org"]
    found = re.search(r"http://testserver(/account/password/reset/\S+)", str(mail.body))
    assert found is not None
    assert client.get(found[1]).headers["Location"].endswith("-set-password/")
