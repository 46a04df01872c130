"""What is raised where a proof or a signature fails, or where bytes are malformed."""

from __future__ import annotations

from unipact.errors import Finding, Invalid


class Unproven(Invalid):
    """The bytes do not prove what they claim: malformed, not signed, or not in the tree."""

    slug = "unproven"

    @classmethod
    def at(cls, where: str, what: str, mend: str = "") -> Unproven:
        """Return the error with its one finding."""
        finding = Finding(where, what, mend)
        return cls(str(finding), findings=(finding,))
