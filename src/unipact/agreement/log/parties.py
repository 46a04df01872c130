"""The rows of parties, as agreement files name them."""

from __future__ import annotations

from unipact.agreement.engine.terms import Party as PartyTerms
from unipact.agreement.models import Party
from unipact.errors import Conflict


def party_kept(terms: PartyTerms) -> Party:
    """The party that an agreement file names; made where it is not here yet.

    Raises:
        Conflict: its id belongs to another legal person in this installation.
    """
    scheme, value = terms.legal_id
    party, _ = Party.objects.get_or_create(
        slug=terms.id,
        defaults={
            "role": terms.role,
            "name_en": terms.name.en,
            "name_zh": terms.name.zh,
            "legal_scheme": scheme,
            "legal_value": value,
        },
    )
    if (party.legal_scheme, party.legal_value) != (scheme, value):
        raise Conflict(f"the party {terms.id} is another legal person in this installation")
    return party
