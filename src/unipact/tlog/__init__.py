"""Primitives of a transparency log: Merkle trees, signed notes, checkpoints, receipts, witnessing.

Nothing here knows of agreements, Django, files or the network: bytes in, bytes or values out.
Formats are those of RFC 6962 section 2.1 and of C2SP (https://c2sp.org).
"""
