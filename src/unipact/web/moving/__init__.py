"""Move an installation: all of its records and its lake in one file, and into an empty one.

``archive`` knows the file, ``records`` the database, ``lake_files`` the folder; ``outward`` and
``inward`` are the two acts. The format is ``unipact-installation/1`` (docs/guide/moving.md).
"""

from unipact.web.moving.inward import Arrived, installation_import
from unipact.web.moving.outward import Written, installation_export

__all__ = ["Arrived", "Written", "installation_export", "installation_import"]
