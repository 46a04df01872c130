"""What the paper of a report shows in its own way: chances, and colours without a style sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django import template
from django.utils.translation import pgettext

from unipact.agreement.queries.overview import Segment
from unipact.agreement.queries.wording import named
from unipact.agreement.templatetags.unipact import percent

register = template.Library()

#: The colours of ``console.css``, for a picture that no style sheet reaches.
FILLS: Mapping[str, str] = {
    "met": "#2b8a57",
    "partly_met": "#7f8a1e",
    "missed": "#b3304a",
    "on_track": "#1d8796",
    "at_risk": "#d98b16",
    "off_track": "#d4582f",
    "undecided": "#6c61c4",
    "no_data": "#c3ccd6",
    "not_due": "#8fa3bb",
}
_CENT = Decimal("0.01")


@register.filter
def fill(standing: str) -> str:
    """The colour of a standing."""
    return FILLS[standing]


@register.filter
def chance(probability: str) -> str:
    """A chance as percent; what has not happened yet is never certain, so none shows as such."""
    share = Decimal(probability)
    if share > 1 - _CENT:
        return f"> {percent(1 - _CENT)}"
    if share < _CENT:
        return f"< {percent(_CENT)}"
    return percent(share)


@register.filter
def in_words(segments: Sequence[Segment]) -> str:
    """The strip as a sentence, for those who do not see it."""
    joint = pgettext("between counts", ", ")
    return joint.join(f"{named('standing', each.standing)} {each.count}" for each in segments)
