"""The one place where the parts are joined: fields → registry → lake → metrics for the agreement.

The spine states what it needs (``agreement.engine.ports``), analysis fulfils it, and neither
knows the fields. Nothing here needs Django.
"""

from unipact.installation.home import FIELDS, Installation, home_folder
from unipact.installation.run import Run, run_file

__all__ = ["FIELDS", "Installation", "Run", "home_folder", "run_file"]
