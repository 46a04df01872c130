"""The pages of the log: its entries, its keys, and what waits for a signature made elsewhere."""
