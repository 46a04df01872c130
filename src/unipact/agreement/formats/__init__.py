"""Reading and writing agreement files: bytes to typed terms and back, total over bad input."""
