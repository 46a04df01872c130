"""Whom a limit counts for: what a proxy of ours saw, and never what a client wrote."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from unipact.web.address import network_of


@pytest.mark.parametrize(
    ("hops", "forwarded", "network"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 198.51.100.2", "203.0.113.9"),
        # What stands further left was written by whoever sent it.
        (1, "8.8.8.8, 203.0.113.9", "203.0.113.9"),
        (2, "8.8.8.8,9.9.9.9,203.0.113.9,198.51.100.2", "203.0.113.9"),
        # Fewer parts than proxies: it did not come through them.
        (2, "203.0.113.9", "192.0.2.1"),
        (1, None, "192.0.2.1"),
        # A subscriber of IPv6 holds 64 bits.
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        # Some proxies write the port as well.
        (1, "203.0.113.9:51234", "203.0.113.9"),
        (1, "[2001:db8:1:2::1]:51234", "2001:db8:1:2::"),
        (1, "[2001:db8:1:2::1]", "2001:db8:1:2::"),
        (1, "[::ffff:203.0.113.9]:51234", "203.0.113.9"),
        (1, "8.8.8.8, 203.0.113.9:1", "203.0.113.9"),
        (1, "fe80::1%eth0", "fe80::"),
        (1, "_hidden", "unknown"),
        (1, "203.0.113.9:x", "unknown"),
        (1, "203.0.113.999", "unknown"),
        (1, "8.8.8.8, ", "unknown"),
        (1, "[203.0.113.9", "unknown"),
    ],
)
def test_the_network_is_the_one_that_the_outermost_proxy_saw(
    settings: LazySettings, hops: int, forwarded: str | None, network: str
) -> None:
    settings.UNIPACT_PROXY_HOPS = hops
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    request = RequestFactory(REMOTE_ADDR="192.0.2.1", headers=headers).get("/")
    assert network_of(request) == network


def test_rubbish_of_every_kind_is_one_network(settings: LazySettings) -> None:
    settings.UNIPACT_PROXY_HOPS = 1
    for each in ("1" * 10_000, "1.2.3.4:5:6", "\u0661.2.3.4", "1.2.3.4\n"):
        request = RequestFactory(REMOTE_ADDR="192.0.2.1").get("/", HTTP_X_FORWARDED_FOR=each)
        assert network_of(request) in {"unknown", "1.2.3.4"}
