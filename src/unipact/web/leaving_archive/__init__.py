"""Leave with everything, and come back: the records of an agreement joined with the lake's rows.

``lake_rows`` knows the lake; ``outward`` and ``inward`` are the two acts. The format is
``unipact-leaving/1`` (docs/guide/leaving.md).
"""

from unipact.web.leaving_archive.inward import archive_restore
from unipact.web.leaving_archive.outward import Made, archive_make

__all__ = ["Made", "archive_make", "archive_restore"]
