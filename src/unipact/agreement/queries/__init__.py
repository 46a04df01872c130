"""What pages and the API read of the agreement: typed rows, never a write."""
