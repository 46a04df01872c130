"""Where a request comes from: the network that limits count for. Never kept in the clear."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

_SUBSCRIBER = 64
# Some proxies write the client's port as well; of IPv6 the address stands in brackets then.
_WITH_PORT = re.compile(r"\A(?:([0-9.]+):[0-9]+|\[([0-9a-fA-F:.]+)\](?::[0-9]+)?)\Z")


def network_of(request: HttpRequest) -> str:
    """The client's address; of IPv6 the first 64 bits, since one subscriber holds them all.

    Behind ``UNIPACT_PROXY_HOPS`` proxies of our own it is the address that the outermost of them
    saw, the n-th from the right of ``X-Forwarded-For``: what stands left of it anybody may write.
    The proxies must drop header names with an underscore: ``X_Forwarded_For`` is the same here.
    """
    text = request.META.get("REMOTE_ADDR", "")
    hops: int = settings.UNIPACT_PROXY_HOPS
    if hops:
        forwarded = request.headers.get("X-Forwarded-For", "")
        seen = [part.strip() for part in forwarded.split(",")] if forwarded else []
        text = seen[-hops] if len(seen) >= hops else text
    try:
        address = ip_address(_WITH_PORT.sub(r"\1\2", text))
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> _SUBSCRIBER << _SUBSCRIBER))
    return str(address)
