"""unipact: a framework agreement between a university and an enterprise that you can run."""

import os

__version__ = "0.1.0"

# A sum must not depend on how many cores there are. The libraries read this when they are loaded,
# and every part of unipact is loaded after this line.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
