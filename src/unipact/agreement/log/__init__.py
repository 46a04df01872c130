"""The log as this installation keeps it: rows of entries, folded, appended to, proved."""
