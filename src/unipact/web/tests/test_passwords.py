"""A password is changed and reset by its rules; the other sessions end; mail tells nobody."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, identify_hasher
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.test import Client, override_settings

from unipact.settings.mail import mail
from unipact.web.accounts import mailing

_PASSWORD = "correct horse battery"
_NEXT = "staple under the moon"
_WEAK = {
    "short": "elevenchars",
    "digits": "847362519203846",
    "common": "qwerty123456",
    "name": "wang@example.org",
}


def _sign_in(client: Client, password: str = _PASSWORD):
    return client.post("/sign-in/", {"username": "wang", "password": password})


def _post() -> None:
    """Wait until the mail that was handed in has left."""
    mailing.POST.submit(int).result()


def _link(mailoutbox: list[EmailMessage]) -> str:
    _post()
    assert len(mailoutbox) == 1
    found = re.search(r"http://testserver(/account/password/reset/\S+)", str(mailoutbox[0].body))
    assert found is not None
    return found.group(1)


def _error_beside(page: str, field: str) -> str:
    """What stands beside a field, tied to it for who cannot see the page."""
    tied = re.search(rf'id="id_{field}"[^>]*aria-describedby="([^"]+)"', page)
    assert tied is not None
    assert f"error_{field}" in tied.group(1).split()
    found = re.search(rf'id="error_{field}" role="alert">(.*?)</div>', page, re.DOTALL)
    assert found is not None
    return re.sub(r"<[^>]+>", " ", found.group(1)).strip()


# --- changed -------------------------------------------------------------------------------------


def test_a_changed_password_counts_and_ends_the_other_sessions(client: Client, wang: User) -> None:
    other = Client()
    _sign_in(client)
    _sign_in(other)
    before = client.session.session_key
    answer = client.post("/account/password/", {"password1": _NEXT, "password2": _NEXT})
    assert answer.headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert client.session.session_key != before
    assert other.get("/account/").headers["Location"] == "/sign-in/?next=/account/"
    assert _sign_in(Client()).status_code == 200
    assert _sign_in(Client(), _NEXT).status_code == 302


@pytest.mark.parametrize("weak", _WEAK)
def test_a_changed_password_obeys_the_rules(client: Client, wang: User, weak: str) -> None:
    _sign_in(client)
    given = {"password1": _WEAK[weak], "password2": _WEAK[weak]}
    answer = client.post("/account/password/", given)
    assert answer.status_code == 200
    assert _error_beside(answer.content.decode(), "password1")
    assert _WEAK[weak] not in answer.content.decode()
    wang.refresh_from_db()
    assert wang.check_password(_PASSWORD)


def test_a_slip_in_the_second_one_is_told_beside_it(client: Client, wang: User) -> None:
    _sign_in(client)
    answer = client.post("/account/password/", {"password1": _NEXT, "password2": _PASSWORD})
    assert _error_beside(answer.content.decode(), "password2")


def test_every_rule_has_its_own_words(client: Client, wang: User) -> None:
    client.cookies["django_language"] = "en"
    _sign_in(client)
    told = {}
    for weak, password in _WEAK.items():
        given = {"password1": password, "password2": password}
        page = client.post("/account/password/", given).content.decode()
        told[weak] = _error_beside(page, "password1")
    assert told == {
        "short": "This password is too short: it needs at least 12 characters.",
        "digits": "This password is digits alone.",
        "common": "This password is among those that everybody tries first.",
        "name": "This password is too much like your name or your mail address.",
    }


# --- forgotten -----------------------------------------------------------------------------------


def test_a_mailed_link_sets_a_new_password_and_opens_nothing_by_itself(
    client: Client, wang: User, mailoutbox: list[EmailMessage]
) -> None:
    elsewhere = Client()
    _sign_in(elsewhere)
    answer = client.post("/account/password/forgotten/", {"email": "wang@example.org"})
    assert answer.headers["Location"] == "/account/password/forgotten/sent/"
    link = _link(mailoutbox)
    assert mailoutbox[0].to == ["wang@example.org"]
    assert "wang" in str(mailoutbox[0].body)
    # The key leaves the address at once, so that no page it leads to hands it on.
    inner = client.get(link).headers["Location"]
    assert inner.endswith("-set-password/")
    done = client.post(inner, {"password1": _NEXT, "password2": _NEXT})
    assert done.headers["Location"] == "/account/password/reset/"
    assert client.get("/account/password/reset/").status_code == 200
    assert "_auth_user_id" not in client.session
    assert elsewhere.get("/account/").status_code == 302
    assert _sign_in(client, _NEXT).status_code == 302


def test_a_link_works_once(client: Client, wang: User, mailoutbox: list[EmailMessage]) -> None:
    client.post("/account/password/forgotten/", {"email": "wang@example.org"})
    link = _link(mailoutbox)
    inner = client.get(link).headers["Location"]
    client.post(inner, {"password1": _NEXT, "password2": _NEXT})
    assert b'role="alert"' in Client().get(link).content
    assert Client().get(link).status_code == 200


def test_a_link_is_valid_for_one_hour(
    client: Client,
    wang: User,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = datetime(2026, 3, 2, 12, tzinfo=UTC).replace(tzinfo=None)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: begun)
    client.post("/account/password/forgotten/", {"email": "wang@example.org"})
    link = _link(mailoutbox)
    late = begun + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: late)
    assert client.get(link).status_code == 200
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: begun)
    assert client.get(link).status_code == 302


@pytest.mark.parametrize("weak", _WEAK)
def test_a_reset_password_obeys_the_rules(
    client: Client, wang: User, mailoutbox: list[EmailMessage], weak: str
) -> None:
    client.post("/account/password/forgotten/", {"email": "wang@example.org"})
    inner = client.get(_link(mailoutbox)).headers["Location"]
    answer = client.post(inner, {"password1": _WEAK[weak], "password2": _WEAK[weak]})
    assert answer.status_code == 200
    assert _error_beside(answer.content.decode(), "password1")


@pytest.mark.parametrize("key", ["0-x", "zz-abc-123", "1-set-password", "1-%00", "9" * 90 + "-k"])
def test_a_made_up_link_is_told_as_an_old_one(client: Client, wang: User, key: str) -> None:
    answer = client.get(f"/account/password/reset/{key}/")
    assert answer.status_code == 200
    assert b'role="alert"' in answer.content


def test_the_answer_does_not_tell_whether_there_is_such_an_account(
    client: Client, wang: User, mailoutbox: list[EmailMessage]
) -> None:
    pages = []
    for address in ("nobody@example.org", "wang@example.org"):
        answer = client.post("/account/password/forgotten/", {"email": address}, follow=True)
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()))
    assert pages[0] == pages[1]
    _post()
    assert [each.to for each in mailoutbox] == [["wang@example.org"]]


def test_a_letter_is_written_for_an_address_that_nobody_has_too(
    client: Client, wang: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def render(name: str, words: dict[str, str]) -> str:
        written.append(name)
        return render_to_string(name, words)

    monkeypatch.setattr(mailing, "render_to_string", render)
    counts = []
    for address in ("nobody@example.org", "wang@example.org"):
        written.clear()
        client.post("/account/password/forgotten/", {"email": address})
        _post()
        counts.append(list(written))
    assert counts[0] == counts[1]
    assert len(counts[0]) == 2


def test_the_answer_does_not_wait_for_the_mail_server(
    client: Client, wang: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_send = threading.Event()
    sent: list[EmailMessage] = []

    def send(message: EmailMessage) -> int:
        assert may_send.wait(30)
        sent.append(message)
        return 1

    monkeypatch.setattr(EmailMessage, "send", send)
    answer = client.post("/account/password/forgotten/", {"email": "wang@example.org"})
    assert answer.status_code == 302
    assert sent == []
    may_send.set()
    _post()
    assert len(sent) == 1


def test_a_mail_server_that_is_down_is_no_fault_of_the_page(
    client: Client, wang: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def send(message: EmailMessage) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMessage, "send", send)
    answer = client.post("/account/password/forgotten/", {"email": "wang@example.org"})
    assert answer.status_code == 302
    _post()
    assert "could not be sent" in caplog.text
    assert "wang@example.org" not in caplog.text


def test_who_never_had_a_password_gets_no_link(
    client: Client, wang: User, mailoutbox: list[EmailMessage]
) -> None:
    wang.set_unusable_password()
    wang.save()
    client.post("/account/password/forgotten/", {"email": "wang@example.org"})
    _post()
    assert mailoutbox == []


def test_without_a_mail_server_the_page_says_whom_to_ask(
    client: Client, wang: User, settings: LazySettings, mailoutbox: list[EmailMessage]
) -> None:
    settings.UNIPACT_SENDS_MAIL = False
    for answer in (
        client.get("/account/password/forgotten/"),
        client.post("/account/password/forgotten/", {"email": "wang@example.org"}),
    ):
        assert answer.status_code == 200
        assert "unipact manage changepassword" in answer.content.decode()
        assert 'type="email"' not in answer.content.decode()
    _post()
    assert mailoutbox == []


def test_links_are_not_sent_without_end(client: Client, wang: User) -> None:
    statuses = [
        client.post("/account/password/forgotten/", {"email": "wang@example.org"}).status_code
        for _ in range(6)
    ]
    assert statuses == [302] * 5 + [429]
    answer = client.post("/account/password/forgotten/", {"email": "wang@example.org"})
    assert answer.headers["Retry-After"] == "60"
    _post()


# --- settings ------------------------------------------------------------------------------------


def test_passwords_are_hashed_by_djangos_present_default() -> None:
    from django.conf import global_settings

    with override_settings(PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS):
        hasher = get_hasher()
        assert isinstance(hasher, PBKDF2PasswordHasher)
        assert hasher.algorithm == "pbkdf2_sha256"
        assert hasher.iterations == 1_000_000
        assert identify_hasher(hasher.encode("x", "salt", 1)).algorithm == hasher.algorithm
    from unipact.settings import base

    assert not hasattr(base, "PASSWORD_HASHERS")


def test_a_url_names_the_mail_server() -> None:
    found = mail("smtp://post%40x:p%40ss@mail.example:587?tls=1", "pact@x.example")
    assert found["EMAIL_HOST"] == "mail.example"
    assert found["EMAIL_PORT"] == 587
    assert found["EMAIL_HOST_USER"] == "post@x"
    assert found["EMAIL_HOST_PASSWORD"] == "p@ss"
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (True, False)
    assert found["DEFAULT_FROM_EMAIL"] == "pact@x.example"
    assert mail("smtps://mail.example", "pact@x.example")["EMAIL_USE_SSL"] is True


def test_without_a_url_nothing_is_sent() -> None:
    assert mail("", "") == {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}


@pytest.mark.parametrize(
    ("url", "sender", "named"),
    [
        ("http://mail.example", "a@b", "UNIPACT_EMAIL_URL"),
        ("smtp://", "a@b", "UNIPACT_EMAIL_URL"),
        ("smtp://mail.example:many", "a@b", "UNIPACT_EMAIL_URL"),
        ("smtp://mail.example", "", "UNIPACT_EMAIL_FROM"),
    ],
)
def test_half_a_mail_server_is_refused(url: str, sender: str, named: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=named):
        mail(url, sender)
