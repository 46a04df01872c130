"""The pages of the spine: parse the request, ask a query or a service, answer."""

from __future__ import annotations

from unipact.agreement.views.here import here_of, post_or_back

__all__ = ["here_of", "post_or_back"]
