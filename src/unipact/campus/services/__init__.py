"""What may happen to the campus's facts: files are imported, and meters are read."""
