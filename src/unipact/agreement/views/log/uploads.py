"""Small files that people hand in: keys, signed notes, cosignatures."""

from __future__ import annotations

from django.http import HttpRequest

from unipact.errors import Finding, Invalid

#: An entry has at most 64 KiB; keys and cosignatures are smaller.
_MOST_KIB = 128


def uploaded(request: HttpRequest, name: str) -> bytes:
    """The bytes of the file that was chosen in field ``name``.

    Raises:
        Invalid: none was chosen, or it is larger than any such file.
    """
    file = request.FILES.get(name)
    if file is None:
        raise Invalid(
            "no file is chosen", findings=[Finding(name, "no file is chosen", "Choose one.")]
        )
    if (file.size or 0) > _MOST_KIB * 1024:
        finding = Finding(name, f"the file is larger than {_MOST_KIB} KiB")
        raise Invalid("the file is too large", findings=[finding])
    content: bytes = file.read()
    return content
